"""Pages for what was refused: a French sentence, a stable code, a 4xx status."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refuse(request: HttpRequest, *, code: str, sentence: str, status: int) -> HttpResponse:
    """The page of a refusal."""
    return render(request, "refusal.html", {"code": code, "sentence": sentence}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="bad_request", sentence="Cette demande n’a pas été comprise.", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="forbidden", sentence="Cette page n’est pas pour ce compte.", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return refuse(request, code="not_found", sentence="Cette page n’existe pas.", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    sentence = "Cette page est ouverte depuis trop longtemps. Revenez en arrière, rechargez-la et recommencez."
    return refuse(request, code="form_expired", sentence=sentence, status=403)


def failure(request: HttpRequest) -> HttpResponse:
    return refuse(request, code="internal", sentence="La panne est de notre côté. Rien n’est perdu.", status=500)
