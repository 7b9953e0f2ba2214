// When an open page asks again: at its pace while it is answered, more and more seldom while it is not.

const LONGEST_PAUSE_MS = 30_000;

/** The pause before the next question, after so many failures in a row. */
export function nextPauseMs(everyMs: number, failures: number): number {
  return Math.min(everyMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
}
