// Marks an answer on the device. The same rules as src/preau/school/work/marking.py, word for word; both run
// tests/school/work/marking_vectors.json. Pure.

interface Base {
  key: string;
  prompt: string;
  points: number;
  explanation: string;
}
export interface ChoiceItem extends Base {
  kind: "choice";
  choices: string[];
  answer: number[];
}
export interface TextEntryItem extends Base {
  kind: "text-entry";
  accepted: string[];
  number: number | null;
  tolerance: number;
  unit: string;
}
export interface OrderItem extends Base {
  kind: "order";
  lines: string[];
  shown: number[];
}
export interface MatchItem extends Base {
  kind: "match";
  lefts: string[];
  rights: string[];
  shown: number[];
}
export interface ExtendedTextItem extends Base {
  kind: "extended-text";
  expected_lines: number;
}
export type Item = ChoiceItem | TextEntryItem | OrderItem | MatchItem | ExtendedTextItem;

/** `points_hundredths` of `points_possible` points; `right` is null when a person has to read the answer. */
export interface Mark {
  points_hundredths: number;
  points_possible: number;
  right: boolean | null;
  detail: boolean[];
}

/** Of a word or a number, of a free text: in characters. */
export const MAX_ENTRY_CHARS = 400;
export const MAX_WRITING_CHARS = 8_000;
/** Relative slack for numbers that binary floats cannot hold. */
const ROUNDING = 1e-9;
const NUMBER = /^[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?$/;
const SAME: Record<string, string> = {
  "’": "'",
  "‘": "'",
  ʼ: "'",
  œ: "oe",
  æ: "ae",
  "−": "-",
  "‐": "-",
  "‑": "-",
};

/** The mark of a response, or null when nothing can be marked: the wrong shape, or words where only a number can be right. */
export function mark(item: Item, response: unknown): Mark | null {
  switch (item.kind) {
    case "choice":
      return markChoice(item, response);
    case "text-entry":
      return markText(item, response);
    case "order":
      return markOrder(item, response);
    case "match":
      return markMatch(item, response);
    case "extended-text":
      return markWriting(response);
  }
}

const whole = (item: Item, right: boolean): Mark => ({
  points_hundredths: right ? 100 * item.points : 0,
  points_possible: item.points,
  right,
  detail: [],
});

function share(item: Item, detail: boolean[]): Mark {
  const count = detail.filter(Boolean).length;
  return {
    points_hundredths: Math.floor((100 * item.points * count) / detail.length),
    points_possible: item.points,
    right: count === detail.length,
    detail,
  };
}

const isIndex = (value: unknown, count: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count;

const isIndices = (value: unknown, count: number): value is number[] =>
  Array.isArray(value) && value.every((index) => isIndex(index, count)) && new Set(value).size === value.length;

function markChoice(item: ChoiceItem, response: unknown): Mark | null {
  if (!isIndices(response, item.choices.length)) return null;
  const sorted = [...response].sort((a, b) => a - b);
  return whole(item, sorted.length === item.answer.length && sorted.every((index, at) => index === item.answer[at]));
}

function markOrder(item: OrderItem, response: unknown): Mark | null {
  if (!isIndices(response, item.lines.length) || response.length !== item.lines.length) return null;
  return share(
    item,
    response.map((index, at) => item.lines[index] === item.lines[at]),
  );
}

function markMatch(item: MatchItem, response: unknown): Mark | null {
  const count = item.rights.length;
  if (!Array.isArray(response) || response.length !== count) return null;
  if (!response.every((index) => index === null || isIndex(index, count))) return null;
  return share(
    item,
    response.map((index: number | null, at) => index !== null && item.rights[index] === item.rights[at]),
  );
}

/** NUL and lone surrogates: no keyboard types them and no database keeps them. */
function isStorable(text: string): boolean {
  try {
    encodeURIComponent(text); // refuses lone surrogates, in every browser
  } catch {
    return false;
  }
  return !text.includes("\0");
}

const isText = (value: unknown, longest: number): value is string =>
  typeof value === "string" && [...value].length <= longest && isStorable(value);

function markWriting(response: unknown): Mark | null {
  if (!isText(response, MAX_WRITING_CHARS) || response.trim() === "") return null;
  return { points_hundredths: 0, points_possible: 0, right: null, detail: [] };
}

function markText(item: TextEntryItem, response: unknown): Mark | null {
  if (!isText(response, MAX_ENTRY_CHARS)) return null;
  const given = normalise(response);
  if (given !== "" && item.accepted.some((accepted) => normalise(accepted) === given)) return whole(item, true);
  if (item.number === null) return whole(item, false);
  const number = parseNumber(response, item.unit);
  if (number === null) return takesWords(item) ? whole(item, false) : null;
  const slack = item.tolerance + ROUNDING * Math.max(1, Math.abs(item.number));
  return whole(item, Math.abs(number - item.number) <= slack);
}

/** Whether the author accepts something that is no number, such as « trois et demi ». */
const takesWords = (item: TextEntryItem): boolean =>
  item.accepted.some((accepted) => parseNumber(accepted, item.unit) === null);

/** Whether only a number can be right, and so what is not marked is asked for again. */
export const wantsNumber = (item: Item): boolean =>
  item.kind === "text-entry" && item.number !== null && !takesWords(item);

/** What two spellings have in common that a teacher would accept as the same. */
export function normalise(text: string): string {
  const folded = [...text.normalize("NFKC").toLowerCase()].map((char) => SAME[char] ?? char).join("");
  const trimmed = folded
    .normalize("NFC")
    .replace(/[ \t\n\r\f\v]+/g, " ")
    .replace(/^ +| +$/g, "");
  return trimmed.replace(/\.$/, "").replace(/ +$/, "");
}

/** The number a pupil typed, or null if it is none. */
export function parseNumber(text: string, unit: string): number | null {
  let plain = normalise(text);
  const spelledUnit = normalise(unit);
  if (spelledUnit !== "" && plain.endsWith(spelledUnit)) plain = plain.slice(0, -spelledUnit.length);
  plain = plain.replaceAll(" ", "").replaceAll(",", ".");
  return NUMBER.test(plain) ? Number(plain) : null;
}
