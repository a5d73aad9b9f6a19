/** The time that the emulated services go by: this machine's, and what it is ahead of it by. */

/** One clock for all services of an emulator. */
export interface Clock {
  /** Seconds since 1970, with fractions. */
  seconds(): number;
  date(): Date;
  /** Sets how many seconds it is ahead of this machine's clock; negative: behind. Throws a RangeError for no number. */
  setOffset(seconds: number): void;
}

/** A clock that says the machine's time. */
export function createClock(): Clock {
  let offset = 0;
  const milliseconds = () => Date.now() + offset * 1000;
  return {
    seconds: () => milliseconds() / 1000,
    date: () => new Date(milliseconds()),
    setOffset(seconds) {
      if (!Number.isFinite(seconds)) {
        throw new RangeError(`not a number of seconds: ${seconds}`);
      }
      offset = seconds;
    },
  };
}
