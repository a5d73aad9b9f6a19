/** A difference of clocks that tokens and assertions do not allow for, in seconds. */
const LARGEST_DIFFERENCE = 300;

/** How many seconds this machine's clock is ahead of an answer's Date; undefined where there is none. */
export function secondsAhead(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : (Date.now() - time) / 1000;
}

/** A remark, in parentheses after a space, where the clocks differ by more than tokens allow for; else nothing. */
export function clockNoteOf(ahead: number | undefined): string {
  if (ahead === undefined || Math.abs(ahead) < LARGEST_DIFFERENCE) {
    return "";
  }
  const minutes = Math.round(Math.abs(ahead) / 60);
  return ` (this machine's clock is ${minutes} minutes ${ahead > 0 ? "ahead of" : "behind"} the service's)`;
}
