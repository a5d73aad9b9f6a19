const LONGEST_SHOWN_VALUE = 80;

/** A value for an error message: as JSON, on one line, and cut when it is long. */
export function showValue(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > LONGEST_SHOWN_VALUE
    ? `${json.slice(0, LONGEST_SHOWN_VALUE)}… (${json.length} characters)`
    : json;
}
