import assert from "node:assert/strict";
import { test } from "node:test";
import { FRAME_LIMIT_BYTES, packVoice, unpackVoice } from "./frames";

const OPUS = Uint8Array.of(0x78, 1, 2, 3);

test("a packed packet has the bytes of the protocol", () => {
  const bytes = packVoice(258, 40_000, OPUS) as Uint8Array;
  assert.deepEqual([...bytes], [1, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0x9c, 0x40, 0x78, 1, 2, 3]);
});

test("what the server passes on is read back, from the middle of a larger buffer too", () => {
  const packed = packVoice(7, 280_000, OPUS) as Uint8Array;
  const wire = Uint8Array.of(9, 9, 0, 3, ...packed).subarray(2);
  const frame = unpackVoice(wire);
  assert.deepEqual(
    { ...frame, opus: [...(frame?.opus ?? [])] },
    { speaker: 3, sequence: 7, timestampUs: 280_000, opus: [...OPUS] },
  );
});

test("a frame that is too long is not packed, and a short or unknown one is not read", () => {
  assert.equal(packVoice(0, 0, new Uint8Array(FRAME_LIMIT_BYTES)), null);
  assert.equal(unpackVoice(new Uint8Array(15)), null);
  const packed = packVoice(0, 0, OPUS) as Uint8Array;
  assert.equal(unpackVoice(Uint8Array.of(0, 0, 2, ...packed.subarray(1))), null);
});

test("the sequence wraps at 32 bits", () => {
  const packed = packVoice(2 ** 32 + 5, 0, OPUS) as Uint8Array;
  assert.equal(unpackVoice(Uint8Array.of(0, 0, ...packed))?.sequence, 5);
});
