// The sentences of the live class whose words depend on numbers and times. Pure. Typography: ’ and non-breaking spaces.

const MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" ");
const DAYS = "Dimanche Lundi Mardi Mercredi Jeudi Vendredi Samedi".split(" ");

/** « 1 présent », « 22 présents », « aucun présent »: French counts zero and one in the singular. */
export function count(n: number, one: string, many: string): string {
  if (n === 0) return `aucun ${one}`;
  return `${n}\u00a0${n === 1 ? one : many}`;
}

/** Place in the order of raised hands, from 1: « en tête », « 2e » (words that fit girls and boys). */
export function place(n: number): string {
  return n === 1 ? "en tête" : `${n}e`;
}

/** « Lundi 23 novembre », as teachers write it at the top of the board. */
export function boardDate(at: Date): string {
  const day = at.getDate();
  return `${DAYS[at.getDay()]} ${day === 1 ? "1er" : day} ${MONTHS[at.getMonth()]}`;
}

/** « 8:42 ». */
export function clockTime(at: Date): string {
  return `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
}

/** « 45 s », « 12 min », « 1 h 05 »: how long somebody was there. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}`;
}
