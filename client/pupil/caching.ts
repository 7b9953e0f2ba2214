// Which answer goes where: the rules of the service worker, without the worker. Pure.

/** A lesson or its images / a file of the shell / a page of the school / nothing of ours to keep. */
export type Strategy = "package" | "page_of_package" | "shell" | "page" | "network";

export const PACKAGES = "preau-colis-1";
export const PAGES = "preau-pages-1";
export const SHELL_PREFIX = "preau-shell-";

/** How a GET request of our own origin is answered. */
export function strategyFor(path: string): Strategy {
  if (/^\/colis\/editions\/[0-9a-f]{64}\/[^/]+\.html$/.test(path)) return "page_of_package";
  if (path.endsWith(".lot.json")) return "network"; // a bundle is taken apart, not kept
  if (path.startsWith("/colis/")) return "package";
  if (path.startsWith("/static/") || path === "/favicon.svg" || path === "/manifest.webmanifest") return "shell";
  if (path === "/journee/" || path.startsWith("/parcours/")) return "page";
  return "network";
}

/** Only what was asked for is kept: no waiting page, no error, no sign-in page in place of the day. */
export function storable(answer: Pick<Response, "status" | "redirected" | "type" | "headers">): boolean {
  return answer.status === 200 && !answer.redirected && answer.type === "basic" && !answer.headers.has("Preau-Gate");
}

/** The server behind the door is gone; what we have is better than its error. */
export const isDown = (status: number): boolean => status >= 502 && status <= 504;

/** Caches to remove when build `build` takes over: old shells, and kinds that no longer exist. */
export function outdated(names: string[], build: string): string[] {
  const current = new Set([PACKAGES, PAGES, `${SHELL_PREFIX}${build}`]);
  return names.filter((name) => name.startsWith("preau-") && !current.has(name));
}

/** Addresses of images and attachments inside a lesson page. */
export function filesOf(html: string): string[] {
  return [...new Set(html.match(/\/colis\/fichiers\/[0-9a-f]{64}\.[a-z0-9]{1,5}/g) ?? [])];
}

const LOGO =
  '<svg viewBox="0 0 34 34" aria-hidden="true" focusable="false"><path class="roof" d="M3 14 17 5l14 9" fill="none" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"/><path class="roof" d="M8 15v14M26 15v14" fill="none" stroke-width="3" stroke-linecap="round"/><circle class="ball" cx="17" cy="23" r="4.2"/></svg>';
const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);

/** The page shown when neither the network nor the device has what was asked for. */
export function offlinePage(lessons: { url: string; title: string; course: string; minutes: number }[]): string {
  const rows = lessons
    .map(
      (lesson) =>
        `<li><a class="lesson-row" href="${escaped(lesson.url)}"><span class="lesson-words"><b>${escaped(lesson.title)}</b>` +
        `<span class="soft">${escaped(lesson.course)} · ${Number(lesson.minutes)}\u00a0min</span></span></a></li>`,
    )
    .join("");
  const list = rows
    ? `<p>Ces séances sont sur ton appareil. Tu peux les faire maintenant : tes réponses partiront au retour d’internet.</p><ol class="plain lessons">${rows}</ol>`
    : "<p>Aucune séance n’est encore sur cet appareil. Réessaie dans un moment.</p>";
  return `<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Sans internet · Préau</title><link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/static/site.css"></head><body class="bare"><header class="top"><a class="logo" href="/" aria-label="Préau, accueil">${LOGO}<span>Préau</span></a></header><main id="contenu" class="narrow"><section class="card seyes"><h1>Préau n’est pas joignable</h1>${list}<p><a class="btn main" href="">Réessayer</a></p></section></main></body></html>`;
}
