"""Pages for what was refused: a French sentence, a stable code, a 4xx status.

The same refusal is JSON ``{"error": {"code", "message"}}`` for a client that prefers JSON.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

NEXT_STEPS: Mapping[int, str] = {400: "retry", 403: "sign_in", 404: "home", 429: "wait", 503: "wait"}


def prefers_json(request: HttpRequest) -> bool:
    """Whether the client asks for JSON rather than a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


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


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="bad_request", sentence=_("Cette demande n’a pas été comprise."), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="forbidden", sentence=_("Cette page n’est pas pour ce compte."), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="not_found", sentence=_("Cette page n’existe pas."), status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    sentence = _("Cette page est restée ouverte trop longtemps. Reviens en arrière, recharge-la et recommence.")
    return refuse(request, code="form_expired", sentence=sentence, status=403)


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
    """Our own fault. Rendered without the context of a request: the database itself may be what failed."""
    sentence = _("La panne est de notre côté. Ce qui était enregistré l’est toujours.")
    if prefers_json(request):
        return JsonResponse({"error": {"code": "internal", "message": sentence}}, status=500)
    context = {"code": "internal", "sentence": sentence, "next_step": "wait"}
    return HttpResponse(render_to_string("refusal.html", context), status=500)
