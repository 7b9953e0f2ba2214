"""The language of the screens: French, unless somebody chose English on /confort/.

Only that choice counts, never what the browser accepts: the lessons and the live class are French, and a school decides
about its pupils' screens, not the settings of a borrowed device. Whatever stays in French says so in its ``lang``.
"""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from preau.school.pages.context import ENGLISH, comfort_of

FRENCH: Final = "fr"


def language_of(request: HttpRequest) -> str:
    """``en`` if it was chosen on this device, else ``fr``."""
    return "en" if ENGLISH in comfort_of(request) else FRENCH


def chosen_language(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], Any]:
    """Middleware: answers in the language chosen on /confort/ and says which one it is."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def render_in_french(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page whose scripts or content are French, and so is the frame around them."""
    with translation.override(FRENCH):
        response = render(request, template, context)
    response.headers["Content-Language"] = FRENCH
    return response
