// The speaker's voice: microphone, audio thread, Opus encoder, packets out. Shell; nothing here decides who may speak.
import { rms } from "./level";

/** Clear speech for Opus in mono; an hour is 11 MB for each listener. */
const BITRATE = 24_000;
/** 25 packets a second: half the websocket frames of the usual 20 ms, for 20 ms more delay. */
const FRAME_US = 40_000;

/** Why the microphone stays closed. */
export type SpeakRefusal = "unsupported" | "denied" | "no_microphone" | "busy";

export interface SpeakerEvents {
  /** One Opus packet; `timestampUs` since the microphone was opened. */
  packet(opus: Uint8Array, timestampUs: number): void;
  /** Root mean square of the last 20 ms, in [0, 1]. */
  level(rms: number): void;
  /** The microphone went away (unplugged, taken by the system). */
  lost(): void;
}

export class Speaker {
  #timestampUs = 0;

  private constructor(
    private readonly stream: MediaStream,
    private readonly context: AudioContext,
    private readonly encoder: AudioEncoder,
    private readonly events: SpeakerEvents,
  ) {}

  static get supported(): boolean {
    return "AudioEncoder" in globalThis && "AudioWorkletNode" in globalThis && "mediaDevices" in navigator;
  }

  /**
   * Asks for the microphone and starts to encode.
   * @param workletUrl the module of capture.ts, from our own origin
   */
  static async open(workletUrl: string, events: SpeakerEvents): Promise<Speaker | SpeakRefusal> {
    if (!Speaker.supported) return "unsupported";
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      return refusalOf(error);
    }
    // The context runs at the machine's own rate (Firefox refuses to mix rates); the encoder resamples to 48 kHz.
    const context = new AudioContext({ latencyHint: "interactive" });
    const encoder = new AudioEncoder({
      output: (chunk) => {
        const opus = new Uint8Array(chunk.byteLength);
        chunk.copyTo(opus);
        events.packet(opus, chunk.timestamp);
      },
      error: () => events.lost(),
    });
    const speaker = new Speaker(stream, context, encoder, events);
    try {
      await speaker.#start(workletUrl);
    } catch {
      await speaker.close();
      return "unsupported";
    }
    return speaker;
  }

  async close(): Promise<void> {
    for (const track of this.stream.getTracks()) track.stop();
    if (this.encoder.state !== "closed") this.encoder.close();
    if (this.context.state !== "closed") await this.context.close();
  }

  async #start(workletUrl: string): Promise<void> {
    const config = {
      codec: "opus",
      sampleRate: this.context.sampleRate,
      numberOfChannels: 1,
      bitrate: BITRATE,
      opus: { frameDuration: FRAME_US, application: "voip", signal: "voice" },
    };
    this.encoder.configure(config as AudioEncoderConfig);
    await this.context.audioWorklet.addModule(workletUrl);
    const tap = new AudioWorkletNode(this.context, "preau-capture", { numberOfOutputs: 0, channelCount: 1 });
    tap.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer>>) => this.#encode(data);
    this.context.createMediaStreamSource(this.stream).connect(tap);
    this.stream.getAudioTracks()[0]?.addEventListener("ended", () => this.events.lost());
    await this.context.resume();
  }

  #encode(samples: Float32Array<ArrayBuffer>): void {
    if (this.encoder.state !== "configured") return;
    const data = new AudioData({
      format: "f32-planar",
      sampleRate: this.context.sampleRate,
      numberOfFrames: samples.length,
      numberOfChannels: 1,
      timestamp: this.#timestampUs,
      data: samples,
    });
    this.#timestampUs += (samples.length / this.context.sampleRate) * 1e6;
    this.encoder.encode(data);
    data.close();
    this.events.level(rms(samples));
  }
}

function refusalOf(error: unknown): SpeakRefusal {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no_microphone";
  return "busy";
}
