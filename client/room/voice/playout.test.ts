import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT_S, Playout, TARGET_S } from "./playout";

const FRAME_S = 0.04;

test("pieces that arrive evenly are played end to end after the first delay", () => {
  const playout = new Playout();
  const starts = [0, 1, 2, 3].map((i) => playout.place(i * FRAME_S, FRAME_S) as number);
  starts.forEach((at, i) => {
    assert.ok(Math.abs(at - (TARGET_S + i * FRAME_S)) < 1e-9);
  });
});

test("a burst inside the buffer is smoothed and nothing is lost", () => {
  const playout = new Playout();
  const arrivals = [0, 0.12, 0.12, 0.12, 0.16];
  const starts = arrivals.map((now) => playout.place(now, FRAME_S) as number);
  assert.ok(Math.abs((starts.at(-1) as number) - (TARGET_S + 4 * FRAME_S)) < 1e-9);
  assert.equal(playout.dropped, 0);
});

test("after the buffer has run dry the delay is taken again", () => {
  const playout = new Playout();
  playout.place(0, FRAME_S);
  assert.equal(playout.place(5, FRAME_S), 5 + TARGET_S);
});

test("a long burst is cut, so that the class hears the present", () => {
  const playout = new Playout();
  for (let i = 0; i < 100; i++) playout.place(1, FRAME_S);
  assert.ok(playout.backlog(1) <= LIMIT_S + FRAME_S);
  assert.ok(playout.dropped > 80);
});
