"""Pupils sign in: class code, then picture or word code, then « C’est bien toi ? ». Or the paper card.

Nothing is kept on the server between two steps: the class code and the pictures tapped so far travel in the form, where
they are nobody's secret but the child's own; only the confirmation is signed, and bound to the browser. No page shows
who is in a class.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from preau.school.directory import sign_in_code
from preau.school.directory.grades import Section
from preau.school.directory.models import ClassGroup, Person
from preau.school.signin import codes, refusals
from preau.school.signin.navigation import asked_page, page_after_sign_in
from preau.school.signin.refusals import Refusal
from preau.school.signin.services import (
    class_group_of_code,
    confirmation_of,
    confirmed_pupil,
    device_of,
    open_session,
    pupil_of_paper_card,
    sign_in_pupil,
)


@require_GET
def profiles(request: HttpRequest) -> HttpResponse:
    """Who are you?"""
    return render(request, "signin/profiles.html", {"suite": asked_page(request)})


@never_cache
@require_GET
def class_code(request: HttpRequest) -> HttpResponse:
    """The class code. A right one leads on; the address then holds it, so that a class can keep it as a bookmark."""
    typed = request.GET.get("classe", "")
    suite = asked_page(request)
    if not typed.strip():
        return render(request, "signin/class_code.html", {"suite": suite})
    group = class_group_of_code(typed)
    if group is None:
        refusal = refusals.unknown_class()
        context = {"suite": suite, "typed": typed[:20], "refusal": refusal}
        return render(request, "signin/class_code.html", context, status=refusal.status)
    query = {"classe": sign_in_code.written(group.sign_in_code)} | ({"suite": suite} if suite else {})
    return redirect(f"/connexion/eleve/code/?{urlencode(query)}")


@never_cache
@require_http_methods(["GET", "POST"])
def pupil_code(request: HttpRequest) -> HttpResponse:
    """The pupil's own code, one picture at a time, or three words at once."""
    fields = request.POST if request.method == "POST" else request.GET
    if "confirmation" in request.POST:
        return _confirmed(request)
    group = class_group_of_code(fields.get("classe", ""))
    if group is None:
        return _back_to_class_code(request)
    if request.method == "GET":
        return _code_page(request, group)
    if group.section == Section.ECOLE:
        return _pictures_posted(request, group)
    code = codes.read_words(request.POST.get("mots", ""))
    if code is None:
        return _code_page(request, group, refusal=refusals.incomplete_code(pictures=False))
    return _try(request, group, code)


def _back_to_class_code(request: HttpRequest) -> HttpResponse:
    refusal = refusals.unknown_class()
    context = {"suite": asked_page(request), "refusal": refusal}
    return render(request, "signin/class_code.html", context, status=refusal.status)


def _pictures_posted(request: HttpRequest, group: ClassGroup) -> HttpResponse:
    chosen = [key for key in request.POST.get("choisies", "").split("-") if key][: codes.PICTURES_IN_CODE]
    if "effacer" in request.POST:
        return _code_page(request, group, chosen=chosen[:-1])
    chosen.append(request.POST.get("image", ""))
    if any(key not in codes.PICTURES for key in chosen) or len(chosen) > codes.PICTURES_IN_CODE:
        return _code_page(request, group, refusal=refusals.incomplete_code(pictures=True))
    code = codes.read_pictures(chosen)
    return _code_page(request, group, chosen=chosen) if code is None else _try(request, group, code)


def _try(request: HttpRequest, group: ClassGroup, code: str) -> HttpResponse:
    now = timezone.now()
    person = sign_in_pupil(class_group=group, code=code, device=device_of(request, now), now=now)
    if isinstance(person, Refusal):
        return _code_page(request, group, refusal=person)
    context = {
        "person": person,
        "class_group": group,
        "confirmation": confirmation_of(request, person, group),
        "suite": asked_page(request),
        "section": group.section.value,
        "class_code": sign_in_code.written(group.sign_in_code),
    }
    return render(request, "signin/is_it_you.html", context)


def _code_page(
    request: HttpRequest, group: ClassGroup, *, chosen: list[str] | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    chosen = chosen or []
    context: dict[str, Any] = {
        "class_group": group,
        "class_code": sign_in_code.written(group.sign_in_code),
        "section": group.section.value,
        "suite": asked_page(request),
        "refusal": refusal,
        "chosen": "-".join(chosen),
        "chosen_count": len(chosen),
        "steps": [{"number": n, "done": n <= len(chosen), "here": n == len(chosen) + 1} for n in range(1, 5)],
        "pictures": [
            {
                "key": key,
                "word": word,
                "drawing": f"pictures/{key}.svg",
                "place": chosen.index(key) + 1 if key in chosen else 0,
            }
            for key, word in codes.PICTURES.items()
        ],
    }
    template = "signin/pictures.html" if group.section == Section.ECOLE else "signin/words.html"
    response = render(request, template, context, status=refusal.status if refusal else 200)
    if refusal and refusal.retry_after_s:
        response["Retry-After"] = str(refusal.retry_after_s)
    return response


def _confirmed(request: HttpRequest) -> HttpResponse:
    person = confirmed_pupil(request, request.POST["confirmation"], now=timezone.now())
    if isinstance(person, Refusal):
        return _tapped_twice(request) if _is_of_ended_session(request) else _refused(request, person)
    return _signed_in(request, person)


def _is_of_ended_session(request: HttpRequest) -> bool:
    """Whether the request shows a session that is no more: a first tap on « Oui » has just replaced it by a new one."""
    return bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME)) and request.session.is_empty()


def _tapped_twice(request: HttpRequest) -> HttpResponse:
    """Opens nothing, and keeps Django from deleting the cookie, which by now holds the session of the first tap."""
    request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


def _signed_in(request: HttpRequest, person: Person) -> HttpResponse:
    response = HttpResponseRedirect(page_after_sign_in(person, asked_page(request)))
    open_session(request, response, person, now=timezone.now())
    return response


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return render(request, "signin/refused.html", {"refusal": refusal}, status=refusal.status)


@never_cache
@require_http_methods(["GET", "POST"])
def paper_card(request: HttpRequest, token: str) -> HttpResponse:
    """The QR card: shown first (whose is it?), signed in with on POST, so that a preview of the link opens nothing."""
    person = pupil_of_paper_card(token, now=timezone.now())
    if isinstance(person, Refusal):
        return _refused(request, person)
    if request.method == "POST":
        return _signed_in(request, person)
    return render(request, "signin/your_card.html", {"person": person, "token": token})
