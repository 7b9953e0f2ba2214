"""POST /travail/journal: events come in any order, any number of times, and count once."""

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from preau.school.content.models import Course, Lesson
from preau.school.directory.models import ClassGroup, Person
from preau.school.work.models import Progress, WorkEvent
from preau.school.work.projection import rebuild_progress
from preau.school.work.selectors import progress_of
from preau.school.work.services import append_events
from preau.tokens import receipt
from preau.tokens.keyring import Keyring
from school.factories import NOW, make_pupil

pytestmark = [pytest.mark.django_db, pytest.mark.data]

OWN = {"Sec-Fetch-Site": "same-origin"}


def pseudonym(person: Person) -> str:
    return str(settings.PREAU_KEYRING.pseudonym("subject", person.pk.hex))


def event(
    person: Person, lesson: Lesson, item: str = "un-et-un", response: Any = None, **fields: Any
) -> dict[str, Any]:
    sent = {
        "uuid": str(uuid.uuid4()),
        "person": pseudonym(person),
        "edition": lesson.edition.manifest_sha256,
        "lesson": lesson.key,
        "item": item,
        "kind": "answer",
        "response": [1] if response is None else response,
        "client_at": NOW.isoformat(),
    }
    return sent | fields


def post(client: Client, body: Any, headers: dict[str, str] | None = None, **extra: Any) -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    kind = extra.pop("content_type", "application/json")
    return client.post("/travail/journal", data=data, content_type=kind, headers=OWN if headers is None else headers)


@pytest.fixture
def signed_in(client: Client, pupil: Person) -> Client:
    client.force_login(pupil)
    return client


def test_an_answer_is_marked_by_the_school_and_kept(signed_in: Client, pupil: Person, lesson: Lesson) -> None:
    sent = event(pupil, lesson, points_hundredths=9999, right=True, response=[0])
    answer = post(signed_in, {"v": 1, "events": [sent]})
    assert (answer.status_code, answer.json()) == (200, {"accepted": [sent["uuid"]], "refused": []})
    stored = WorkEvent.objects.get()
    assert (str(stored.id), stored.person, stored.right, stored.points_hundredths) == (sent["uuid"], pupil, False, 0)
    assert stored.client_at == NOW


def test_sending_again_is_accepted_and_changes_nothing(signed_in: Client, pupil: Person, lesson: Lesson) -> None:
    sent = event(pupil, lesson)
    post(signed_in, {"v": 1, "events": [sent, sent]})
    before = list(WorkEvent.objects.values())
    again = post(signed_in, {"v": 1, "events": [sent | {"response": [0]}]})
    assert again.json()["accepted"] == [sent["uuid"]]
    assert list(WorkEvent.objects.values()) == before


def delivered(client: Client, body: dict[str, Any], *, received_at: datetime) -> Any:
    """What the letterbox does with work that it kept."""
    data, now_s = json.dumps(body).encode(), datetime.now(UTC).timestamp()
    stamp = receipt.mint(settings.PREAU_KEYRING, data, received_at_s=received_at.timestamp(), now_s=now_s)
    return post(client, data, OWN | {"Preau-Received": stamp})


def test_work_delivered_late_was_handed_in_when_the_gate_received_it(
    signed_in: Client, pupil: Person, lesson: Lesson
) -> None:
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    assert delivered(signed_in, {"v": 1, "events": [event(pupil, lesson)]}, received_at=then).status_code == 200
    assert WorkEvent.objects.get().received_at == then
    assert Progress.objects.get().last_at == then


def test_nobody_dates_work_without_the_key_of_the_house(signed_in: Client, pupil: Person, lesson: Lesson) -> None:
    began, body = datetime.now(UTC), {"v": 1, "events": [event(pupil, lesson)]}
    hours_ago_s = began.timestamp() - 10_000
    stamp = receipt.mint(
        Keyring(b"a key that the pupil made up, 32."),
        json.dumps(body).encode(),
        received_at_s=hours_ago_s,
        now_s=hours_ago_s,
    )
    assert post(signed_in, body, OWN | {"Preau-Received": stamp}).status_code == 200
    assert WorkEvent.objects.get().received_at >= began


@pytest.mark.parametrize("changed", [False, True])
def test_where_the_device_was_faster_the_earlier_receipt_of_the_same_event_counts(
    signed_in: Client, pupil: Person, lesson: Lesson, *, changed: bool
) -> None:
    then, sent = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3), event(pupil, lesson)
    post(signed_in, {"v": 1, "events": [sent | ({"response": [0]} if changed else {})]})
    late = WorkEvent.objects.get().received_at
    delivered(signed_in, {"v": 1, "events": [sent]}, received_at=then)
    assert WorkEvent.objects.get().received_at == (late if changed else then)
    assert Progress.objects.get().last_at == (late if changed else then)
    post(signed_in, {"v": 1, "events": [sent]})
    assert WorkEvent.objects.get().received_at == (late if changed else then), "and never becomes later"


def test_signed_out_the_device_keeps_its_work(client: Client, pupil: Person, lesson: Lesson) -> None:
    answer = post(client, {"v": 1, "events": [event(pupil, lesson)]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign_in_required")
    assert not WorkEvent.objects.exists()


def test_work_of_another_person_on_a_shared_device_is_left_there(
    signed_in: Client, pupil: Person, class_group: ClassGroup, lesson: Lesson
) -> None:
    other = event(make_pupil(class_group), lesson)
    own = event(pupil, lesson)
    answer = post(signed_in, {"v": 1, "events": [other, own]}).json()
    assert answer["accepted"] == [own["uuid"]]
    assert [(one["uuid"], one["code"]) for one in answer["refused"]] == [(other["uuid"], "other_person")]


def test_the_id_of_somebody_elses_event_says_nothing_about_it(
    signed_in: Client, pupil: Person, class_group: ClassGroup, lesson: Lesson
) -> None:
    other = make_pupil(class_group)
    theirs = event(other, lesson)
    append_events(person=other, raw_events=[theirs], now=NOW)
    stolen = event(pupil, lesson, uuid=theirs["uuid"], response=[0])
    answer = post(signed_in, {"v": 1, "events": [stolen]}).json()
    assert (answer["accepted"], answer["refused"][0]["code"]) == ([], "event_refused")
    assert other.given_name not in json.dumps(answer)
    assert WorkEvent.objects.get().person == other
    assert progress_of(pupil) == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"uuid": "not-a-uuid"}, "event_malformed"),
        ({"uuid": 7}, "event_malformed"),
        ({"kind": "deleted"}, "event_malformed"),
        ({"client_at": "hier"}, "event_malformed"),
        ({"client_at": "2026-11-23T08:30:00"}, "event_malformed"),
        ({"client_at": "0001-01-01T00:00:00+23:59"}, "client_at_invalid"),
        ({"client_at": "9999-12-31T23:59:59-23:59"}, "client_at_invalid"),
        ({"edition": "0" * 64}, "lesson_unknown"),
        ({"edition": "\x00" * 64}, "lesson_unknown"),
        ({"lesson": "../../etc"}, "lesson_unknown"),
        ({"item": "rien"}, "item_unknown"),
        ({"item": "moitie", "response": "\ud800"}, None),
        ({"item": "moitie", "response": "a\x00b"}, "response_malformed"),
        ({"response": [9]}, "response_malformed"),
        ({"response": {"a": 1}}, "response_malformed"),
        ({"person": ""}, "other_person"),
    ],
)
def test_a_bad_event_is_refused_alone_with_its_reason(
    signed_in: Client, pupil: Person, lesson: Lesson, change: dict[str, Any], code: str | None
) -> None:
    good = event(pupil, lesson)
    answer = post(signed_in, {"v": 1, "events": [event(pupil, lesson) | change, good]})
    if code is None:  # not JSON at all: lone surrogates are refused with the whole request
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "json_invalid")
        return
    assert answer.json()["accepted"] == [good["uuid"]]
    refused = answer.json()["refused"]
    assert [one["code"] for one in refused] == [code]
    assert refused[0]["message"].endswith(".")


@pytest.mark.parametrize("raw", [None, 3, "x", [], {}, {"uuid": {"a": 1}}])
def test_an_event_that_is_no_event_is_refused(signed_in: Client, course: Course, raw: Any) -> None:
    answer = post(signed_in, {"v": 1, "events": [raw]})
    assert [one["code"] for one in answer.json()["refused"]] == ["event_malformed"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "json_invalid"),
        (b"\xff", 400, "json_invalid"),
        (b'{"v":1,"events":["\xff"]}', 400, "json_invalid"),
        (" ", 400, "json_invalid"),
        ("[]", 400, "json_invalid"),
        ('{"v":2,"events":[]}', 400, "json_invalid"),
        ('{"v":1,"events":{}}', 400, "json_invalid"),
        ("[" * 100_000, 400, "json_invalid"),
        ('{"v":1,"events":[' + ",".join(["1"] * 201) + "]}", 413, "too_many_events"),
        ('{"v":1,"events":["' + "x" * 262_144 + '"]}', 413, "body_too_large"),
    ],
)
def test_a_bad_request_is_refused_whole(
    signed_in: Client, course: Course, body: bytes | str, status: int, code: str
) -> None:
    answer = post(signed_in, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not WorkEvent.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "https://exemple.fr"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_our_own_pages_may_send(signed_in: Client, course: Course, headers: dict[str, str], status: int) -> None:
    assert post(signed_in, {"v": 1, "events": []}, headers=headers).status_code == status


def test_only_json_by_post_is_read(signed_in: Client, course: Course) -> None:
    assert post(signed_in, "v=1", content_type="application/x-www-form-urlencoded").status_code == 415
    assert signed_in.get("/travail/journal").json()["error"]["code"] == "method_not_allowed"


def test_a_clock_that_is_hours_wrong_is_kept_as_it_is(signed_in: Client, pupil: Person, lesson: Lesson) -> None:
    late = datetime(2031, 1, 1, tzinfo=UTC)
    post(signed_in, {"v": 1, "events": [event(pupil, lesson, client_at=late.isoformat())]})
    stored = WorkEvent.objects.get()
    assert stored.client_at == late
    assert abs(stored.received_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_package_that_is_not_there_loses_nothing(
    signed_in: Client, pupil: Person, lesson: Lesson, settings: Any, tmp_path: Any
) -> None:
    settings.PREAU_DATA = tmp_path / "elsewhere"
    answer = post(signed_in, {"v": 1, "events": [event(pupil, lesson)]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "package_unavailable")
    assert not WorkEvent.objects.exists()


def test_progress_does_not_depend_on_the_order_or_the_number_of_deliveries(
    pupil: Person, lesson: Lesson, class_group: ClassGroup
) -> None:
    twin = make_pupil(class_group)
    answers = [("un-et-un", [0]), ("un-et-un", [1]), ("un-et-un", [2]), ("moitie", "3,5"), ("ranger", [0, 2, 1])]
    sent = [event(pupil, lesson, item, response) for item, response in answers]
    append_events(person=pupil, raw_events=sent, now=NOW)
    mixed = random.Random(7)  # noqa: S311  a test repeats itself
    copies = [one | {"uuid": str(uuid.uuid4()), "person": pseudonym(twin)} for one in sent]
    for _round in range(3):
        mixed.shuffle(copies)
        for one in copies:
            append_events(person=twin, raw_events=[one], now=NOW)
    place = (lesson.edition.course_id.hex, "dix")
    first, second = progress_of(pupil)[place], progress_of(twin)[place]
    assert (first.answered, first.total, first.points, first.points_possible) == (3, 5, 2.66, 6)
    assert (second.answered, second.points_hundredths, second.done) == (first.answered, first.points_hundredths, False)


def test_progress_can_be_thrown_away_and_rebuilt(pupil: Person, lesson: Lesson) -> None:
    append_events(person=pupil, raw_events=[event(pupil, lesson), event(pupil, lesson, kind="lesson_done")], now=NOW)
    before = list(Progress.objects.values("lesson_key", "answered", "points_hundredths", "done", "last_at"))
    Progress.objects.all().delete()
    assert rebuild_progress(pupil) == 1
    assert list(Progress.objects.values("lesson_key", "answered", "points_hundredths", "done", "last_at")) == before


def test_own_progress_as_json(signed_in: Client, client: Client, pupil: Person, lesson: Lesson) -> None:
    append_events(person=pupil, raw_events=[event(pupil, lesson)], now=NOW)
    (row,) = signed_in.get("/travail/suivi").json()["progress"]
    assert (row["lesson"], row["answered"], row["total"], row["points"]) == ("dix", 1, 5, 1.0)
    assert Client().get("/travail/suivi").status_code == 401
