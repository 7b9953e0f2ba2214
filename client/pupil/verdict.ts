// Says what a mark means, kindly. The words are pure; showing them is below.

import type { Item, Mark } from "./marking";

export interface Words {
  tone: "right" | "partly" | "wrong" | "read";
  headline: string;
}

/** What is said of a mark. A pupil is never blamed: what is not right is "not yet". */
export function wordsFor(item: Item, mark: Mark): Words {
  if (mark.right === null) return { tone: "read", headline: "C’est noté. Ton enseignant ou ton enseignante le lira." };
  if (mark.right) return { tone: "right", headline: "C’est juste !" };
  const count = mark.detail.filter(Boolean).length;
  if (count > 0) {
    const what = item.kind === "order" ? (count > 1 ? "lignes sont à leur place" : "ligne est à sa place") : "";
    const pairs = count > 1 ? "paires sont justes" : "paire est juste";
    return { tone: "partly", headline: `Presque : ${count}\u00a0${what || pairs} sur ${mark.detail.length}.` };
  }
  return { tone: "wrong", headline: "Pas encore. Relis la question et réessaie." };
}

const ICONS = {
  right: "M5 12.5 10 17.5 19 7",
  partly: "M12 7v6M12 17h.01",
  wrong: "M12 7v6M12 17h.01",
  read: "M5 12.5 10 17.5 19 7",
};

/** Puts the verdict into its place: headline, points, explanation (at once when right, on demand when not yet). */
export function showVerdict(place: HTMLElement, item: Item, mark: Mark): void {
  const words = wordsFor(item, mark);
  place.dataset.tone = words.tone;
  const headline = document.createElement("p");
  headline.className = "headline";
  headline.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="${ICONS[words.tone]}"/></svg>`;
  const said = document.createElement("b");
  said.textContent = words.headline;
  headline.append(said);
  if (mark.points_possible > 1) headline.append(points(mark));
  place.replaceChildren(headline);
  if (item.explanation) place.append(explanation(item.explanation, mark.right !== false));
}

function points(mark: Mark): HTMLElement {
  const shown = document.createElement("span");
  shown.className = "num soft";
  const value = (mark.points_hundredths / 100).toLocaleString("fr-FR", { maximumFractionDigits: 2 });
  shown.textContent = `${value} sur ${mark.points_possible}`;
  return shown;
}

/** `html` was cleaned when the lesson was published and came inside the page itself. */
function explanation(html: string, open: boolean): HTMLElement {
  const box = document.createElement(open ? "div" : "details");
  box.className = "explanation";
  box.innerHTML = open ? html : `<summary>Voir l’explication</summary>${html}`;
  return box;
}

/** Marks each row of an order or match question as right or to be looked at again. */
export function showRows(form: HTMLFormElement, detail: boolean[]): void {
  form.querySelectorAll<HTMLElement>(".rows > li").forEach((row, at) => {
    const right = detail[at];
    if (right === undefined) delete row.dataset.right;
    else row.dataset.right = String(right);
    row.querySelector(".row-verdict")?.remove();
    if (right === undefined) return;
    const words = document.createElement("span");
    words.className = "row-verdict";
    words.textContent = right ? "juste" : "à revoir";
    row.append(words);
  });
}
