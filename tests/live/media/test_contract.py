"""The exam of every media plane: frames pass whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.live.media.interface import MAX_SPEAKER, MediaPlane
from preau.live.media.none import NoMedia
from preau.live.media.voice_over_websocket import HEADER_BYTES, MAX_FRAME_BYTES, VoiceOverWebsocket

PLANES: list[MediaPlane] = [VoiceOverWebsocket(), NoMedia()]


@given(st.sampled_from(PLANES), st.binary(max_size=MAX_FRAME_BYTES + 10), st.integers(0, MAX_SPEAKER))
def test_a_frame_arrives_byte_for_byte_behind_its_speaker_or_is_refused_by_code(
    plane: MediaPlane, frame: bytes, speaker: int
) -> None:
    relayed = plane.relay(frame, speaker)
    if isinstance(relayed, bytes):
        assert plane.has_voice
        assert relayed == speaker.to_bytes(2, "big") + frame
    else:
        assert relayed in {"no_voice", "voice_malformed"}


@pytest.mark.parametrize(
    ("frame", "passes"),
    [
        (b"\x01" + bytes(HEADER_BYTES), True),
        (b"\x01" + bytes(HEADER_BYTES - 1), False),
        (b"\x02" + bytes(HEADER_BYTES), False),
        (b"\x01" + bytes(MAX_FRAME_BYTES - 1), True),
        (b"\x01" + bytes(MAX_FRAME_BYTES), False),
        (b"", False),
    ],
)
def test_only_a_version_a_header_and_one_packet_are_voice(frame: bytes, passes: bool) -> None:  # noqa: FBT001
    assert isinstance(VoiceOverWebsocket().relay(frame, 1), bytes) == passes
