// The browser's half of gate/rules/standing.py: own standing from the shared file. docs/protocol/gate.md has the format.

export interface LaneState {
  w: number | null;
  people: number;
  exact: boolean;
  curve: [number, number][];
}

export interface GateState {
  v: 1;
  now_s: number;
  free: number;
  pace_s: number;
  sample: number;
  entries: number;
  watched_s: number;
  reason: "full" | "open";
  lanes: Record<string, LaneState>;
}

/** See gate/rules/wait.py for these three. */
const LEAST_ENTRIES = 5;
const QUANTILE = 1.28;
const SLACK = 1.25;

/** The place of this page. Keys stay below 2^53. */
export interface Place {
  lane: number;
  key: number;
}

/** Whether the place is called and somebody can enter now. */
export function isCalled(state: GateState, place: Place): boolean {
  if (place.lane === 0) return true;
  const lane = state.lanes[place.lane];
  return lane !== undefined && state.free > 0 && (lane.w === null || place.key < lane.w);
}

function below(lane: LaneState, key: number): number {
  let leftKey = 0;
  let left = 0;
  for (const [rightKey, right] of lane.curve) {
    if (rightKey >= key) {
      if (lane.exact || left === 0) return left;
      return left + Math.floor(((key - leftKey) / (rightKey - leftKey)) * Math.max(right - left - 1, 0));
    }
    leftKey = rightKey;
    left = right;
  }
  return left;
}

/** An instant of the shared file, and when (by the clock of the device, ms) it was first seen. */
export type Heard = [nowS: number, atMs: number];

/** Since when the file says what it says: its instant stands still once the porter is dead, whatever this clock shows. */
export const heard = ({ now_s }: GateState, last: Heard, atMs: number): Heard =>
  now_s === last[0] ? last : [now_s, atMs];

/** How many present people enter before this place. */
export function peopleBefore(state: GateState, place: Place): number {
  const own = state.lanes[place.lane];
  let ahead = own ? below(own, place.key) : 0;
  for (let lane = 1; lane < place.lane; lane++) ahead += state.lanes[lane]?.people ?? 0;
  return ahead;
}

/** Seconds still to wait, from and to. */
export type Interval = [number, number];

/** The interval after so many entries in so many seconds, or null when they are too few. */
export function waitInterval(before: number, entries: number, watchedS: number): Interval | null {
  if (entries < LEAST_ENTRIES) return null;
  const turn = before + 1;
  const ofTurn = 1 / (9 * turn);
  const ofRate = 1 / (9 * entries);
  const z2 = QUANTILE ** 2;
  const middle = (1 - ofTurn) * (1 - ofRate);
  const spread = Math.sqrt(z2 * ((1 - ofTurn) ** 2 * ofRate + (1 - ofRate) ** 2 * ofTurn - z2 * ofTurn * ofRate));
  const scale = (1 - ofRate) ** 2 - z2 * ofRate;
  const at = (root: number) => ((turn * watchedS) / entries) * (root / scale) ** 3;
  return [at(middle - spread), at(middle + spread)];
}

/** What is told to who was told `best` (seconds, NaN: nothing) as the shortest upper end; and the shortest from now on. */
export function tell(fresh: Interval | null, best: number): { told: Interval | null; best: number; slower: boolean } {
  const known = best >= 0;
  if (!fresh) return { told: fresh, best, slower: known };
  if (known && fresh[1] > best * SLACK) return { told: fresh, best, slower: true };
  const high = known ? Math.min(fresh[1], best) : fresh[1];
  return { told: [Math.min(fresh[0], high), high], best: high, slower: false };
}

/** The square of the hopscotch, 1 to 8. */
export function square(before: number): number {
  return Math.max(1, 8 - Math.floor(Math.log2(before + 1)));
}

/**
 * Seconds to the next poll: an eighth of the wait, not under the server's pace, not over four times that nor 30 s (a place
 * that came free early must not stand empty for long); `random` in [0, 1).
 */
export function paceSeconds(state: GateState, interval: Interval | null, random: number): number {
  const wanted = interval ? interval[1] / 8 : state.pace_s;
  return Math.min(Math.max(wanted, state.pace_s), 4 * state.pace_s, 30) * (0.8 + 0.4 * random);
}

/** The interval in minutes, as the server writes it. */
export function waitText(interval: Interval | null): string | null {
  if (!interval) return null;
  const rough = interval[1] > 1200 ? 5 : 1;
  const low = Math.floor(interval[0] / 60 / rough) * rough;
  const high = Math.ceil(interval[1] / 60 / rough) * rough;
  if (interval[1] > 7200) return `plus de ${Math.max(1, Math.floor(interval[0] / 3600))}\u00a0h`;
  if (low < 1) return high <= 1 ? "moins d’une minute" : `moins de ${high}\u00a0min`;
  return low === high ? `${low}\u00a0min` : `${low}–${high}\u00a0min`;
}
