// A week of lessons in one file (docs/protocol/package.md): taken apart, each part checked and put under its own address.

export interface Part {
  /** Where the part is served, without the origin. */
  path: string;
  sha256: string;
  text: string;
}
interface Bundle {
  v: number;
  parts: { path: string; sha256: string; text: string }[];
}

const KINDS: Record<string, string> = { html: "text/html; charset=utf-8", svg: "image/svg+xml" };
/** What a part inherits from the answer that carried it: an old page must be as guarded as a fresh one. */
const GUARDS = [
  "content-security-policy",
  "x-content-type-options",
  "referrer-policy",
  "permissions-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
];

/** The parts that may be kept: pages of the bundle's own edition, drawings named by their content. The others are left out. Pure. */
export function partsOf(bundle: unknown, address: string): Part[] {
  const { v, parts } = (bundle ?? {}) as Partial<Bundle>;
  const folder = /^\/colis\/editions\/[0-9a-f]{64}\//.exec(address)?.[0];
  if (v !== 1 || !folder || !Array.isArray(parts)) return [];
  return parts.flatMap((part) => {
    if (typeof part?.path !== "string" || typeof part.sha256 !== "string" || typeof part.text !== "string") return [];
    const path = new URL(part.path, `https://preau.invalid${address}`).pathname;
    const drawing = /^\/colis\/fichiers\/([0-9a-f]{64})\.svg$/.exec(path);
    const page = path.startsWith(folder) && /^[a-z0-9][a-z0-9-]*\.html$/.test(path.slice(folder.length));
    if (!page && drawing?.[1] !== part.sha256) return [];
    return [{ path, sha256: part.sha256, text: part.text }];
  });
}

/** Whether the text arrived as it was sent. */
export async function isWhole(part: Part): Promise<boolean> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(part.text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("") === part.sha256;
}

/** The answer that the part's own address would have given. Pure. */
export function answerOf(part: Part, carrier: Headers): Response {
  const headers = new Headers({ "Content-Type": KINDS[part.path.slice(part.path.lastIndexOf(".") + 1)] ?? "" });
  for (const name of GUARDS) {
    const value = carrier.get(name);
    if (value) headers.set(name, value);
  }
  return new Response(part.text, { headers });
}
