"""Opus packets over the class's websocket: no UDP, no media server, 16 to 24 kbit/s. Never decoded, never stored.

Frame of a speaker: version (1 byte, 1) | sequence (4) | timestamp in microseconds (8) | one Opus packet, big-endian.
Frame to listeners: speaker index (2 bytes), then the speaker's frame byte for byte.
"""

from typing import Final

from preau.live.media.interface import Drop

VERSION: Final = 1
HEADER_BYTES: Final = 13
MAX_FRAME_BYTES: Final = 1_500
"""Ten times a packet of 60 ms at 24 kbit/s; what is larger is not voice."""


class VoiceOverWebsocket:
    """Passes well-formed frames on."""

    has_voice = True

    def relay(self, frame: bytes, speaker: int) -> bytes | Drop:
        """The frame with the speaker's index before it."""
        if not HEADER_BYTES < len(frame) <= MAX_FRAME_BYTES or frame[0] != VERSION:
            return "voice_malformed"
        return speaker.to_bytes(2, "big") + frame
