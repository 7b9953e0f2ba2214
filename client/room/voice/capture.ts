// The microphone's tap, in the audio thread (AudioWorklet module, served as /static/roomcapture.js).
//
// The audio thread hands over 128 samples at a time (2.7 ms at 48 kHz). Posting each would be 375 messages a second,
// so the samples are gathered into blocks of 20 ms; the encoder makes its own frames of them.

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** 50 blocks a second: few messages, and a delay nobody hears. */
const BLOCK_S = 0.02;

class CaptureProcessor extends AudioWorkletProcessor {
  #block = new Float32Array(Math.round(sampleRate * BLOCK_S));
  #filled = 0;

  /** Called by the audio thread with 128 samples per channel; the first channel is the voice. */
  process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0];
    if (samples === undefined) return true;
    for (const sample of samples) {
      this.#block[this.#filled++] = sample;
      if (this.#filled === this.#block.length) this.#handOver();
    }
    return true;
  }

  #handOver(): void {
    const block = this.#block;
    this.#block = new Float32Array(block.length);
    this.#filled = 0;
    this.port.postMessage(block, [block.buffer]);
  }
}

registerProcessor("preau-capture", CaptureProcessor);
