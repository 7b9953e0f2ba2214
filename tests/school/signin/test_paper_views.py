"""Cards to print: the teacher of the class makes them, an old one opens nothing."""

import random
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from preau.school.directory.models import ClassGroup, Person, Profile
from preau.school.signin import codes, paper
from preau.tokens import sign_in_card
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data]


def path_of(pupil: Person) -> str:
    return paper.address_of(pupil, now=timezone.now()).removeprefix(django_settings.PREAU_PUBLIC_URL)


def url_of(group: ClassGroup) -> str:
    return f"/classes/{group.pk}/cartes/"


def test_a_card_shows_whose_it_is_and_signs_in_on_yes_only(client: Client, ines: Person) -> None:
    page = client.get(path_of(ines))
    assert "Bonjour Inès. C’est ta carte\N{NO-BREAK SPACE}?" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert client.post(path_of(ines))["Location"] == "/journee/"
    assert client.session["_auth_user_id"] == str(ines.pk)


def test_a_renewed_card_revokes_the_old_one_and_ends_the_sessions_it_opened(client: Client, ines: Person) -> None:
    old = path_of(ines)
    client.post(old)
    assert client.get("/journee/").status_code == 200
    paper.renew_card(ines)
    assert client.get("/journee/").status_code == 302
    response = client.get(old)
    assert response.status_code == 410
    assert "card_revoked" in response.content.decode()
    assert client.post(path_of(ines)).status_code == 302


def test_a_new_code_ends_the_sessions_that_the_old_one_opened(
    client: Client, class_group: ClassGroup, ines: Person
) -> None:
    client.post(path_of(ines))
    paper.renew_codes(class_group, [ines], random.Random(1))  # noqa: S311  a fixed draw
    assert client.get("/journee/").status_code == 302


def test_a_first_code_interrupts_nobody(client: Client, class_group: ClassGroup, pupil: Person) -> None:
    client.post(path_of(pupil))
    paper.renew_codes(class_group, [pupil], random.Random(1))  # noqa: S311  a fixed draw
    assert client.get("/journee/").status_code == 200


def test_a_card_past_its_year_is_refused(client: Client, ines: Person) -> None:
    keyring, now_s = django_settings.PREAU_KEYRING, time.time()
    content = sign_in_card.SignInCard(expires_at_s=int(now_s) - 1, person=ines.pk.hex, generation=1)
    response = client.get(f"/c/{sign_in_card.mint(keyring, content, now_s=now_s)}")
    assert response.status_code == 410
    assert "card_expired" in response.content.decode()


@pytest.mark.parametrize("token", ["x", "q1.1.2.3", "q1." + "a" * 500, "é", "c1.1-abcd.2.p.3"])
def test_a_forged_card_is_refused(client: Client, db: None, token: str) -> None:
    response = client.get(f"/c/{token}")
    assert response.status_code == 400
    assert "card_invalid" in response.content.decode()


def test_a_card_with_one_letter_changed_is_refused(client: Client, ines: Person) -> None:
    path = path_of(ines)
    flipped = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert client.post(flipped).status_code == 400
    assert "_auth_user_id" not in client.session


def test_the_card_of_somebody_who_left_is_refused(client: Client, ines: Person) -> None:
    path = path_of(ines)
    ines.closed_at = timezone.now()
    ines.save()
    response = client.post(path)
    assert response.status_code == 410
    assert "card_of_someone_who_left" in response.content.decode()


def test_the_teacher_sees_a_card_for_every_pupil_and_no_code(
    client: Client, class_group: ClassGroup, ines: Person, teacher: Person
) -> None:
    client.force_login(teacher)
    text = client.get(url_of(class_group)).content.decode()
    assert "Inès Martin" in text
    assert text.count('class="qr"') == 1
    assert "celui que je connais" in text
    assert "style=" not in text


@pytest.mark.parametrize("profile", [Profile.PUPIL, Profile.GUARDIAN, Profile.TEACHER, Profile.SCHOOL_LIFE])
def test_nobody_else_of_the_school_may_print(
    client: Client, class_group: ClassGroup, ines: Person, profile: Profile
) -> None:
    client.force_login(factories.make_person(class_group.school, profile, given_name="Autre"))
    response = client.get(url_of(class_group))
    unknown = client.get("/classes/00000000-0000-0000-0000-000000000000/cartes/")
    assert response.status_code == unknown.status_code == 404
    main, main_of_unknown = (page.content.split(b"<main")[1] for page in (response, unknown))
    assert main == main_of_unknown  # around it, the token of the form that signs out
    assert "Inès" not in response.content.decode()


def test_the_head_of_another_school_may_not_print(client: Client, class_group: ClassGroup) -> None:
    client.force_login(factories.make_person(factories.make_school(), Profile.HEAD))
    assert client.get(url_of(class_group)).status_code == 404


def test_a_visitor_is_sent_to_sign_in(client: Client, class_group: ClassGroup) -> None:
    response = client.get(url_of(class_group))
    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


def test_a_new_code_is_shown_once_and_the_old_one_opens_nothing(
    client: Client, class_group: ClassGroup, ines: Person, teacher: Person
) -> None:
    client.force_login(teacher)
    old_digest = ines.code_digest
    shown = client.post(url_of(class_group), {"eleve": ines.pk.hex, "refaire": "code"}).content.decode()
    words = re.findall(r"<small>([^<]+)</small>", shown)
    assert len(words) == 4
    ines.refresh_from_db()
    assert ines.code_digest != old_digest
    keys = {word: key for key, word in codes.PICTURES.items()}
    code = "-".join(keys[word] for word in words)
    assert ines.code_digest == codes.digest(django_settings.PREAU_KEYRING, class_group.pk, code)
    assert "<small>" not in client.get(url_of(class_group)).content.decode()


def test_codes_are_given_to_all_who_have_none(
    client: Client, class_group: ClassGroup, ines: Person, teacher: Person
) -> None:
    others = [factories.make_pupil(class_group) for _ in range(5)]
    before = ines.code_digest
    client.force_login(teacher)
    client.post(url_of(class_group), {"pour": "sans-code"})
    ines.refresh_from_db()
    assert ines.code_digest == before
    assert all(Person.objects.get(pk=other.pk).code_digest for other in others)


@pytest.mark.parametrize("form", [{}, {"eleve": "x"}, {"eleve": "0" * 32, "refaire": "carte"}, {"pour": "tous"}])
def test_a_form_about_nobody_of_the_class_changes_nothing(
    client: Client, class_group: ClassGroup, ines: Person, teacher: Person, form: dict[str, str]
) -> None:
    client.force_login(teacher)
    response = client.post(url_of(class_group), form)
    assert response.status_code == 404
    assert "unknown_pupil" in response.content.decode()
    before = (ines.card_generation, ines.code_digest)
    ines.refresh_from_db()
    assert (ines.card_generation, ines.code_digest) == before


def test_a_new_code_is_never_one_slip_from_a_classmate(class_group: ClassGroup, ines: Person) -> None:
    class NearFirst(random.Random):
        """Draws a neighbour of Inès's code first, then anything."""

        drawn = 0

        def sample(self, population: Any, k: int, **_: Any) -> list[str]:
            self.drawn += 1
            return ["chat", "lune", "maison", "velo"] if self.drawn == 1 else super().sample(population, k)

    pupil = factories.make_pupil(class_group)
    rng = NearFirst(1)
    (code,) = paper.renew_codes(class_group, [pupil], rng).values()
    assert rng.drawn > 1
    assert codes.distance(code, "chat-lune-maison-arbre") >= 2


def test_cards_are_good_for_a_school_year(ines: Person) -> None:
    token = path_of(ines).removeprefix("/c/")
    later = (timezone.now() + timedelta(days=390)).timestamp()
    assert isinstance(sign_in_card.verify(django_settings.PREAU_KEYRING, token, now_s=later), sign_in_card.SignInCard)
