// What the pupil's device remembers: whose it is, the journal of work, the lessons that were brought home. IndexedDB, one
// database for pages and service worker alike.
//
// An event leaves the journal only when the school has said "accepted", or when its person leaves the device and was told
// that it would be lost (leaving.ts). Events of somebody else who shares the device stay
// until that person signs in again. A refused event is kept with its code and not sent again: it would be refused again.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export interface WorkEvent {
  uuid: string;
  /** Subject pseudonym of whose work it is; empty when nobody had signed in: such work never leaves the device. */
  person: string;
  edition: string;
  lesson: string;
  item: string;
  kind: "answer" | "lesson_opened" | "lesson_done";
  response: unknown;
  /** ISO 8601 with zone, by the clock of the device. */
  client_at: string;
}
export type SendState = "waiting" | "sent" | "refused";
export interface StoredEvent extends WorkEvent {
  state: SendState;
  code?: string;
}
export interface KeptLesson {
  url: string;
  title: string;
  course: string;
  minutes: number;
  kept_at: string;
}

interface Schema extends DBSchema {
  events: { key: string; value: StoredEvent; indexes: { lesson: [string, string]; state: SendState } };
  lessons: { key: string; value: KeptLesson };
}

/** Sent events are kept to show earlier answers; beyond this many the oldest go. Ten weeks of work. */
export const MAX_SENT_EVENTS = 5_000;
/** Lessons kept: one school year for a family of three; a lesson is about 10 kB. */
export const MAX_LESSONS = 600;

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("preau", 1, {
    upgrade(db) {
      const events = db.createObjectStore("events", { keyPath: "uuid" });
      events.createIndex("lesson", ["person", "lesson"]);
      events.createIndex("state", "state");
      db.createObjectStore("lessons", { keyPath: "url" });
    },
    terminated() {
      opened = undefined;
    },
  });
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

/** Adds events to the journal: all of them or none. */
export async function append(...events: WorkEvent[]): Promise<void> {
  const transaction = (await database()).transaction("events", "readwrite", { durability: "strict" });
  await Promise.all([
    ...events.map((event) => transaction.store.add({ ...event, state: "waiting" })),
    transaction.done,
  ]);
}

/** Adds events that the school has already; those that are here stay as they are. */
export async function appendSent(events: StoredEvent[]): Promise<void> {
  const transaction = (await database()).transaction("events", "readwrite");
  for (const event of events) {
    if (!(await transaction.store.get(event.uuid))) await transaction.store.put(event);
  }
  await transaction.done;
}

/** Events of one person and lesson, oldest first. */
export async function eventsOf(person: string, lesson: string): Promise<StoredEvent[]> {
  const found = await (await database()).getAllFromIndex("events", "lesson", [person, lesson]);
  return found.sort((a, b) => a.client_at.localeCompare(b.client_at));
}

/** What still has to be sent for this person, oldest first. */
export async function waitingFor(person: string): Promise<StoredEvent[]> {
  const found = await (await database()).getAllFromIndex("events", "state", "waiting");
  return found.filter((event) => event.person === person).sort((a, b) => a.client_at.localeCompare(b.client_at));
}

/** People with work waiting on this device. */
export async function peopleWaiting(): Promise<string[]> {
  const found = await (await database()).getAllFromIndex("events", "state", "waiting");
  return [...new Set(found.map((event) => event.person).filter(Boolean))];
}

export async function settle(uuid: string, state: SendState, code?: string): Promise<void> {
  const transaction = (await database()).transaction("events", "readwrite");
  const event = await transaction.store.get(uuid);
  if (event) await transaction.store.put(code === undefined ? { ...event, state } : { ...event, state, code });
  await transaction.done;
}

/** Forgets the whole journal of a person, sent or not; everybody else's stays. */
export async function forgetJournal(person: string): Promise<void> {
  const transaction = (await database()).transaction("events", "readwrite", { durability: "strict" });
  for await (const cursor of transaction.store) if (cursor.value.person === person) await cursor.delete();
  await transaction.done;
}

/** Forgets the oldest sent events beyond the bound. Never one that waits. */
export async function trim(): Promise<void> {
  const db = await database();
  const count = await db.countFromIndex("events", "state", "sent");
  if (count <= MAX_SENT_EVENTS) return;
  const sent = await db.getAllFromIndex("events", "state", "sent");
  sent.sort((a, b) => a.client_at.localeCompare(b.client_at));
  for (const event of sent.slice(0, count - MAX_SENT_EVENTS)) await db.delete("events", event.uuid);
}

/** Notes a lesson as kept; answers with the addresses that had to go to stay within the bound. */
export async function keepLesson(lesson: KeptLesson): Promise<string[]> {
  const db = await database();
  await db.put("lessons", lesson);
  const all = (await db.getAll("lessons")).sort((a, b) => a.kept_at.localeCompare(b.kept_at));
  const dropped = all.slice(0, Math.max(0, all.length - MAX_LESSONS)).map((old) => old.url);
  for (const url of dropped) await db.delete("lessons", url);
  return dropped;
}

/** Lessons on this device, in the order in which they came. */
export async function keptLessons(): Promise<KeptLesson[]> {
  const found = await (await database()).getAll("lessons");
  return found.sort((a, b) => a.kept_at.localeCompare(b.kept_at));
}
