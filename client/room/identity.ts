// Random names of this tab and of its commands. Without crypto.randomUUID, which plain http on a school network lacks.

/** 32 hex digits of a version 4 UUID. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The name of this tab: the same after a reload, another in a second tab. A duplicated tab brings a copy of the session
 * storage with it: a lock held by the first tab tells them apart (else both would take the seat from each other for ever).
 */
export async function tabName(): Promise<string> {
  const kept = sessionStorage.getItem("preau_client");
  if (kept !== null && (await hold(kept))) return kept;
  const fresh = uuid();
  sessionStorage.setItem("preau_client", fresh);
  await hold(fresh);
  return fresh;
}

/** True when no other living tab has this name; it is then ours until the tab closes. */
function hold(name: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`preau-room-${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });
}
