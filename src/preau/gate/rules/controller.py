"""The controller: how many people a second may be called, so that what is behind the gate is busy and never flooded.

Capacity is measured, not configured. Behind the gate stand several *resources* (the school's pages, the verification of
passwords, the joins of live classes). Each says once a second how much work it finished, how long work queued before it
was begun, and which part was the work of people who had entered long ago (``background``). For each the controller
holds what it finishes at most (``capacity_per_s``) and what one entry costs it (``work_per_entry``); the smallest
rate of all of them is the rate of the gate: a class that cannot be joined is not capacity.

The pages are needed by everybody. The others are *partial*: what an entry costs them begins at nothing and is counted,
what they did by how many entered, so that one that nobody uses never binds. More of them than one for each entry is
not the work of entries (wrong passwords, joins again after a bad network), and however much of it there is, entries go
on at a quarter of what the resource can do: who tries passwords outside must not close the door to who holds a card.

The law, once a second and resource:
- *capacity*: what a saturated resource finishes is its capacity, by definition; one that is not saturated is probed
  upwards, only while people wait and it is nearly used up, never far above what was really seen;
- *feed-forward*: an entry promises work that comes over the next seconds. New people are called for what the promises
  have left free. Without this, dead time (a poll, a page, a class to open) makes every controller swing;
- *trim*: a slow integral lowers the rate while queueing is above its target;
- *brake*: nobody is called in a second with long queueing or failures.

Constants: chosen on sixteen days of the base scenario of `preau gate simulate drains` (arrivals in three minutes,
capacity -45 % for 180 s), then tried on its five variations. Sources: queueing time as the signal, DAGOR (arXiv
1806.04075); integral trim, Uber's Cinnamon; no growth while the resource is not the limit, Netflix concurrency-limits;
promised work against dead time, Smith's predictor (1957).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

TARGET_QUEUE_S: Final = 0.05
"""Queueing of 50 ms is saturation: below it nobody notices, above it the queue, not the work, is what grows."""

BRAKE_QUEUES: Final = 6.0
"""Queueing of so many targets stops the calls of a second."""

MOST_FAILED: Final = 0.01
"""One failed answer in a hundred stops them too."""

HEADROOM: Final = 0.88
"""The share of the capacity that is planned; the rest is for what nobody foresaw. A twentieth more gains nothing in the
base scenario and makes the deep failure last longer: what waits beyond patience is asked for again."""

ENTRY_S: Final = 20
"""So long after an entry its work is done: pages, lessons, the class to join."""

HEAR_S, HEAR_LEAST_S, HEAR_MOST_S = 5.0, 1.0, 30.0
"""How long the called take to come, before it was seen and at the least and most: half a poll."""

HEAR_LEARN: Final = 0.02
POOL_FADES: Final = 0.98
"""Who was called and does not come within a minute will hardly come any more."""

CATCH_UP_S: Final = 5.0
"""In so many seconds the promises, and the work that queues, are brought to what the spare capacity can keep."""

PROBE: Final = 1.2
"""An unsaturated resource is probed by this factor a second, until it was saturated once."""

PLATEAU_S: Final = 18.0
PLATEAU_GAIN: Final = 0.02
"""Afterwards the estimate stays near the capacity that was measured, and leaves it by the cube of the time since: a
fiftieth more after 18 s, a fifth after 40 s. So what is known is used in peace, and a capacity that came back is
found (the growth function of TCP CUBIC, RFC 9438, without its decrease)."""

MOST_ABOVE_SEEN: Final = 1.5
"""Capacity is never probed above this many times what was lately finished in a second."""

SEEN_FADES: Final = 0.995
"""How much of the highest throughput seen is remembered a second later: half of it after 140 s."""

SATURATED_FORGETS: Final = 0.7
"""Weight of the old estimate when a saturated resource finishes more than it."""

BELIEVED_DONE_PER_S: Final = 10.0
BELIEVED_AFTER_S: Final = 3
"""Queueing tells the capacity when much was done meanwhile, or when it lasts: one request behind a slow one says
nothing."""

LEAST_CAPACITY_PER_S: Final = 5.0
"""Less is not believed of anything: from nothing there would be no way back."""

LEARN: Final = 0.02
"""Most that the work of an entry is corrected by in a second, in halves of it."""

LEAST_WORK, MOST_WORK = 1.0, 200.0
"""Bounds of the work of an entry: requests."""

COUNT_FADES: Final = 0.99
"""What a partial resource did, and who entered meanwhile, are counted with this fading: half of it after 70 s."""

COUNTED_LEAST: Final = 20.0
"""Fewer entries than this say little about the share of those who use it."""

LEAST_SHARE, MOST_SHARE = 0.02, 1.0
"""Of the entries, who use a partial resource: below the first it does not bind, the second is once for each."""

LEAST_FOR_ENTRIES: Final = 0.25
"""Of what a partial resource can do, whatever queues before it."""

TRIM_LEAST: Final = -0.3
TRIM_FALL, TRIM_RISE = 0.01, 0.02
"""The integral: per second and target of queueing too much it falls by the first, else it rises by the second."""

NO_SHOW_AFTER_S: Final = 5
"""Half a poll: so long after the call the called come, on average."""

NO_SHOW_FADES: Final = 0.98
NO_SHOW_MOST: Final = 0.6
NO_SHOW_LEAST_CALLED: Final = 20.0


class Reading(NamedTuple):
    """What one resource says of the last second. ``work`` is in its own unit: requests, verifications, joins.

    ``queue_s``: mean time between arrival and begin of the work begun in that second. ``failed_share`` in [0, 1].
    ``background_per_s`` None: nobody can tell the work of newcomers from that of others; then an entry is taken to cost
    what it was believed to.
    """

    done_per_s: float
    queue_s: float
    background_per_s: float | None = 0.0
    failed_share: float = 0.0

    @property
    def is_saturated(self) -> bool:
        """Whether work queues: then what is finished is what can be finished."""
        return self.queue_s > TARGET_QUEUE_S


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """What is believed of one resource.

    ``partial``: not everybody needs it (``http`` is needed by all): what an entry costs is ``counted_work`` over
    ``counted_entries``, fading sums of what was done and of who entered.

    ``seen_per_s``: the highest throughput lately, fading. ``measured_per_s``: the capacity when it was saturated the
    last time, ``unsaturated_s`` seconds of people waiting ago; 0: it never was. ``queueing_s``: for how long work
    queues now.
    """

    capacity_per_s: float
    work_per_entry: float
    seen_per_s: float = 0.0
    trim: float = 0.0
    measured_per_s: float = 0.0
    unsaturated_s: int = 0
    queueing_s: int = 0
    partial: bool = False
    counted_work: float = 0.0
    counted_entries: float = 0.0

    @property
    def is_needed(self) -> bool:
        """Whether entries cost it anything worth speaking of."""
        return not self.partial or self.work_per_entry >= LEAST_SHARE


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the porter saw in the last second.

    ``waiting``: who still waits. ``entered``: people who entered, of all lanes and bare devices too: all of them bring
    work. ``called``: people newly called, and those who entered without a call: through an open lane, as staff, as bare
    devices.
    """

    waiting: int
    entered: int
    called: int
    readings: Mapping[str, Reading]


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller remembers.

    Per second, the latest first: who ``entered`` and who was ``called``. ``coming``: how many of the called are still
    expected. ``hear_s``: how long they take. ``came`` of ``expected`` people called half a poll ago: fading sums.
    """

    resources: Mapping[str, Resource]
    entered: tuple[int, ...] = ()
    called: tuple[int, ...] = ()
    coming: float = 0.0
    hear_s: float = HEAR_S
    came: float = 0.0
    expected: float = 0.0

    @property
    def no_show(self) -> float:
        """The share of called people who do not come, in [0, NO_SHOW_MOST]; 0 while too few were called to tell."""
        if self.expected < NO_SHOW_LEAST_CALLED:
            return 0.0
        return min(max(1 - self.came / self.expected, 0.0), NO_SHOW_MOST)


class Rate(NamedTuple):
    """What a second comes to. ``calls_per_s`` counts no-shows in. ``bound_by``: the resource that is the limit."""

    calls_per_s: float
    entries_per_s: float
    bound_by: str
    brakes: bool


def next_rate(memory: Memory, look: Look) -> tuple[Rate, Memory]:
    """The rate of the next second, and what to remember. Cost: linear in the resources.

    A resource without a reading keeps what is believed of it and goes on bounding the rate.
    """
    memory = _noted(memory, look)
    resources, rates = {}, []
    for name, resource in memory.resources.items():
        reading = look.readings.get(name)
        learned = resource if reading is None else _learned(resource, reading, memory, waiting=look.waiting > 0)
        resources[name] = learned
        if learned.is_needed:
            rates.append((_entries_per_s(learned, reading, memory), name))
    entries_per_s, bound_by = min(rates, default=(0.0, ""))
    # A partial resource slows the calls by what queues before it, and never stops them: others do not need it.
    brakes = any(
        _brakes(look.readings[name]) for name, one in resources.items() if name in look.readings and not one.partial
    )
    if brakes:
        entries_per_s = 0.0
    rate = Rate(entries_per_s / (1 - memory.no_show), entries_per_s, bound_by, brakes)
    return rate, replace(memory, resources=resources)


def _noted(memory: Memory, look: Look) -> Memory:
    due = memory.called[NO_SHOW_AFTER_S - 1] if len(memory.called) >= NO_SHOW_AFTER_S else 0
    coming = max(0.0, POOL_FADES * memory.coming + look.called * (1 - memory.no_show) - look.entered)
    entered = (look.entered, *memory.entered[: ENTRY_S - 1])
    per_s = sum(entered) / len(entered)
    seen_s = min(max(coming / per_s, HEAR_LEAST_S), HEAR_MOST_S) if per_s >= 1 else memory.hear_s
    return replace(
        memory,
        entered=entered,
        called=(look.called, *memory.called[: NO_SHOW_AFTER_S - 1]),
        coming=coming,
        hear_s=memory.hear_s + HEAR_LEARN * (seen_s - memory.hear_s),
        came=NO_SHOW_FADES * memory.came + look.entered,
        expected=NO_SHOW_FADES * memory.expected + due,
    )


def _learned(resource: Resource, reading: Reading, memory: Memory, *, waiting: bool) -> Resource:
    done = reading.done_per_s
    seen = max(done, resource.seen_per_s * SEEN_FADES)
    capacity, measured, unsaturated_s = resource.capacity_per_s, resource.measured_per_s, resource.unsaturated_s
    queueing_s = resource.queueing_s + 1 if reading.is_saturated else 0
    if reading.is_saturated and (done >= BELIEVED_DONE_PER_S or queueing_s >= BELIEVED_AFTER_S):
        lower = done < capacity
        capacity = done if lower else SATURATED_FORGETS * capacity + (1 - SATURATED_FORGETS) * done
        measured, unsaturated_s = capacity, 0
    elif not reading.is_saturated and waiting and done > 0.7 * HEADROOM * capacity:
        unsaturated_s += 1
        wanted = measured * (1 + PLATEAU_GAIN * (unsaturated_s / PLATEAU_S) ** 3) if measured else capacity * PROBE
        capacity = max(capacity, min(wanted, MOST_ABOVE_SEEN * seen))
    over = (TARGET_QUEUE_S - reading.queue_s) / TARGET_QUEUE_S
    trim = resource.trim + (TRIM_FALL * max(over, -5.0) if over < 0 else TRIM_RISE)
    resource = _counted(resource, reading, memory) if resource.partial else _corrected(resource, reading, memory)
    return replace(
        resource,
        capacity_per_s=max(capacity, LEAST_CAPACITY_PER_S),
        seen_per_s=seen,
        trim=min(max(trim, TRIM_LEAST), 0.0),
        measured_per_s=measured,
        unsaturated_s=unsaturated_s,
        queueing_s=queueing_s,
    )


def _counted(resource: Resource, reading: Reading, memory: Memory) -> Resource:
    """The share of the entries that used a partial resource; while work queues, not less than was believed."""
    work = COUNT_FADES * resource.counted_work + reading.done_per_s
    entries = COUNT_FADES * resource.counted_entries + memory.entered[0]
    share = min(work / max(entries, COUNTED_LEAST), MOST_SHARE)
    if reading.is_saturated:
        share = max(share, resource.work_per_entry)
    return replace(resource, work_per_entry=share, counted_work=work, counted_entries=entries)


def _corrected(resource: Resource, reading: Reading, memory: Memory) -> Resource:
    """Corrected by what the entries of the last seconds really asked for; only while the work is done as it comes."""
    predicted = resource.work_per_entry * sum(memory.entered) / ENTRY_S
    if predicted <= 0 or reading.is_saturated or reading.background_per_s is None or len(memory.entered) < ENTRY_S:
        return resource
    error = (reading.done_per_s - reading.background_per_s) / predicted - 1
    learned = resource.work_per_entry * (1 + LEARN * min(max(error, -0.5), 0.5))
    return replace(resource, work_per_entry=min(max(learned, LEAST_WORK), MOST_WORK))


def _entries_per_s(resource: Resource, reading: Reading | None, memory: Memory) -> float:
    background = 0.0 if reading is None else _background(resource, reading, memory)
    queue_s = 0.0 if reading is None else reading.queue_s
    spare = max(HEADROOM * resource.capacity_per_s - background, 0.0)
    of_entered = sum(people * (1 - (age + 0.5) / ENTRY_S) for age, people in enumerate(memory.entered))
    promised = resource.work_per_entry * (memory.coming + of_entered) + queue_s * resource.capacity_per_s
    # What is promised in equilibrium: then the second term is nothing, and all that is spare is used.
    kept = spare * (memory.hear_s + ENTRY_S / 2)
    work_per_s = (spare + (kept - promised) / CATCH_UP_S) * (1 + resource.trim)
    least_per_s = LEAST_FOR_ENTRIES * resource.capacity_per_s if resource.partial else 0.0
    return max(work_per_s, least_per_s) / resource.work_per_entry


def _background(resource: Resource, reading: Reading, memory: Memory) -> float:
    if reading.background_per_s is not None:
        return reading.background_per_s
    return max(0.0, reading.done_per_s - resource.work_per_entry * sum(memory.entered) / ENTRY_S)


def _brakes(reading: Reading) -> bool:
    return reading.queue_s > BRAKE_QUEUES * TARGET_QUEUE_S or reading.failed_share > MOST_FAILED
