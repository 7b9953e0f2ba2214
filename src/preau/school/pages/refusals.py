"""Pages for what was refused: a French sentence, a stable code, a 4xx status.

The same refusal is JSON ``{"error": {"code", "message"}}`` for a client that prefers JSON.
"""

import errno
import sys
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from preau.school.pages.script_paths import SCRIPT_PATHS

NEXT_STEPS: Mapping[int, str] = {400: "retry", 403: "sign_in", 404: "home", 429: "wait", 503: "wait"}
_STORAGE_RETRY_S: Final = 30
"""Longer than the ten seconds that a writer waits for its turn, shorter than the patience of a class."""
_FULL: Final = ("is full", "No space left", "DiskFull")
"""How SQLite and PostgreSQL say that there is no room left."""
_BROKEN: Final = (
    "no such table",
    "no such column",
    "has no column named",
    "readonly database",
    "malformed",
    "not a database",
)
"""How SQLite says that its file is not the one we made; PostgreSQL raises ``ProgrammingError`` for a missing table."""
_LONGEST_LOGIN_CHARS: Final = 150
_LONGEST_PATH_CHARS: Final = 500
_DEEPEST_CAUSE: Final = 10
"""Django wraps an error of the database three times at most."""


def prefers_json(request: HttpRequest) -> bool:
    """Whether the client asks for JSON rather than a page; who sends JSON reads it, and so do our scripts."""
    return (
        request.path in SCRIPT_PATHS
        or request.content_type == "application/json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def refuse(
    request: HttpRequest, *, code: str, sentence: str, status: int, retry_after_s: int | None = None
) -> HttpResponse:
    """The answer to what is refused, as a page or as JSON."""
    response: HttpResponse
    if prefers_json(request):
        response = JsonResponse({"error": {"code": code, "message": sentence}}, status=status)
    else:
        context = {"code": code, "sentence": sentence, "next_step": NEXT_STEPS.get(status, "retry")}
        response = render(request, "refusal.html", context, status=status)
    if retry_after_s is not None:
        response["Retry-After"] = str(retry_after_s)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    storage = _storage_failure(request, exception)  # Django takes a session that is not written for one signed out
    if storage is not None:
        return storage
    return refuse(request, code="bad_request", sentence=_("Cette demande n’a pas été comprise."), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="forbidden", sentence=_("Cette page n’est pas pour ce compte."), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="not_found", sentence=_("Cette page n’existe pas."), status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    """A form that stayed open too long: leads back to it, with the login that was typed; never the password."""
    sentence = _("Cette page a expiré.")
    if prefers_json(request):
        return refuse(request, code="form_expired", sentence=sentence, status=403)
    login = request.POST.get("identifiant", "")[:_LONGEST_LOGIN_CHARS]
    context = {
        "code": "form_expired",
        "sentence": sentence,
        "next_step": "reload",
        "reload": request.path if login else _page_before(request),
        "login": login,
        "suite": request.POST.get("suite", "")[:_LONGEST_PATH_CHARS],
    }
    response = render(request, "refusal.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def _page_before(request: HttpRequest) -> str:
    """The path of this site that the form was on, as the browser names it; the front page if it does not."""
    address = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    short = path.startswith("/") and len(path) <= _LONGEST_PATH_CHARS
    return path if short and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"


def say_bare_refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: Django answers a wrong method with nothing at all, and nobody knows what to do with an empty page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.streaming or response.content:
            return response
        sentence = _("Cette adresse ne s’ouvre pas de cette façon.")
        refusal = refuse(request, code="method_not_allowed", sentence=sentence, status=405)
        refusal["Allow"] = response["Allow"]
        return refusal

    return answer


def failure(request: HttpRequest) -> HttpResponse:
    """Our own fault, which Django has logged. What the database cannot do for now is said as what it is: wait.

    What waiting does not mend is no such promise: a table that is missing stays missing.
    """
    storage = _storage_failure(request, sys.exception())
    if storage is not None:
        return storage
    sentence = _("La panne est de notre côté. Ce qui était enregistré l’est toujours.")
    return _bare(request, "internal", sentence, status=500)


def _storage_failure(request: HttpRequest, raised: BaseException | None) -> HttpResponse | None:
    """The answer when the storage is what failed."""
    if _is_broken(raised):
        sentence = _(
            "Les données de Préau ne sont pas comme il les attend : recommencer n’y change rien. "
            "C’est à la personne qui tient le serveur de les réparer."
        )
        return _bare(request, "storage_broken", sentence, status=500, next_step="report")
    refusal = _storage_refusal(raised)
    return _bare(request, *refusal, status=503) if refusal else None


def _is_broken(raised: BaseException | None) -> bool:
    """Whether a table or a column is missing, or the file may not be written: somebody has to mend that."""
    return any(
        isinstance(one, ProgrammingError) or (isinstance(one, DatabaseError) and any(w in str(one) for w in _BROKEN))
        for one in _causes(raised)
    )


def _causes(raised: BaseException | None) -> Iterator[BaseException]:
    for _depth in range(_DEEPEST_CAUSE):
        if raised is None:
            return
        yield raised
        raised = raised.__cause__ or raised.__context__


def _storage_refusal(raised: BaseException | None) -> tuple[str, str] | None:
    """Code and sentence when the storage is what failed: the disk is full, or the database does not answer."""
    for one in _causes(raised):
        full = isinstance(one, OSError) and one.errno == errno.ENOSPC
        of_database = isinstance(one, OperationalError | InterfaceError)
        if full or (of_database and any(word in str(one) for word in _FULL)):
            return "storage_full", _(
                "Préau n’a plus de place pour écrire. Rien de ce qui était enregistré n’est perdu : "
                "gardez cette page ouverte et recommencez plus tard."
            )
        if of_database:
            return "storage_busy", _(
                "Préau n’arrive pas à écrire en ce moment. Rien de ce qui était enregistré n’est perdu : "
                "recommencez dans une minute."
            )
    return None


def _bare(request: HttpRequest, code: str, sentence: str, *, status: int, next_step: str = "wait") -> HttpResponse:
    """Rendered without the context of a request: the database itself may be what failed."""
    response: HttpResponse
    if prefers_json(request):
        response = JsonResponse({"error": {"code": code, "message": sentence}}, status=status)
    else:
        context = {"code": code, "sentence": sentence, "next_step": next_step}
        response = HttpResponse(render_to_string("refusal.html", context), status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(_STORAGE_RETRY_S)
    response["Cache-Control"] = "no-store"
    return response
