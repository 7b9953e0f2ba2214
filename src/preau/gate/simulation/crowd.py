"""Everybody in front of the gate, as arrays: who arrives, waits, is called, knocks, enters, gives up.

One test decides, as at every edge: the key is below the watermark of its lane. Somebody who waits polls and so hears of
a call after a uniform part of the poll's period. The work of a second grows with the people that move in it, not with
those that wait: the called are found as one slice of each lane sorted by key.
"""

from collections import defaultdict
from typing import Final

import numpy as np

from preau.gate.rules.calling import Group
from preau.gate.rules.places import STAFF
from preau.gate.rules.state import SAMPLE_LOTS, in_sample, next_sample
from preau.gate.simulation.orders import Standing
from preau.gate.simulation.world import NEVER, Bytes, Flags, Ints, Longs, World
from preau.tokens.ticket import LANES

AWAY, WAITING, CALLED, ABSENT, ENTERED, GAVE_UP, GONE = range(7)
"""Not arrived; waits; called and not yet knocked; called, will not come, still counted as present; inside; left the
queue; called, did not come, and no longer counted."""

ABSENT_SEEN_S: Final = 30
"""Whoever does not poll any more is counted as present for this long."""


class Crowd:
    """The state of everybody. Mutable; one for each run.

    Args:
        world: who comes when.
        standing: their lanes and keys.
        random: for delays and for who passes a full limiter first.

    Attributes:
        state: one of the seven, by person.
        claimed_s: second of entry by person, NEVER before.
    """

    def __init__(self, world: World, standing: Standing, random: np.random.Generator) -> None:
        self._world, self._random = world, random
        self.lane, self.key = standing
        self.state = np.zeros(world.people, dtype=np.uint8)
        self.claimed_s = np.full(world.people, NEVER, dtype=np.int32)
        self.left_s = np.full(world.people, NEVER, dtype=np.int32)
        self.waiting = 0
        """People who wait or are called, absent ones included."""
        self.called = 0
        """Of these, the called."""
        self.entered = 0
        """Of the entered, those called before they came."""
        self.arrived = 0
        self._marks = [0] * LANES
        self._lanes = [np.flatnonzero(self.lane == lane).astype(np.int32) for lane in range(LANES)]
        self._keys: list[Longs] = []
        for lane, people in enumerate(self._lanes):
            order = np.argsort(self.key[people], kind="stable")
            self._lanes[lane] = people[order]
            self._keys.append(self.key[self._lanes[lane]])
        self._knocks: defaultdict[int, list[Ints]] = defaultdict(list)
        self._vanish: defaultdict[int, list[Ints]] = defaultdict(list)
        self._fed_up: Ints = np.flatnonzero(world.patience_s < NEVER // 8).astype(np.int32)
        gives_up_s = world.arrival_ms[self._fed_up] // 1000 + world.patience_s[self._fed_up]
        self._fed_up = self._fed_up[np.argsort(gives_up_s, kind="stable")]
        self._gives_up_s = np.sort(gives_up_s)
        self._until = world.arrived_by_second()
        self._sample = 1
        self._audible = np.ones(SAMPLE_LOTS, dtype=bool)  # which lots are heard
        self._heard = np.empty(
            0, dtype=np.int32
        )  # people of these lots who were present at the last look, or came since

    def arrive(self, second: int) -> None:
        """Those of this second join the queue; whoever is called already knocks at once."""
        until = int(self._until[second])
        people = np.arange(self.arrived, until, dtype=np.int32)
        self._heard = np.concatenate((self._heard, people[self._audible[self._world.lot[people]]]))
        self.arrived = until
        self.state[people] = WAITING
        self.waiting += len(people)
        marks = np.array(self._marks, dtype=np.int64)
        self._call(people[self.key[people] < marks[self.lane[people]]], second, at_once=True)

    def call(self, second: int, marks: tuple[int, ...]) -> None:
        """New watermarks. One that moved back is taken at its word: who knocks then is not called any more."""
        for lane, mark in enumerate(marks):
            before = self._marks[lane]
            self._marks[lane] = mark
            if mark > before:
                first, last = np.searchsorted(self._keys[lane], (before, mark))
                people = self._lanes[lane][first:last]
                self._call(people[self.state[people] == WAITING], second, at_once=False)

    def _call(self, people: Ints, second: int, *, at_once: bool) -> None:
        self.state[people] = CALLED
        self.called += len(people)
        if at_once or not len(people):
            self._knock_later(people, second)
            return
        delays = self._random.integers(0, self._world.scenario.poll_s, len(people))
        for delay in np.unique(delays):
            self._knock_later(people[delays == delay], second + int(delay))

    def _knock_later(self, people: Ints, second: int) -> None:
        if len(people):
            self._knocks[second].append(people)

    def knock(self, second: int, *, at_most: float) -> Ints:
        """Lets those in who knock in this second and are called; lane 0 always, the others ``at_most``.

        Returns:
            Who entered.
        """
        self._forget_absent(second)
        knocking = self._knocks.pop(second, [])
        if not knocking:
            return np.empty(0, dtype=np.int32)
        people = np.concatenate(knocking)
        people = people[self.state[people] == CALLED]
        marks = np.array(self._marks, dtype=np.int64)
        still = self.key[people] < marks[self.lane[people]]
        self.state[people[~still]] = WAITING
        self.called -= int(np.count_nonzero(~still))
        people = people[still]
        comes = self._world.comes[people]
        self.state[people[~comes]] = ABSENT
        self._vanish[second + ABSENT_SEEN_S].append(people[~comes])
        entering = self._limit(people[comes], second, at_most=at_most)
        self.state[entering] = ENTERED
        self.claimed_s[entering] = second
        self.entered += len(entering)
        self.waiting -= len(entering)
        self.called -= len(entering)
        return entering

    def _limit(self, people: Ints, second: int, *, at_most: float) -> Ints:
        """The claim limiter: whoever comes when it is full polls again a period later."""
        staff = self.lane[people] == STAFF
        limited = people[~staff]
        if len(limited) <= at_most:
            return people
        limited = self._random.permutation(limited)
        passing = int(at_most)
        self._knock_later(limited[passing:], second + self._world.scenario.poll_s)
        return np.concatenate((people[staff], limited[:passing]))

    def _forget_absent(self, second: int) -> None:
        for people in self._vanish.pop(second, []):
            absent = people[self.state[people] == ABSENT]
            self._leave(absent, second, GONE)
            self.called -= len(absent)

    def give_up(self, second: int) -> None:
        """Those whose patience ends now leave the queue, if they are still in it."""
        until = int(np.searchsorted(self._gives_up_s, np.int32(second), side="right"))
        people, self._fed_up = self._fed_up[:until], self._fed_up[until:]
        self._gives_up_s = self._gives_up_s[until:]
        self._leave(people[self.state[people] == WAITING], second, GAVE_UP)
        called = people[self.state[people] == CALLED]
        self._leave(called, second, GAVE_UP)
        self.called -= len(called)

    def _leave(self, people: Ints, second: int, state: int) -> None:
        self.state[people] = state
        self.left_s[people] = second
        self.waiting -= len(people)

    def groups(self) -> tuple[list[Group], int]:
        """Who is present before the gate, sorted by lane and key, from one voice in ``sample``.

        Returns:
            The groups (some 4,000 voices, or one in 1,024 where those are more), and the sample.
        """
        before = self._sample
        while (sample := next_sample(self._sample, heard=self.waiting // self._sample)) != self._sample:
            self._sample = sample
        if sample != before:
            self._audible = np.array([in_sample(lot, sample) for lot in range(SAMPLE_LOTS)])
        people = self._listen(again=sample < before)
        if not len(people):
            return [], sample
        lane, key = self.lane[people], self.key[people]
        order = np.lexsort((key, lane))
        lane, key = lane[order], key[order]
        fresh = np.ones(len(key), dtype=bool)
        fresh[1:] = (key[1:] != key[:-1]) | (lane[1:] != lane[:-1])
        first = np.flatnonzero(fresh)
        counts = np.diff(first, append=len(key)) * sample
        return list(map(Group, lane[first].tolist(), key[first].tolist(), counts.tolist())), sample

    def _listen(self, *, again: bool) -> Ints:
        """Who is present of the lots heard. ``again``: more lots than before, so that everybody is gone through."""
        people = np.flatnonzero(_present(self.state[: self.arrived])).astype(np.int32) if again else self._heard
        people = people[self._audible[self._world.lot[people]]]
        heard: Ints = people[_present(self.state[people])]
        self._heard = heard
        return heard


def _present(state: Bytes) -> Flags:
    return (state >= WAITING) & (state <= ABSENT)
