"""What forms may bring to the school: text that a database can keep. Checked once here, for every page there is.

NUL bytes and lone surrogates are typed by no keyboard: PostgreSQL raises on them, SQLite keeps what it never finds
again. In a field they are refused; a cookie that holds them is none of ours, so it is as if it had not come.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from preau.school.pages.refusals import refuse

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def storable_cookies_only(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, before the session's own: a cookie that cannot be stored is as if it had not come."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if _is_storable((name, value))}
        return get_response(request)

    return answer


def storable_text_only(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a form or an address with text that cannot be stored is refused before any page sees it."""

    def answer(request: HttpRequest) -> HttpResponse:
        forms = (request.GET, request.POST)
        if all(_is_storable(_texts(form)) for form in forms):
            return get_response(request)
        sentence = _("Ce texte contient un caractère que Préau ne peut pas garder. Effacez-le et recommencez.")
        return refuse(request, code="text_unstorable", sentence=sentence, status=400)

    return answer


def _texts(form: QueryDict) -> Iterable[str]:
    for name, values in form.lists():
        yield name
        yield from values


def _is_storable(texts: Iterable[str]) -> bool:
    return not any(_UNSTORABLE.search(text) for text in texts)
