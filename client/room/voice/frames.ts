// The binary frames of docs/protocol/live.md, section Voice. Pure. Integers are big-endian.

const VERSION = 1;
/** Version, sequence, timestamp. */
const HEAD_BYTES = 1 + 4 + 8;
/** In front of what the server passes on: the speaker's index. */
const INDEX_BYTES = 2;
/** The server refuses longer frames: an Opus packet of 60 ms at 24 kbit/s is 180 bytes. */
export const FRAME_LIMIT_BYTES = 1_500;

export interface VoiceFrame {
  readonly speaker: number;
  readonly sequence: number;
  readonly timestampUs: number;
  readonly opus: Uint8Array;
}

/** One packet of our own voice, or null when it is too long for the wire. */
export function packVoice(sequence: number, timestampUs: number, opus: Uint8Array): Uint8Array<ArrayBuffer> | null {
  if (HEAD_BYTES + opus.length > FRAME_LIMIT_BYTES) return null;
  const bytes = new Uint8Array(HEAD_BYTES + opus.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(1, sequence % 2 ** 32);
  view.setBigUint64(5, BigInt(Math.max(0, Math.round(timestampUs))));
  bytes.set(opus, HEAD_BYTES);
  return bytes;
}

/** What the server passed on, or null when it is not a voice frame that this version knows. */
export function unpackVoice(bytes: Uint8Array): VoiceFrame | null {
  if (bytes.length <= INDEX_BYTES + HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(INDEX_BYTES) !== VERSION) return null;
  return {
    speaker: view.getUint16(0),
    sequence: view.getUint32(INDEX_BYTES + 1),
    timestampUs: Number(view.getBigUint64(INDEX_BYTES + 5)),
    opus: bytes.subarray(INDEX_BYTES + HEAD_BYTES),
  };
}
