// Reads an answer out of a question's form, and puts an earlier one back into it. The names of the fields are those that
// the form sends without JavaScript: r, or r0, r1… by row.

import type { Item } from "./marking";

/** The response in the shape that marking reads; null if the pupil has not answered yet. */
export function readAnswer(item: Item, form: HTMLFormElement): unknown {
  const data = new FormData(form);
  switch (item.kind) {
    case "choice": {
      const chosen = data.getAll("r").map(Number);
      return chosen.length > 0 ? chosen : null;
    }
    case "text-entry":
    case "extended-text": {
      const text = String(data.get("r") ?? "");
      return text.trim() === "" ? null : text;
    }
    case "order":
      return [...form.querySelectorAll<HTMLElement>("[data-line]")].map((row) => Number(row.dataset.line));
    case "match": {
      const rows = item.lefts.map((_, at) => String(data.get(`r${at}`) ?? ""));
      return rows.some((value) => value !== "") ? rows.map((value) => (value === "" ? null : Number(value))) : null;
    }
  }
}

/** Shows an earlier response again. It comes from the journal of this device and was well formed when it went in. */
export function putAnswer(item: Item, form: HTMLFormElement, response: unknown): void {
  if (item.kind === "choice" && Array.isArray(response)) {
    for (const input of form.querySelectorAll<HTMLInputElement>('input[name="r"]'))
      input.checked = response.includes(Number(input.value));
  } else if (item.kind === "match" && Array.isArray(response)) {
    response.forEach((index, at) => {
      const select = form.querySelector<HTMLSelectElement>(`select[name="r${at}"]`);
      if (select) select.value = index === null ? "" : String(index);
    });
  } else if (item.kind === "order" && Array.isArray(response)) {
    const list = form.querySelector("[data-rows]");
    for (const index of response) {
      const row = list?.querySelector(`[data-line="${Number(index)}"]`);
      if (row) list?.append(row);
    }
  } else if (typeof response === "string") {
    const field = form.querySelector<HTMLInputElement | HTMLTextAreaElement>('[name="r"]');
    if (field) field.value = response;
  }
}
