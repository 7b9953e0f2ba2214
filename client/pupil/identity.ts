// Whose device this is just now. The pages of the school say it (body[data-person]); lesson pages are the same for
// everybody and read it from here. Signing out forgets it, with the kept pages that show a name.

import { PAGES } from "./caching";

const PERSON = "preau.person";
/** Read by the waiting page, to greet. */
const GIVEN_NAME = "preau.given_name";

/** Subject pseudonym of the last person who signed in here and did not sign out; "" for nobody. */
export function currentPerson(): string {
  try {
    return localStorage.getItem(PERSON) ?? "";
  } catch {
    return ""; // storage switched off: work is still marked, it is only not kept
  }
}

/** Takes over what a page of the school says, and forgets the pages of whoever was here before. */
export async function noteIdentity(body: HTMLElement): Promise<void> {
  const { person, givenName } = body.dataset;
  if (!person) return;
  const before = currentPerson();
  try {
    localStorage.setItem(PERSON, person);
    localStorage.setItem(GIVEN_NAME, givenName ?? "");
  } catch {
    return;
  }
  if (before && before !== person) await forgetPages();
}

/** Whatever the school answers to the sign-out, this device stops saying a name. */
export async function forgetPerson(): Promise<void> {
  try {
    localStorage.removeItem(PERSON);
    localStorage.removeItem(GIVEN_NAME);
  } catch {
    // nothing was kept
  }
  await forgetPages();
}

async function forgetPages(): Promise<void> {
  if ("caches" in globalThis) await caches.delete(PAGES);
}
