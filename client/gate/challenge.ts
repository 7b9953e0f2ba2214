// The challenge: the number whose SHA-256 with the salt is known. docs/protocol/tokens.md has the format.
// Loaded by the waiting page only when one is on offer (working.ts); nobody needs it, waiting goes on beside it.
// Small slices with a pause as long as each, so that an old phone stays usable: half of one core at most.

const MAX_NUMBER = 50_000;
const SLICE = 100;

/** The solution of `salt.challenge.signature`, or "" where nothing can be computed: outside of TLS there is no Web Crypto. */
export async function solved(puzzle: string): Promise<string> {
  const [salt = "", challenge, signature] = puzzle.split(".");
  const { subtle } = crypto;
  if (!subtle) return "";
  const text = new TextEncoder();
  for (let first = 0; first <= MAX_NUMBER; first += SLICE) {
    const began = performance.now();
    const digests = await Promise.all(
      Array.from({ length: SLICE }, (_, next) => subtle.digest("SHA-256", text.encode(salt + (first + next)))),
    );
    const found = digests.findIndex((digest) => hex(digest) === challenge);
    if (found >= 0) return `${salt}.${first + found}.${signature}`;
    await new Promise((resume) => setTimeout(resume, performance.now() - began));
  }
  return "";
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
