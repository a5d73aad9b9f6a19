/** Numbers as a reader of the tables gets them. */

const MIB = 1024 * 1024;
const DECIMALS_BELOW = 100;

/** Milliseconds with one decimal place, or with none where it would be noise. */
export function showMs(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < DECIMALS_BELOW ? 1 : 0);
}

/** A count that was computed, with one decimal place; what is nothing but for its sign is 0. */
export function showCount(count: number): string {
  return count.toFixed(1).replace(/^-(?=0\.0$)/, "");
}

/** For example `×1.24`. */
export function showRatio(value: number, base: number): string {
  return `×${(value / base).toFixed(2)}`;
}

/** Bytes in MiB; `–` where nobody measured them. */
export function showMemory(bytes: number | undefined): string {
  return bytes === undefined ? "–" : (bytes / MIB).toFixed(0);
}

/** The one value of all, or from the least to the most. */
export function showRange(values: readonly number[]): string {
  const least = Math.min(...values);
  const most = Math.max(...values);
  return least === most ? `${least}` : `${least}–${most}`;
}
