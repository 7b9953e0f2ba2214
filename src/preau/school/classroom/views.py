"""Pages of the classroom: opening a class, entering it, reading its register. Services and selectors choose."""

import secrets
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from preau.school.classroom import class_link, register_sheet, selectors, services
from preau.school.classroom.models import LiveClass
from preau.school.classroom.refusals import Refusal
from preau.school.classroom.reports import may_read_reports, reports_of
from preau.school.directory.models import Person, Profile, TimetableSlot
from preau.school.directory.occurrences import timezone_of
from preau.school.pages.context import home_of
from preau.school.pages.language import render_in_french
from preau.school.pages.refusals import refuse
from preau.tokens.cookies import SEAT_COOKIE_PATH
from preau.tokens.seat import BROWSER_SECRET_BYTES, is_browser_secret


def _signed_in(request: HttpRequest) -> Person | None:
    return request.user if isinstance(request.user, Person) else None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'suite': request.path})}")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refuse(request, code=refusal.value, sentence=refusal.sentence, status=refusal.status)


@require_POST
@never_cache
def open_class(request: HttpRequest) -> HttpResponse:
    """``slot``: id of a timetable slot. Its teacher goes on to the class; the head  to the register."""
    person = _signed_in(request)
    if person is None:
        return redirect(settings.LOGIN_URL)
    try:
        slot_id = UUID(request.POST.get("slot", ""))
    except ValueError:
        return _refused(request, Refusal.MALFORMED)
    related = "class_group__school", "subject", "teacher"
    slot = TimetableSlot.objects.filter(id=slot_id).select_related(*related).first()
    if slot is None:  # said like somebody else's slot: who guesses ids learns nothing
        return _refused(request, Refusal.NOT_YOUR_CLASS)
    opened = services.open_live_class(slot=slot, now=timezone.now(), opened_by=person)
    if isinstance(opened, Refusal):
        return _refused(request, opened)
    return redirect("live_class" if person.id == slot.teacher_id else "register", opened.id.hex)


@require_GET
@never_cache
def live_class(request: HttpRequest, live_class_id: str) -> HttpResponse:
    """The class itself, for its roster. To everybody else an unknown class and somebody else's are the same."""
    person = _signed_in(request)
    if person is None:
        return _to_sign_in(request)
    found = selectors.live_class_by_id(UUID(live_class_id))
    if found is None:
        return _refused(request, Refusal.NOT_ON_ROSTER)
    secret = _browser_secret(request)
    seat = services.seat_for(person=person, live_class=found, browser_secret=secret, now=timezone.now())
    if seat is Refusal.CLASS_ENDED and person.id == found.slot.teacher_id:
        return redirect("register", found.id.hex)
    if isinstance(seat, Refusal):
        return _refused(request, seat)
    response = render_in_french(request, "live_class.html", {"room": _room(person, found, seat)})
    response.set_cookie(
        settings.PREAU_COOKIES.seat,
        secret,
        path=SEAT_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _browser_secret(request: HttpRequest) -> str:
    """The secret of this browser: kept as it is, so that a second tab does not take the place of the first one."""
    shown = request.COOKIES.get(settings.PREAU_COOKIES.seat, "")
    return shown if is_browser_secret(shown) else secrets.token_urlsafe(BROWSER_SECRET_BYTES)


def _room(person: Person, live_class: LiveClass, seat: str) -> dict[str, str]:
    """The data attributes of ``<preau-room>``."""
    slot, teaches = live_class.slot, person.id == live_class.slot.teacher_id
    hex_id = live_class.id.hex
    return {
        "ws": f"/classe/{hex_id}/ws",
        "seat": seat,
        "role": "teacher" if teaches else "pupil",
        "title": slot.subject.name,
        "group": slot.class_group.name,
        "register_url": f"/classe/{hex_id}/appel/" if teaches else "",
        "leave_url": home_of(person),
        "class_link": class_link.address(live_class, now=timezone.now()) if teaches else "",
        "section": slot.class_group.section.value,
    }


def _readable(request: HttpRequest, live_class_id: str) -> LiveClass | HttpResponse:
    """The live class whose register this person may read, or the answer that says no."""
    person = _signed_in(request)
    if person is None:
        return _to_sign_in(request)
    found = selectors.live_class_by_id(UUID(live_class_id))
    if found is None or not selectors.may_read_register(person, found):
        return _refused(request, Refusal.NOT_FOR_YOU)
    services.note_end(live_class=found)
    return found


@require_GET
@never_cache
def register(request: HttpRequest, live_class_id: str) -> HttpResponse:
    """The register of a class, to read and to print."""
    found = _readable(request, live_class_id)
    if isinstance(found, HttpResponse):
        return found
    lines = selectors.register_of(found)
    zone = timezone_of(found.slot)
    person = cast("Person", request.user)
    is_in_class = person.profile == Profile.TEACHER and person.id == found.slot.teacher_id and found.ended_at is None
    context = {
        "live_class": found,
        "section": found.slot.class_group.section.value,
        "zone": zone,
        "rows": None if lines is None else register_sheet.rows(lines),
        "counts": register_sheet.counts(lines or []),
        "is_in_class": is_in_class,
        "reports": reports_of(found) if may_read_reports(person, found) else [],
    }
    return render(request, "register.html", context)


@require_GET
@never_cache
def register_csv(request: HttpRequest, live_class_id: str) -> HttpResponse:
    """The same register for a spreadsheet; refused as long as there is none."""
    found = _readable(request, live_class_id)
    if isinstance(found, HttpResponse):
        return found
    lines = selectors.register_of(found)
    if lines is None:
        return _refused(request, Refusal.NO_REGISTER_YET)
    day = selectors.day_of(found)
    response = HttpResponse(
        register_sheet.as_csv(lines, timezone_of(found.slot)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="appel-{day:%Y-%m-%d}-{found.id.hex[:8]}.csv"'
    return response
