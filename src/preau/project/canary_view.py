"""What the canary asks for: a page through all of Django's middleware, with one question to the database."""

from django.http import HttpRequest, HttpResponse

from preau.project.health import database_answers


def canary(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    database_answers()
    return HttpResponse("ok", content_type="text/plain")
