"""What the canary asks for: a page through all of Django's middleware, with one question to a table of the school."""

from django.http import HttpRequest, HttpResponse

from preau.school.directory.models import School


def canary(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    School.objects.exists()
    return HttpResponse("ok", content_type="text/plain")
