"""One seated websocket: who it is, what it may still send, what waits for it."""

from collections.abc import Callable
from typing import Final

from preau.live.outbox import Outbox
from preau.live.room import wire
from preau.live.room.bucket import COMMANDS, VOICE, Bucket, spend, wait_ms
from preau.live.room.refusals import Refusal
from preau.tokens.seat import Seat

MAX_FAULTS: Final = 20
"""Unreadable frames before the connection is closed: a bug in a client shows itself, a fuzzer is shown out."""
MAX_FLOODED: Final = 200
"""Frames above the rate before the connection is closed: twenty seconds of twice the rate."""
VOICE_REFUSED_EVERY_MS: Final = 5_000


def _nobody_asks() -> None:
    """Where nobody measures."""


class Connection:
    """The newest connection of a person's seat. ``client`` names the browser tab, "" when it did not say.

    ``on_answer``: called each time that the room has answered whether the person is in class or waits at the door.
    """

    def __init__(
        self,
        seat: Seat,
        *,
        client: str,
        resume_seq: int | None,
        now_ms: int,
        on_answer: Callable[[], None] = _nobody_asks,
    ) -> None:
        self.on_answer = on_answer
        self.seat = seat
        self.reader = wire.Reader(seat.person, wire.Audience(seat.role.value))
        self.client = client
        self.resume_seq = resume_seq
        self.outbox = Outbox()
        self.last_heard_ms = now_ms
        self.last_ping_ms = now_ms
        self._commands: Bucket | None = None
        self._voice: Bucket | None = None
        self._voice_refused_ms = 0
        self._faults = 0
        self._flooded = 0

    @property
    def person(self) -> str:
        """The person in the seat."""
        return self.reader.person

    @property
    def is_teacher(self) -> bool:
        """Whether the seat is a teacher's."""
        return self.reader.audience is wire.Audience.TEACHERS

    def close(self, code: int, reason: str) -> None:
        """Says goodbye, then closes."""
        self.outbox.finish(code, reason, wire.bye(code, reason))

    def refuse(self, op_id: str | None, refusal: Refusal) -> None:
        """Answers a command that changes nothing."""
        self.outbox.put(wire.refused(op_id, refusal))

    def fault(self, code: str, op_id: str | None = None) -> None:
        """Answers a frame that could not be read; the last straw closes the connection."""
        self._faults += 1
        self.refuse(op_id, Refusal(code))
        if self._faults >= MAX_FAULTS:
            self.close(4400, "bad_messages")

    def may_command(self, op_id: str | None, now_ms: int) -> bool:
        """Counts one text frame; answers it itself when there were too many."""
        wait = wait_ms(self._commands, COMMANDS, now_ms)
        if not wait:
            self._commands = spend(self._commands, COMMANDS, now_ms)
            return True
        self._flooded += 1
        self.refuse(op_id, Refusal("rate_limited", wait))
        if self._flooded >= MAX_FLOODED:
            self.close(4400, "bad_messages")
        return False

    def may_send_voice(self, now_ms: int) -> bool:
        """Counts one voice frame."""
        if wait_ms(self._voice, VOICE, now_ms):
            return False
        self._voice = spend(self._voice, VOICE, now_ms)
        return True

    def refuse_voice(self, code: str, now_ms: int) -> None:
        """Tells the speaker, not too often, that their frames are dropped; nonsense counts as a fault each time."""
        if code == "voice_malformed":
            self.fault("malformed")
        if now_ms - self._voice_refused_ms >= VOICE_REFUSED_EVERY_MS:
            self._voice_refused_ms = now_ms
            self.outbox.put(wire.ephemeral("voice_refused", {"code": code}), key="voice_refused")
