"""/exploitation/portail/: how the gate stands, and orders to it. For operators (``directory.operators``) alone.

The page is whole without JavaScript; a reload brings it up to date. With it, the same fragments come every two seconds
as JSON: drawn here in both cases, so that both say the same.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from preau.published.files import read_published
from preau.published.gate_orders import OrderRefused, give_order, orders_before, orders_now
from preau.published.gate_words import MODES
from preau.published.journals import last_lines
from preau.published.shapes import (
    GATE_HISTORY_FILE,
    GATE_REPORT_FILE,
    LADDER_FILE,
    MAX_CAPACITY,
    MAX_PRE_OPEN_S,
    GateHistory,
    GateReport,
    LadderChange,
    Refused,
)
from preau.school.directory.models import Person
from preau.school.directory.operators import is_operator
from preau.school.operations.figures import SHOWN_LINES, Seen, page_figures
from preau.school.operations.order_form import GRAVE, Typed, change_of, typed_from, typed_of
from preau.school.pages.refusals import forbidden
from preau.school.signin.services import refresh_card

PAGE: Final = "/exploitation/portail/"
POLL_S: Final = 2
PARTS: Final = ("state", "figures", "lanes", "charts", "minutes", "resources", "ladder", "orders")

View = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("preau.school")


def operators_only(view: View) -> View:
    """Signed in, and an operator now; the page is in French, as every word of the gate is."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not is_operator(request.user):
            return forbidden(request)
        with translation.override("fr"):
            return view(request)

    return never_cache(login_required(guarded))


@operators_only
@require_GET
def gate_page(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request, typed_from(orders_now(settings.PREAU_DATA)))


@operators_only
@require_GET
def gate_state(request: HttpRequest) -> HttpResponse:
    """Its parts as they are now, for the page that is open."""
    context = _figures()
    parts = {part: render_to_string(f"operations/{part}.html", context, request) for part in PARTS}
    return JsonResponse({"v": 1, "parts": parts, "level": _level_line(context)})


@operators_only
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """An order from the form."""
    person = request.user
    if not isinstance(person, Person):
        return forbidden(request)
    data, typed = settings.PREAU_DATA, typed_of(request.POST.dict())
    change = change_of(typed, orders_now(data))
    if isinstance(change, OrderRefused):
        return _page(request, typed, refused=change)
    seen_at_s = int(typed.seen_at_s) if typed.seen_at_s.isdecimal() and typed.seen_at_s.isascii() else -1
    given = give_order(
        data,
        change,
        by=person.full_name,
        reason=typed.reason,
        now_s=timezone.now().timestamp(),
        seen_at_s=seen_at_s,
    )
    if isinstance(given, OrderRefused):
        return _page(request, typed._replace(seen_at_s=str(orders_now(data).at_s)), refused=given)
    log.info("gate_ordered", by=str(person.pk), mode=given.mode, capacity=given.capacity, pre_open_s=given.pre_open_s)
    messages.success(request, "Ordre donné : le portier l’applique dans la seconde.", extra_tags="ok")
    return HttpResponseRedirect(PAGE)


def _page(request: HttpRequest, typed: Typed, *, refused: OrderRefused | None = None) -> HttpResponse:
    figures = _figures()
    context: dict[str, Any] = figures | {
        "typed": typed,
        "refused": refused,
        "modes": [(mode, words, mode in GRAVE) for mode, words in MODES.items()],
        "most_people": MAX_CAPACITY,
        "most_minutes": MAX_PRE_OPEN_S // 60,
        "poll_s": POLL_S,
        "level_line": _level_line(figures),
    }
    status = HTTPStatus.OK
    if refused is not None:
        status = HTTPStatus.CONFLICT if refused.code == "orders_changed" else HTTPStatus.BAD_REQUEST
    response = render(request, "operations/gate.html", context, status=status)
    if isinstance(request.user, Person):
        refresh_card(request, response, request.user, now=timezone.now())  # the card lets operators in when all wait
    return response


def _figures() -> dict[str, Any]:
    data, published = settings.PREAU_DATA, settings.PREAU_PUBLISHED
    report = read_published(published / GATE_REPORT_FILE, GateReport)
    history = read_published(published / GATE_HISTORY_FILE, GateHistory)
    seen = Seen(
        report=None if isinstance(report, Refused) else report,
        history=None if isinstance(history, Refused) else history,
        orders=orders_now(data),
        ordered_before=orders_before(data, limit=SHOWN_LINES + 1),
        ladder=last_lines(data / LADDER_FILE, LadderChange, limit=SHOWN_LINES),
    )
    return page_figures(seen, now_s=timezone.now().timestamp(), zone=timezone.get_current_timezone())


def _level_line(figures: dict[str, Any]) -> str:
    """What is read aloud when it changes: nothing that moves by the second."""
    if not figures["known"]:
        return "Le portier n’a pas encore donné de nouvelles."
    if figures["silent_for"]:
        return "Le portier ne donne plus de nouvelles."
    return f"Niveau {figures['level']}, {figures['level_name']} : {figures['level_reason']}."
