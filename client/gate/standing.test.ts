// The same vectors as tests/gate/rules/test_standing.py: server and browser tell the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type GateState,
  heard,
  isCalled,
  paceSeconds,
  peopleBefore,
  square,
  tell,
  waitInterval,
  waitText,
} from "./standing";

const vectors = JSON.parse(readFileSync("../docs/protocol/vectors/gate.json", "utf8"));
const state: GateState = {
  v: 1,
  now_s: 1_795_422_600,
  free: 1,
  pace_s: 2,
  sample: 1,
  entries: 0,
  watched_s: 0,
  reason: "full",
  lanes: {
    1: { w: null, people: 25, exact: true, curve: [[100, 25]] },
    3: {
      w: 50,
      people: 2,
      exact: true,
      curve: [
        [40, 1],
        [60, 2],
      ],
    },
  },
};

test("people before, from the shared file", () => {
  for (const { name, lanes, places } of vectors.standings) {
    for (const { lane, key, before } of places) {
      assert.equal(peopleBefore({ ...state, lanes }, { lane, key }), before, `${name}, lane ${lane}, key ${key}`);
    }
  }
});

test("waits, their words and their square", () => {
  for (const { before, entries, watched_s, interval_s, text, square: expected } of vectors.waits) {
    const interval = waitInterval(before, entries, watched_s);
    if (interval_s === null) assert.equal(interval, null);
    else {
      assert.ok(interval);
      for (const index of [0, 1] as const) assert.ok(Math.abs(interval_s[index] - interval[index]) < 0.01);
    }
    assert.equal(waitText(interval), text);
    assert.equal(square(before), expected);
  }
});

test("what is told one after the other, from the shared file", () => {
  for (const { name, steps } of vectors.told) {
    let best = Number.NaN;
    for (const { fresh_s, told_s, slower } of steps) {
      const said = tell(fresh_s, best);
      assert.deepEqual([said.told, said.slower], [told_s, slower], name);
      best = said.best;
    }
  }
});

test("called: below the watermark, and a place is free", () => {
  assert.equal(isCalled(state, { lane: 3, key: 49 }), true);
  assert.equal(isCalled(state, { lane: 3, key: 50 }), false);
  assert.equal(isCalled(state, { lane: 1, key: 9e15 }), true);
  assert.equal(isCalled({ ...state, free: 0 }, { lane: 1, key: 1 }), false);
  assert.equal(isCalled({ ...state, free: 0 }, { lane: 0, key: 1 }), true);
});

test("the file is as old as its instant has stood still, by whatever clock", () => {
  const first = heard(state, [0, 0], 5000);
  assert.deepEqual(first, [state.now_s, 5000]);
  assert.deepEqual(heard(state, first, 70_000), first);
  assert.deepEqual(heard({ ...state, now_s: state.now_s + 1 }, first, 70_000), [state.now_s + 1, 70_000]);
});

test("the pace is never under the server's, never over four times that nor 30 s, and jittered", () => {
  assert.equal(paceSeconds(state, null, 0), 1.6);
  assert.equal(paceSeconds(state, [30, 40], 0.5), 5);
  assert.equal(paceSeconds(state, [60, 80], 0.5), 8);
  assert.equal(paceSeconds({ ...state, pace_s: 5 }, [60, 80], 0.5), 10);
  assert.equal(paceSeconds({ ...state, pace_s: 10 }, [3000, 4000], 0.5), 30);
});
