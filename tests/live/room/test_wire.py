"""What teachers and pupils are told of the same event."""

import json

from preau.live.room import facts
from preau.live.room.facts import Event
from preau.live.room.wire import Audience, event

REPORT = Event(seq=7, by="a" * 32, at=1_000, fact=facts.ReportFiled(5, "il m’insulte"))


def told(audience: Audience) -> dict[str, object]:
    frame: dict[str, object] = json.loads(event(REPORT, audience, names={}))
    return frame


def test_classmates_learn_neither_who_reported_nor_what() -> None:
    assert told(Audience.PUPILS) == {"seq": 7, "t": "report.filed", "by": facts.SERVER, "at": 1_000, "d": {}}


def test_the_teacher_learns_both() -> None:
    frame = told(Audience.TEACHERS)
    assert (frame["by"], frame["d"]) == ("a" * 32, {"about": 5, "words": "il m’insulte"})
