"""Adults sign in by login and password; everybody signs out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from preau.school.signin.navigation import asked_page, page_after_sign_in
from preau.school.signin.refusals import Refusal
from preau.school.signin.services import close_session, open_session, sign_in_by_password


@sensitive_post_parameters("mot_de_passe")
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Teachers, heads, school life, guardians."""
    suite = asked_page(request)
    if request.method == "GET":
        return render(request, "signin/password.html", {"suite": suite})
    name = request.POST.get("identifiant", "").strip()
    if "reprise" in request.POST:  # the form had expired: once more, with the login that was typed
        return render(request, "signin/password.html", {"suite": suite, "name": name[:150]})
    now = timezone.now()
    person = sign_in_by_password(
        request,
        name=name,
        password=request.POST.get("mot_de_passe", ""),
        now=now,
    )
    if isinstance(person, Refusal):
        context = {"suite": suite, "refusal": person, "name": name[:150]}
        response = render(request, "signin/password.html", context, status=person.status)
        if person.retry_after_s:
            response["Retry-After"] = str(person.retry_after_s)
        return response
    response = HttpResponseRedirect(page_after_sign_in(person, suite))
    open_session(request, response, person, now=now)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """« Quitter »."""
    response = HttpResponseRedirect("/")
    close_session(request, response)
    return response
