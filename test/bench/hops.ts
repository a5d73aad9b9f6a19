/** How many requests waited for one another. */

/** When a request was there and when it was answered, in milliseconds, as the server saw it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The length of the longest chain of requests in which each began after the one before had ended. A client that waits for
 * an answer sends its next request no sooner than a round trip after the server gave it: with the latency known, requests
 * that were sent together are told from those that waited, however fast the server is.
 */
export function hopsOf(spans: readonly Span[], roundTripMs: number): number {
  let hops = 0;
  let earliest = -Infinity;
  // Whichever ends first leaves most room for those after it.
  for (const { start, end } of spans.toSorted((a, b) => a.end - b.end)) {
    if (start >= earliest) {
      hops += 1;
      earliest = end + roundTripMs;
    }
  }
  return hops;
}
