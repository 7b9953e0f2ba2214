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
  entries_per_s: number;
  reason: "full" | "open";
  lanes: Record<string, LaneState>;
}

const RATE_MEMORY_S = 120;
/** Less than half an entry in that time is no rate to promise anything by. */
const MIN_RATE_PER_S = 0.5 / RATE_MEMORY_S;

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

/** How many present people enter before this place. */
export function peopleBefore(state: GateState, place: Place): number {
  const own = state.lanes[place.lane];
  const ahead = own ? below(own, place.key) : 0;
  return place.lane === 3 ? ahead + (state.lanes[1]?.people ?? 0) : ahead;
}

/** Seconds still to wait, from and to, or null when no rate is known. */
export function waitInterval(before: number, entriesPerS: number): [number, number] | null {
  if (entriesPerS < MIN_RATE_PER_S) return null;
  const turn = before + 1;
  const mean = turn / entriesPerS;
  const spread = (2 * Math.sqrt(turn)) / entriesPerS;
  const error = 1.25 + 0.5 / Math.sqrt(entriesPerS * RATE_MEMORY_S);
  return [Math.max(0, mean / error - spread / 4), mean * error + spread / 2];
}

/** The square of the hopscotch, 1 to 8. */
export function square(before: number): number {
  return Math.max(1, 8 - Math.floor(Math.log2(before + 1)));
}

/**
 * Seconds to the next poll: an eighth of the wait, not under the server's pace, not over four times that nor 30 s (a place
 * that came free early must not stand empty for long); `random` in [0, 1).
 */
export function paceSeconds(state: GateState, interval: [number, number] | null, random: number): number {
  const wanted = interval ? interval[1] / 8 : state.pace_s;
  return Math.min(Math.max(wanted, state.pace_s), 4 * state.pace_s, 30) * (0.8 + 0.4 * random);
}

/** The interval in minutes, as the server writes it. */
export function waitText(interval: [number, number] | null): string | null {
  if (!interval) return null;
  const rough = interval[1] > 1200 ? 5 : 1;
  const low = Math.floor(interval[0] / 60 / rough) * rough;
  const high = Math.ceil(interval[1] / 60 / rough) * rough;
  if (interval[1] > 7200) return `plus de ${Math.max(1, Math.floor(interval[0] / 3600))}\u00a0h`;
  if (low < 1) return high <= 1 ? "moins d’une minute" : `moins de ${high}\u00a0min`;
  return low === high ? `${low}\u00a0min` : `${low}–${high}\u00a0min`;
}
