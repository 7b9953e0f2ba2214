// How long to wait before the next attempt to reach the live server. Pure: the random number is an argument.
//
// Full jitter: the whole delay is drawn at random below a doubling ceiling. Thirty-five pupils whose server died come
// back spread over the interval instead of together (Marc Brooker, "Exponential Backoff And Jitter", AWS, 2015).

/** Ceiling of the first delay: a lost packet or a server that restarts in place is over within this time. */
export const FIRST_CEILING_MS = 200;
/** Highest ceiling: a class must be back within seconds of its server, and 35 attempts per 5 s load nobody. */
export const LAST_CEILING_MS = 5_000;

/**
 * Delay before attempt number `attempt` (0 = first retry), in milliseconds.
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(attempt: number, random: number): number {
  const doublings = Math.min(Math.max(attempt, 0), 16);
  const ceiling = Math.min(FIRST_CEILING_MS * 2 ** doublings, LAST_CEILING_MS);
  return Math.round(ceiling * random);
}
