/** What is made of measured numbers. */

/** The middle value; of an even number of values the mean of the two in the middle. Throws a RangeError for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 1 / 2);
}

/** The value that this part of all values is below, between two of them in proportion. Throws a RangeError for none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) {
    throw new RangeError("there are no values");
  }
  return low + (high - low) * (place - Math.floor(place));
}

/** A copy in random order: what is measured first must not always be the same. */
export function shuffle<T>(items: readonly T[], random: () => number = Math.random): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
