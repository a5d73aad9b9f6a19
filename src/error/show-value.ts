const LONGEST_SHOWN_VALUE = 80;

/**
 * A value for an error message: as JSON, on one line, and cut when it is long.
 * @param longest characters that are shown
 */
export function showValue(value: unknown, longest = LONGEST_SHOWN_VALUE): string {
  const json = toJson(value);
  return json.length > longest ? `${json.slice(0, longest)}… (${json.length} characters)` : json;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "a value that is nested too deep to be shown"; // It overflows the stack.
  }
}
