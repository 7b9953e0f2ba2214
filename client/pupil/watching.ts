// When the page of the day is asked for again, and what its answer means. Pure.

/** A live lesson whose class is not open yet: from when to when its opening is looked for, on the school's clock. */
export interface Awaited {
  opensAt: string;
  endsAt: string;
}

/** A class that opens reaches everybody within half a minute, and thirty phones do not ask in step. */
const PAUSE_MS = 20_000;
const SPREAD_MS = 10_000;
/** After errors the pause doubles up to this. */
const LONGEST_PAUSE_MS = 300_000;

/**
 * Milliseconds until the next look, null when nothing more is awaited. `drawnAt`: when the school drew the page;
 * `shownMs`: since it came. Only differences count: the clock of the device may be hours wrong.
 */
export function nextLookMs(
  awaited: readonly Awaited[],
  drawnAt: string,
  shownMs: number,
  failures: number,
  random: number,
): number | null {
  const since = (moment: string) => Date.parse(moment) - Date.parse(drawnAt) - shownMs;
  const coming = awaited.filter(({ endsAt }) => since(endsAt) > 0);
  if (coming.length === 0) return null;
  const untilOpening = Math.min(...coming.map(({ opensAt }) => since(opensAt)));
  const pause = Math.min(PAUSE_MS * 2 ** Math.min(failures, 16), LONGEST_PAUSE_MS);
  return Math.max(untilOpening, pause) + random * SPREAD_MS;
}

/** Older than this when it is shown, a page may have come from the device itself. */
const FRESH_MS = 60_000;

/** Whether the school has to be asked how old this page is. A wrong clock costs one request. */
export function looksKept(drawnAt: string, nowMs: number): boolean {
  return Math.abs(nowMs - Date.parse(drawnAt)) > FRESH_MS;
}

/** The service worker answers with the kept page when the school does not: only what was drawn later is an answer. */
export function isNewer(drawnAt: string, before: string): boolean {
  return Date.parse(drawnAt) > Date.parse(before);
}
