// What a listener hears: Opus packets from the websocket, decoded and played with a small buffer. Shell around playout.ts.
import { dominantHz, rms } from "./level";
import { Playout } from "./playout";

/** Opus always decodes to this, whatever the speaker's microphone ran at (RFC 7845, section 5.1). */
const DECODE_HZ = 48_000;
/** 8192 samples: bins of 5.9 Hz, fine enough to tell a test tone, short enough (171 ms) for a meter. */
const ANALYSER_SAMPLES = 8192;

/** Voices held at once: the teachers and whoever has the floor. */
const VOICES_LIMIT = 8;

interface Voice {
  readonly decoder: AudioDecoder;
  readonly playout: Playout;
}

/** What the end-to-end tests read on `window.preauRoom.audio`: all from decoded samples, nothing from flags. */
export interface HeardAudio {
  readonly packets: number;
  readonly decodedFrames: number;
  readonly rms: number;
  readonly dominantHz: number;
}

export class Listener implements HeardAudio {
  packets = 0;
  decodedFrames = 0;
  readonly #context = new AudioContext({ latencyHint: "interactive" });
  readonly #analyser = this.#context.createAnalyser();
  readonly #gain = this.#context.createGain();
  readonly #samples = new Float32Array(ANALYSER_SAMPLES);
  readonly #spectrum = new Float32Array(ANALYSER_SAMPLES / 2);
  readonly #voices = new Map<number, Voice>();

  /** @param onChange called when the browser lets the sound through or holds it back */
  constructor(onChange: () => void) {
    this.#analyser.fftSize = ANALYSER_SAMPLES;
    this.#analyser.smoothingTimeConstant = 0.3;
    this.#analyser.connect(this.#gain).connect(this.#context.destination);
    this.#context.onstatechange = onChange;
  }

  /** False where the browser has no WebCodecs for sound. */
  static get supported(): boolean {
    return "AudioDecoder" in globalThis && "AudioContext" in globalThis;
  }

  /** True when the browser waits for a touch before it plays sound (autoplay rules). */
  get locked(): boolean {
    return this.#context.state !== "running";
  }

  /** Lets the sound through; works only from a click or a key. */
  async unlock(): Promise<void> {
    await this.#context.resume();
  }

  set muted(muted: boolean) {
    this.#gain.gain.value = muted ? 0 : 1;
  }

  get rms(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return rms(this.#samples);
  }

  get dominantHz(): number {
    this.#analyser.getFloatFrequencyData(this.#spectrum);
    return dominantHz(this.#spectrum, this.#context.sampleRate / ANALYSER_SAMPLES);
  }

  /**
   * One Opus packet of one speaker, in the order of the wire.
   * @param timestampUs microseconds of the speaker's clock
   */
  hear(speaker: number, opus: Uint8Array, timestampUs: number): void {
    this.packets += 1;
    this.#voiceOf(speaker).decode(new EncodedAudioChunk({ type: "key", timestamp: timestampUs, data: opus }));
  }

  async close(): Promise<void> {
    for (const { decoder } of this.#voices.values()) if (decoder.state !== "closed") decoder.close();
    this.#voices.clear();
    await this.#context.close();
  }

  /** Each speaker has a decoder and a buffer: Opus decodes one stream at a time. */
  #voiceOf(speaker: number): AudioDecoder {
    const known = this.#voices.get(speaker);
    // A packet that is not Opus closes its decoder: the next packet opens a new one.
    if (known?.decoder.state === "configured") return known.decoder;
    if (this.#voices.size >= VOICES_LIMIT) this.#forgetOldest();
    const playout = known?.playout ?? new Playout();
    const decoder = new AudioDecoder({ output: (data) => this.#play(data, playout), error: () => undefined });
    decoder.configure({ codec: "opus", sampleRate: DECODE_HZ, numberOfChannels: 1 });
    this.#voices.set(speaker, { decoder, playout });
    return decoder;
  }

  #forgetOldest(): void {
    for (const [speaker, { decoder }] of this.#voices) {
      if (decoder.state !== "closed") decoder.close();
      this.#voices.delete(speaker);
      return;
    }
  }

  #play(data: AudioData, playout: Playout): void {
    this.decodedFrames += 1;
    const at = this.locked ? null : playout.place(this.#context.currentTime, data.duration / 1e6);
    if (at !== null) {
      const buffer = this.#context.createBuffer(1, data.numberOfFrames, data.sampleRate);
      data.copyTo(buffer.getChannelData(0), { planeIndex: 0, format: "f32-planar" });
      const source = this.#context.createBufferSource();
      source.buffer = buffer;
      source.connect(this.#analyser);
      source.start(at);
    }
    data.close();
  }
}
