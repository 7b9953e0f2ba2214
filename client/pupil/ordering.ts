// Turns the ranks of an "order" question into lines that move up and down. Without JavaScript the ranks stay.
//
// Usage: `makeMovable(list)` on `<ol data-rows><li data-line="2"><select>…</select><span class="line">…</span></li>…</ol>`.

const ARROWS = {
  up: '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M12 19V5M6 11l6-6 6 6"/></svg>',
  down: '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M12 5v14M6 13l6 6 6-6"/></svg>',
};

export function makeMovable(list: HTMLElement, changed: () => void): void {
  const live = document.createElement("p");
  live.className = "sr";
  live.setAttribute("role", "status");
  list.after(live);
  for (const row of list.querySelectorAll<HTMLElement>("[data-line]")) {
    row.querySelector("select")?.remove();
    row.append(moves(row, list, live, changed));
  }
  list.classList.add("movable");
  list.parentElement?.querySelector(".howto")?.replaceChildren("Déplace les lignes avec les flèches.");
  refresh(list);
}

function moves(row: HTMLElement, list: HTMLElement, live: HTMLElement, changed: () => void): HTMLElement {
  const box = document.createElement("span");
  box.className = "moves";
  for (const way of ["up", "down"] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn move";
    button.dataset.way = way;
    button.innerHTML = ARROWS[way];
    const words = row.querySelector(".line")?.textContent ?? "";
    button.setAttribute("aria-label", `${way === "up" ? "Monter" : "Descendre"} : ${words}`);
    button.addEventListener("click", () => {
      if (way === "up") row.previousElementSibling?.before(row);
      else row.nextElementSibling?.after(row);
      refresh(list);
      const at = [...list.children].indexOf(row) + 1;
      live.textContent = `Ligne ${at} sur ${list.children.length}`;
      const other = box.querySelector<HTMLButtonElement>("button:not([disabled])");
      (button.disabled ? other : button)?.focus();
      changed();
    });
    box.append(button);
  }
  return box;
}

/** The first line cannot go up, the last one cannot go down. */
export function refresh(list: HTMLElement): void {
  [...list.children].forEach((row, at, rows) => {
    const up = row.querySelector<HTMLButtonElement>('[data-way="up"]');
    const down = row.querySelector<HTMLButtonElement>('[data-way="down"]');
    if (up) up.disabled = at === 0;
    if (down) down.disabled = at === rows.length - 1;
  });
}
