"""What carries the voice. The room decides who may speak and how often; a plane only carries.

Two exist: voice over the class's own websocket, and none. An SFU becomes a third with the same two questions: is there
voice here, and what becomes of a frame (exam: tests/live/media/test_contract.py).
"""

from typing import Literal, Protocol

Drop = Literal["no_voice", "voice_rate", "voice_malformed"]
"""Why a frame goes nowhere: the code of the ephemeral ``voice_refused``."""

MAX_SPEAKER = 0xFFFF
"""Speaker indices are two bytes on the wire."""


class MediaPlane(Protocol):
    """One plane serves all classes of a node and keeps nothing about them."""

    has_voice: bool
    """Whether ``voice.start`` can be granted at all."""

    def relay(self, frame: bytes, speaker: int) -> bytes | Drop:
        """What the listeners receive for ``frame`` of the speaker numbered ``speaker`` (0 to ``MAX_SPEAKER``)."""
