// The register in the order a teacher asks for. Pure.
import type { IconName } from "./icons";
import type { RegisterEntry, Status } from "./protocol";

export type Column = "name" | "status" | "present_s";

/** Word and drawing of each status, in the order in which a teacher calls: who is here first, then who needs something. */
export const STATUSES: Readonly<
  Record<Status, { readonly word: string; readonly icon: IconName; readonly rank: number }>
> = {
  present: { word: "présent(e)", icon: "check", rank: 0 },
  late: { word: "en retard", icon: "late", rank: 1 },
  at_the_door: { word: "à la porte", icon: "door", rank: 2 },
  offline: { word: "hors ligne", icon: "offline", rank: 3 },
  left: { word: "sorti(e)", icon: "left", rank: 4 },
  absent: { word: "absent(e)", icon: "absent", rank: 5 },
};

/** Entries in the order of a column; equal ones by name, as in the school's own register. */
export function sorted(
  entries: readonly RegisterEntry[],
  column: Column,
  name: (person: string) => string,
): readonly RegisterEntry[] {
  const byName = (a: RegisterEntry, b: RegisterEntry) => name(a.person).localeCompare(name(b.person), "fr");
  const first: Record<Column, (a: RegisterEntry, b: RegisterEntry) => number> = {
    name: byName,
    status: (a, b) => STATUSES[a.status].rank - STATUSES[b.status].rank,
    present_s: (a, b) => a.present_s - b.present_s,
  };
  return [...entries].sort((a, b) => first[column](a, b) || byName(a, b));
}
