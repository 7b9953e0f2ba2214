// The icons of the live class: one hand, 24 x 24, drawn with the current colour. Always beside a word, so hidden from readers.
import { html, svg, type TemplateResult } from "lit/html.js";

const PATHS = {
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  micOff:
    "M9 9v3a3 3 0 0 0 4.6 2.5M15 11.5V6a3 3 0 0 0-5.7-1.3M5.5 11.5a6.5 6.5 0 0 0 9.8 5.6M18.5 11.5c0 1-.2 2-.7 2.9M12 18v3M4 4l16 16",
  ear: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  earOff: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM16 9.5l5 5M21 9.5l-5 5",
  hand: "M8 12.5V6a1.5 1.5 0 0 1 3 0v5M11 11V4.5a1.5 1.5 0 0 1 3 0V11M14 11V6a1.5 1.5 0 0 1 3 0v8c0 4-2.2 7-6 7-3 0-4.3-1.4-6-4.5L3.5 13.5a1.4 1.4 0 0 1 2.4-1.5L8 14.5",
  chat: "M4 5.5h16v11H10.5L6 20v-3.5H4Z",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  lock: "M6 10.5h12V20H6ZM8.5 10.5V7.5a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 10.5h12V20H6ZM8.5 10.5V7.5a3.5 3.5 0 0 1 6.8-1.2",
  pause: "M9 5.5v13M15 5.5v13",
  play: "M8 5.5v13l10.5-6.5Z",
  door: "M6 21V4h9v17M3.5 21h17M12 12.5v.01M15 7h3v14",
  stop: "M6.5 6.5h11v11h-11Z",
  send: "M4.5 12 20 5l-5 15-3.5-6.5ZM11.5 13.5 20 5",
  hide: "M4 12s3-6 8-6c1.3 0 2.4.4 3.4 1M20 12s-3 6-8 6c-1.3 0-2.4-.4-3.4-1M4 20 20 4",
  check: "M5 12.5 10 17.5 19 7",
  late: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5.5l3.5 2",
  absent: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 12h7",
  offline: "M3.5 9a13 13 0 0 1 5-2.9M20.5 9a13 13 0 0 0-7.5-3.4M7 13a7.5 7.5 0 0 1 4-2M12 18v.01M4 4l16 16",
  left: "M14 4H6v16h8M11 12h9.5M17 8.5l3.5 3.5-3.5 3.5",
  signal: "M5 19v-4M10 19V11.5M15 19V8M20 19V4.5",
  flag: "M6 21V4M6 4.5h11.5l-2.5 4 2.5 4H6",
  warn: "M12 4 2.8 20h18.4ZM12 10v4.5M12 17.3v.01",
} as const;

export type IconName = keyof typeof PATHS;

/** One icon; the word beside it carries the meaning. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${svg`<path d=${PATHS[name]} />`}</svg>`;
}
