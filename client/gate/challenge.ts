// The challenge: the number whose SHA-256 with the salt is known. docs/protocol/tokens.md has the format.
// Loaded by the waiting page only when one is on offer (working.ts); nobody needs it, waiting goes on beside it.
// Small slices with a pause as long as each, so that an old phone stays usable: half of one core at most.

const MAX_NUMBER = 50_000;
/** A slice grows below the first and shrinks above the second: a touch is answered within two frames or three. */
const SHORT_MS = 15;
const LONG_MS = 30;
const FIRST_SLICE = 32;

/** The solution of `salt.first digits of the challenge.signature`, or "" where nothing can be computed: outside of TLS there is no Web Crypto. */
export async function solved(puzzle: string): Promise<string> {
  const [salt = "", challenge = "", signature] = puzzle.split(".");
  const { subtle } = crypto;
  if (!subtle) return "";
  const text = new TextEncoder();
  // 32 bits: another number fits once in 100,000 puzzles, and is refused like no answer at all.
  const wanted = Number.parseInt(challenge.slice(0, 8), 16);
  let slice = FIRST_SLICE;
  for (let first = 0; first <= MAX_NUMBER; ) {
    const began = performance.now();
    const digests = await Promise.all(
      Array.from({ length: slice }, (_, next) => subtle.digest("SHA-256", text.encode(salt + (first + next)))),
    );
    const found = digests.findIndex((digest) => new DataView(digest).getUint32(0) === wanted);
    if (found >= 0) return `${salt}.${first + found}.${signature}`;
    const took = performance.now() - began;
    first += slice;
    if (took < SHORT_MS) slice *= 2;
    else if (took > LONG_MS) slice = Math.max(FIRST_SLICE, slice >> 1);
    await new Promise((resume) => setTimeout(resume, took));
  }
  return "";
}
