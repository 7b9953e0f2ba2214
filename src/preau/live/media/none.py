"""No voice: a server whose line carries text only."""

from preau.live.media.interface import Drop


class NoMedia:
    """Grants nothing and passes nothing on."""

    has_voice = False

    def relay(self, frame: bytes, speaker: int) -> bytes | Drop:  # noqa: ARG002  the plane's signature
        """Always refused."""
        return "no_voice"
