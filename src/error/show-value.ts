const longestShownValue = 80;

/** A value for an error message: as JSON, on one line, and cut when it is long. */
export function showValue(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > longestShownValue
    ? `${json.slice(0, longestShownValue)}… (${json.length} characters)`
    : json;
}
