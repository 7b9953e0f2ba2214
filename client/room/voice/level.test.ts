import assert from "node:assert/strict";
import { test } from "node:test";
import { dominantHz, meterHeight, rms } from "./level";

const tone = Float32Array.from({ length: 4800 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / 48_000));

test("the root mean square of a sine is its amplitude over the square root of two", () => {
  assert.ok(Math.abs(rms(tone) - 0.5 / Math.SQRT2) < 1e-3);
  assert.equal(rms(new Float32Array(0)), 0);
});

test("silence leaves the meter at rest and a raised voice fills it", () => {
  assert.equal(meterHeight(0), 0);
  assert.equal(meterHeight(0.002), 0);
  assert.equal(meterHeight(0.5), 1);
  assert.ok(meterHeight(0.05) > 0.4 && meterHeight(0.05) < 0.8);
});

test("the dominant frequency is the strongest bin, and nothing when all is quiet", () => {
  const spectrum = new Float32Array(64).fill(-120);
  assert.equal(dominantHz(spectrum, 10), 0);
  spectrum[44] = -20;
  assert.equal(dominantHz(spectrum, 10), 440);
});
