"""What a slow client loses, and in which order."""

import asyncio

from preau.live.outbox import MAX_BYTES, MAX_FRAMES, MAX_VOICE_FRAMES, Outbox


def test_texts_come_out_in_order_before_voice() -> None:
    outbox = Outbox()
    outbox.put_voice(b"v")
    outbox.put("a")
    outbox.put("b")
    assert outbox.take() == (["a", "b"], [b"v"])
    assert outbox.take() == ([], [])


def test_a_newer_ephemeral_replaces_the_older_of_its_kind() -> None:
    outbox = Outbox()
    for text, key in (("door 1", "door"), ("a", None), ("ping", "ping"), ("door 2", "door")):
        outbox.put(text, key=key)
    assert outbox.take()[0] == ["a", "ping", "door 2"]


def test_the_oldest_voice_gives_way() -> None:
    outbox = Outbox()
    for n in range(MAX_VOICE_FRAMES + 3):
        outbox.put_voice(bytes([n]))
    assert outbox.take()[1] == [bytes([n]) for n in range(3, MAX_VOICE_FRAMES + 3)]


def test_a_full_box_gives_up_voice_and_ephemerals_before_events() -> None:
    outbox = Outbox()
    outbox.put_voice(b"v")
    outbox.put("ping", key="ping")
    for n in range(MAX_FRAMES):
        outbox.put(f"{n}")
    assert not outbox.needs_snapshot
    assert outbox.take() == ([f"{n}" for n in range(MAX_FRAMES)], [])


def test_an_overfull_box_asks_for_a_snapshot_instead() -> None:
    outbox = Outbox()
    for n in range(MAX_FRAMES + 1):
        outbox.put(f"{n}")
    assert outbox.needs_snapshot
    outbox.put("later")
    outbox.restart("snapshot")
    assert not outbox.needs_snapshot
    assert outbox.take()[0] == ["snapshot"]


def test_the_welcome_is_never_dropped() -> None:
    outbox = Outbox()
    outbox.put("welcome", lasting=True)
    for n in range(MAX_FRAMES + 1):
        outbox.put(f"{n}")
    outbox.restart("snapshot")
    assert outbox.take()[0] == ["welcome", "snapshot"]


def test_bytes_are_bounded_as_well_as_frames() -> None:
    outbox = Outbox()
    outbox.put("x" * MAX_BYTES)
    assert not outbox.needs_snapshot
    outbox.put("x")
    assert outbox.needs_snapshot


async def test_finishing_sends_what_waits_then_closes_once() -> None:
    outbox = Outbox()
    outbox.put("a")
    outbox.finish(4409, "seat_taken", "bye")
    outbox.finish(1012, "restart", "never")
    outbox.put("never")
    outbox.put_voice(b"never")
    async with asyncio.timeout(1):
        await outbox.wait()
    assert outbox.take() == (["a", "bye"], [])
    assert outbox.closing == (4409, "seat_taken")
