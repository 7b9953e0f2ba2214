// The sound of one device: the microphone when its owner speaks, the loudspeaker for the others. Tells the screen when something changes.
import type { Microphone } from "./view";
import { packVoice, unpackVoice } from "./voice/frames";
import { meterHeight } from "./voice/level";
import { type HeardAudio, Listener } from "./voice/listen";
import { Speaker } from "./voice/speak";

/** Served beside room.js; a file of ours because the content security policy refuses blobs. */
const WORKLET_URL = "/static/roomcapture.js";

export interface SoundEvents {
  changed(): void;
  /** One packed frame; false when the line cannot take it. */
  send(frame: Uint8Array<ArrayBuffer>): boolean;
  /** The microphone went away by itself: the class must be told that the voice is off. */
  lost(): void;
}

export class Sound {
  microphone: Microphone = "closed";
  muted = false;
  #speaker: Speaker | null = null;
  #listener: Listener | null = null;
  #sequence = 0;
  #ownLevel = 0;
  /** True between the server's yes and the end of the speech: only then packets leave. */
  #sending = false;

  constructor(private readonly events: SoundEvents) {}

  get canListen(): boolean {
    return Listener.supported;
  }

  /** The browser holds the sound back until a touch. */
  get locked(): boolean {
    return this.#listener?.locked ?? false;
  }

  /** What was heard, from decoded samples; null before the class. */
  get heard(): HeardAudio | null {
    return this.#listener;
  }

  /** Gets the loudspeaker ready, so that a held-back sound is noticed before the first word. */
  prepare(): void {
    if (this.#listener === null && Listener.supported) this.#listener = new Listener(() => this.events.changed());
  }

  hear(bytes: Uint8Array, known: ReadonlyMap<number, string>): void {
    const frame = unpackVoice(bytes);
    if (frame === null || !known.has(frame.speaker)) return;
    this.prepare();
    this.#listener?.hear(frame.speaker, frame.opus, frame.timestampUs);
  }

  async unlock(): Promise<void> {
    await this.#listener?.unlock();
    this.events.changed();
  }

  toggleMuted(): void {
    this.muted = !this.muted;
    if (this.#listener !== null) this.#listener.muted = this.muted;
    this.events.changed();
  }

  /** Asks for the microphone; true when it is open. */
  async openMicrophone(): Promise<boolean> {
    if (this.#speaker !== null || this.microphone === "asking") return this.#speaker !== null;
    this.#set("asking");
    const opened = await Speaker.open(WORKLET_URL, {
      packet: (opus, timestampUs) => this.#packet(opus, timestampUs),
      level: (level) => {
        this.#ownLevel = level;
      },
      lost: () => {
        this.closeMicrophone("busy");
        this.events.lost();
      },
    });
    if (!(opened instanceof Speaker)) {
      this.#set(opened);
      return false;
    }
    this.#speaker = opened;
    this.#sequence = 0;
    this.#set("open");
    return true;
  }

  closeMicrophone(after: Microphone = "closed"): void {
    void this.#speaker?.close();
    this.#speaker = null;
    this.#sending = false;
    this.#ownLevel = 0;
    if (this.microphone !== after) this.#set(after);
  }

  /** Whether the class log says that our voice is on. */
  allow(sending: boolean): void {
    this.#sending = sending;
  }

  /** Height of the meter in [0, 1]: our own voice while we speak, the others' otherwise. */
  level(): number {
    if (this.#speaker !== null) return meterHeight(this.#ownLevel);
    return meterHeight(this.#listener?.rms ?? 0);
  }

  close(): void {
    this.closeMicrophone();
    void this.#listener?.close();
    this.#listener = null;
  }

  #packet(opus: Uint8Array, timestampUs: number): void {
    if (!this.#sending) return;
    const frame = packVoice(this.#sequence, timestampUs, opus);
    this.#sequence += 1;
    if (frame !== null) this.events.send(frame);
  }

  #set(microphone: Microphone): void {
    this.microphone = microphone;
    this.events.changed();
  }
}
