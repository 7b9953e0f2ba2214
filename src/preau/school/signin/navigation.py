"""Where a sign-in leads: back to the page that asked for it, or to the first page of one's profile."""

from typing import Final

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from preau.school.directory.models import Person
from preau.school.pages.context import home_of

LONGEST_PATH_CHARS: Final = 500


def asked_page(request: HttpRequest) -> str:
    """The page of this site that asked for the sign-in (``suite``, or Django's ``next``), or nothing."""
    fields = request.POST if request.method == "POST" else request.GET
    path = fields.get("suite") or fields.get("next") or ""
    return path if is_page_of_this_site(path) else ""


def is_page_of_this_site(path: str) -> bool:
    """A path of this site: no host, no scheme, and not a page of the sign-in itself."""
    return (
        len(path) <= LONGEST_PATH_CHARS
        and path.startswith("/")
        and not path.startswith("/connexion/")
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    )


def page_after_sign_in(person: Person, asked: str) -> str:
    """Where to go now."""
    return asked or home_of(person)
