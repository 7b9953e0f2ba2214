"""The journal (JSON), an answer by plain form, one's own progress (JSON)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, RawPostDataException
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from preau.school.content.items import Item, LessonFile
from preau.school.content.library import published_lesson
from preau.school.content.models import Lesson
from preau.school.directory.models import Person
from preau.school.pages.language import render_in_french
from preau.school.pages.refusals import prefers_json, refuse
from preau.school.work.forms import response_of_form
from preau.school.work.marking import Malformed, Mark, mark
from preau.school.work.origin import is_same_origin
from preau.school.work.refusals import Refusal
from preau.school.work.selectors import answers_of, progress_of
from preau.school.work.services import MAX_EVENTS_PER_REQUEST, append_events
from preau.tokens import envelope, receipt

MAX_BODY_BYTES: Final = 262_144
"""200 events of 1.3 kB: twice what a page of writing takes."""
PROTOCOL_VERSION: Final = 1


def _json_refusal(refusal: Refusal) -> JsonResponse:
    body = {"error": {"code": refusal.value, "message": refusal.sentence}}
    return JsonResponse(body, status=refusal.status, headers={"Cache-Control": "no-store"})


def _page_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refuse(request, code=refusal.value, sentence=refusal.sentence, status=refusal.status)


def _question_refusal(request: HttpRequest, refusal: Refusal, lesson: Lesson, item: Item) -> HttpResponse:
    """The same, from a question that is there: the way back leads to it."""
    if prefers_json(request):
        return _page_refusal(request, refusal)
    context = {"lesson": lesson, "refusal": refusal, "retry_url": f"{lesson.url}#q-{item.key}"}
    response = render_in_french(request, "work/refused.html", context)
    response.status_code = refusal.status
    response["Cache-Control"] = "no-store"
    return response


def _person(request: HttpRequest) -> Person | None:
    return request.user if isinstance(request.user, Person) and request.user.is_active else None


def _body_length(request: HttpRequest) -> int:
    stated = request.headers.get("Content-Length", "0")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 16 else MAX_BODY_BYTES + 1  # noqa: PLR2004  digits of an int64


def _refused_request(request: HttpRequest) -> Refusal | None:
    """What can be refused before reading the body."""
    if request.method != "POST":
        return Refusal.METHOD
    if not is_same_origin(request.headers, request.get_host()):
        return Refusal.CROSS_SITE
    return Refusal.TOO_LARGE if _body_length(request) > MAX_BODY_BYTES else None


@csrf_exempt  # static pages hold no token; see origin.py
def journal(request: HttpRequest) -> HttpResponse:
    """POST /travail/journal: docs/protocol/work-journal.md."""
    refusal = _refused_request(request)
    if refusal is None and request.content_type != "application/json":
        refusal = Refusal.CONTENT_TYPE
    if refusal is not None:
        return _json_refusal(refusal)
    person = _person(request)
    if person is None:
        return _json_refusal(Refusal.SIGN_IN_REQUIRED)
    events = _events_of(request.body)
    if isinstance(events, Refusal):
        return _json_refusal(events)
    try:
        became = append_events(person=person, raw_events=events, now=_handed_in_at(request))
    except OSError:
        return _json_refusal(Refusal.PACKAGE_UNAVAILABLE)
    return _said_stored(JsonResponse(msgspec.to_builtins(became)), stored=not became.refused)


def _handed_in_at(request: HttpRequest) -> datetime:
    """Now; or when the letterbox received it, where that delivers what it kept."""
    now, text = timezone.now(), request.headers.get(receipt.HEADER, "")
    if not text:
        return now
    try:
        body = request.body
    except RawPostDataException:  # a multipart form that was read as fields: none of ours is one
        return now
    received_at_s = receipt.read(settings.PREAU_KEYRING, text, body, now_s=now.timestamp())
    return now if isinstance(received_at_s, envelope.Refusal) else datetime.fromtimestamp(received_at_s, UTC)


def _said_stored(response: HttpResponse, *, stored: bool) -> HttpResponse:
    """Tells a letterbox that sends again (``project.letterbox``) whether everything it sent is where it belongs."""
    response["Cache-Control"] = "no-store"
    if stored:
        response["Preau-Work"] = "stored"
    return response


def _events_of(body: bytes) -> list[Any] | Refusal:
    if len(body) > MAX_BODY_BYTES:
        return Refusal.TOO_LARGE
    try:
        sent = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal.JSON_INVALID
    if not isinstance(sent, dict) or sent.get("v") != PROTOCOL_VERSION or not isinstance(sent.get("events"), list):
        return Refusal.JSON_INVALID
    events: list[Any] = sent["events"]
    return events if len(events) <= MAX_EVENTS_PER_REQUEST else Refusal.TOO_MANY_EVENTS


@csrf_exempt  # static pages hold no token; see origin.py
def answer(request: HttpRequest) -> HttpResponse:
    """POST /travail/reponse: a question answered without JavaScript. Signed out, it is marked and not stored."""
    refusal = _refused_request(request)
    if refusal is not None:
        return _page_refusal(request, refusal)
    at = _handed_in_at(request)
    lesson = _lesson_named(request.POST)
    if lesson is None:
        return _page_refusal(request, Refusal.LESSON_UNKNOWN)
    try:
        return _answer_in(request, lesson, published_lesson(lesson), at)
    except OSError:
        return _page_refusal(request, Refusal.PACKAGE_UNAVAILABLE)


def _lesson_named(fields: QueryDict) -> Lesson | None:
    edition, key = fields.get("edition", ""), fields.get("lesson", "")
    return Lesson.objects.filter(edition__manifest_sha256=edition, key=key).select_related("edition__course").first()


def _answer_in(request: HttpRequest, lesson: Lesson, published: LessonFile, at: datetime) -> HttpResponse:
    item = published.item(request.POST.get("item", ""))
    if item is None:
        return _page_refusal(request, Refusal.ITEM_UNKNOWN)
    response = response_of_form(item, dict(request.POST.lists()))
    if isinstance(response, Refusal):
        return _question_refusal(request, response, lesson, item)
    marked = mark(item, response)
    if isinstance(marked, Malformed):
        return _question_refusal(request, Refusal(marked.value), lesson, item)
    stored = _store(_person(request), lesson, item, response, at)
    if isinstance(stored, Refusal):
        return _page_refusal(request, stored)
    return _result_page(request, lesson, published, item, marked, stored=stored)


def _store(person: Person | None, lesson: Lesson, item: Item, response: Any, at: datetime) -> bool | Refusal:
    """Whether the answer was stored; False when nobody is signed in."""
    if person is None:
        return False
    edition = lesson.edition.manifest_sha256
    event = {
        "uuid": str(form_event_id(person, edition, item.key, response)),
        "person": _subject(person),
        "edition": edition,
        "lesson": lesson.key,
        "item": item.key,
        "kind": "answer",
        "response": response,
        "client_at": at.isoformat(),
    }
    became = append_events(person=person, raw_events=[event], now=at)
    return True if became.accepted else Refusal(became.refused[0].code)


def _subject(person: Person) -> str:
    return str(settings.PREAU_KEYRING.pseudonym("subject", person.pk.hex))


def form_event_id(person: Person, edition: str, item_key: str, response: Any) -> UUID:
    """The same answer sent twice by an impatient finger is one event: its id is drawn from what it says."""
    said = json.dumps([person.pk.hex, edition, item_key, response], ensure_ascii=False)
    return UUID(bytes=hashlib.sha256(said.encode()).digest()[:16], version=4)


def _result_page(
    request: HttpRequest, lesson: Lesson, published: LessonFile, item: Item, marked: Mark, *, stored: bool
) -> HttpResponse:
    keys = [one.key for one in published.items()]
    at = keys.index(item.key)
    following = keys[at + 1] if at + 1 < len(keys) else None
    context = {
        "lesson": lesson,
        "item": item,
        "mark": marked,
        "partly": not marked.right and marked.points_hundredths > 0,
        "stored": stored,
        "number": at + 1,
        "retry_url": f"{lesson.url}#q-{item.key}",
        "next_url": f"{lesson.url}#q-{following}" if following else None,
    }
    return _said_stored(render_in_french(request, "work/result.html", context), stored=stored)


def progress(request: HttpRequest) -> HttpResponse:
    """GET /travail/suivi: one's own progress; with ?edition=&lesson=, one's own answers in that lesson."""
    person = _person(request)
    if person is None:
        return _json_refusal(Refusal.SIGN_IN_REQUIRED)
    if "edition" in request.GET or "lesson" in request.GET:
        return _own_answers(person, _lesson_named(request.GET))
    rows = [
        {
            "course": course,
            "lesson": lesson,
            "answered": row.answered,
            "total": row.total,
            "points": row.points,
            "points_possible": row.points_possible,
            "done": row.done,
            "last_at": row.last_at.isoformat(),
        }
        for (course, lesson), row in progress_of(person).items()
    ]
    return JsonResponse({"v": PROTOCOL_VERSION, "progress": rows}, headers={"Cache-Control": "no-store"})


def _own_answers(person: Person, lesson: Lesson | None) -> JsonResponse:
    if lesson is None:
        return _json_refusal(Refusal.LESSON_UNKNOWN)
    try:
        answers = answers_of(person, lesson)
    except OSError:
        return _json_refusal(Refusal.PACKAGE_UNAVAILABLE)
    body = {"v": PROTOCOL_VERSION, "person": _subject(person), "answers": msgspec.to_builtins(answers)}
    return JsonResponse(body, headers={"Cache-Control": "no-store"})
