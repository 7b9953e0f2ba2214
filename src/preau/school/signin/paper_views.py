"""/classes/<id>/cartes/: the cards of a class, to print; new cards and new codes in two clicks."""

import random
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from preau.school.directory import seats, sign_in_code
from preau.school.directory.models import ClassGroup, Person
from preau.school.directory.selectors import pupils_of
from preau.school.pages.refusals import not_found, refuse
from preau.school.signin import paper


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest, class_group_id: UUID) -> HttpResponse:
    """Shows the sheet; on POST renews what was asked, and shows the new codes this once."""
    now = timezone.now()
    group = ClassGroup.objects.select_related("school").filter(pk=class_group_id, closed_at=None).first()
    person = request.user
    if group is None or not isinstance(person, Person) or not paper.may_print(person, group, now):
        return not_found(request)  # one answer, or it would say which classes there are
    renewed: dict[str, str] = {}
    if request.method == "POST":
        pupils = pupils_of(group, timezone.localdate(now))
        chosen = _chosen(request, pupils)
        if chosen is None:
            sentence = _("Cet élève n’est pas dans cette classe. Rien n’a été changé.")
            return refuse(request, code="unknown_pupil", sentence=sentence, status=404)
        renewed = _renew(request, group, chosen)
        seats.withdraw([pupil.pk for pupil in chosen], now=now)
    cards = paper.cards_of(group, now=now, renewed=renewed)
    context = {
        "class_group": group,
        "class_code": sign_in_code.written(group.sign_in_code),
        "cards": cards,
        "lacking": sum(not card.has_code for card in cards),
        "renewed": renewed,
        "section": group.section.value,
    }
    return render(request, "signin/cards.html", context)


def _chosen(request: HttpRequest, pupils: list[Person]) -> list[Person] | None:
    """The pupils that the form speaks of: one, or all those without a code; None if it is nobody of this class."""
    if request.POST.get("pour") == "sans-code":
        return [pupil for pupil in pupils if not pupil.code_digest]
    return [pupil for pupil in pupils if pupil.pk.hex == request.POST.get("eleve")] or None


def _renew(request: HttpRequest, group: ClassGroup, chosen: list[Person]) -> dict[str, str]:
    if request.POST.get("refaire") == "carte":
        for pupil in chosen:
            paper.renew_card(pupil)
        sentence = _("Nouvelle carte pour %(name)s. L’ancienne n’ouvre plus rien : imprimez celle-ci.")
        messages.success(request, sentence % {"name": chosen[0].given_name}, extra_tags="ok")
        return {pupil.pk.hex: "" for pupil in chosen}
    drawn = paper.renew_codes(group, chosen, random.SystemRandom())
    sentence = ngettext(
        "%(count)d nouveau code. Il ne sera plus montré : imprimez la feuille maintenant.",
        "%(count)d nouveaux codes. Ils ne seront plus montrés : imprimez la feuille maintenant.",
        len(drawn),
    )
    messages.success(request, sentence % {"count": len(drawn)}, extra_tags="ok")
    return drawn
