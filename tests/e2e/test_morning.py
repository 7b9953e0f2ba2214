"""One morning, end to end, in real browsers: capacity two, a teacher, three pupils, a stranger, and a power cut."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, chromium, write_tone
from people import Device, people_before, signs_in_as_pupil, signs_in_with_password, waits
from playwright.sync_api import Browser, expect
from preau_process import PreauProcess

from preau.school.demo.accounts import demo_accounts, pupil_accounts

pytestmark = pytest.mark.browser
TONE_HZ = 440.0
TEACHER = next(account for account in demo_accounts() if account.login == "claire.lefevre")
INES, MALO, AICHA = pupil_accounts("CM1 A")[:3]


class Morning:
    """The people of the story and the machine that serves them."""

    def __init__(self, server: PreauProcess, voice: Browser, others: Browser) -> None:
        self.server = server
        self.teacher = Device(voice, server.url, viewport=DESKTOP, permissions=["microphone"])
        self.ines, self.malo, self.aicha = (Device(others, server.url, viewport=PHONE) for _ in range(3))
        self.stranger = Device(others, server.url, viewport=PHONE)
        self.pupils = (self.ines, self.malo, self.aicha)

    @property
    def everybody(self) -> tuple[Device, ...]:
        return (self.teacher, *self.pupils)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    folder = tmp_path_factory.mktemp("morning")
    tone = write_tone(folder / "voice.wav", hertz=TONE_HZ)
    server = PreauProcess(folder / "var")
    with chromium(microphone=tone) as voice, voice.new_context():
        others = voice.browser_type.launch(executable_path="/usr/bin/chromium", args=FLAGS_OF_OTHERS)
        try:
            yield Morning(server, voice, others)
        finally:
            others.close()
            server.stop()


FLAGS_OF_OTHERS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                   "--autoplay-policy=no-user-gesture-required"]  # fmt: skip


def test_the_morning(morning: Morning) -> None:
    yesterday_everybody_signed_in(morning)
    link = the_teacher_opens_the_class(morning)
    the_third_pupil_waits_at_a_true_place(morning)
    she_does_a_lesson_meanwhile(morning)
    she_is_admitted_when_a_place_is_free(morning)
    she_raises_a_hand_and_hears_the_teacher(morning)
    the_machine_is_killed_and_nothing_is_lost(morning)
    a_stranger_with_the_link_does_not_get_in(morning, link)
    the_register_is_right(morning)
    assert [device.problems for device in morning.everybody] == [[]] * 4


def yesterday_everybody_signed_in(morning: Morning) -> None:
    morning.server.start()
    signs_in_with_password(morning.teacher, TEACHER)
    for device, account in zip(morning.pupils, (INES, MALO, AICHA), strict=True):
        signs_in_as_pupil(device, account)
        assert device.has_cookie("carnet")
        device.page.goto("about:blank")
    morning.teacher.page.goto("about:blank")
    morning.server.stop()
    for device in morning.everybody:
        device.sleeps_until_morning()
    morning.server.start(PREAU_CAPACITY="2")


def the_teacher_opens_the_class(morning: Morning) -> str:
    morning.teacher.goes_to("/journee/")
    morning.teacher.page.get_by_role("button", name="Ouvrir la classe").first.click()
    expect(morning.teacher.page).to_have_url(re.compile(r"/classe/[0-9a-f]{32}/$"))
    expect(morning.teacher.page.get_by_role("button", name="Ouvrir le micro")).to_be_visible()
    for device in (morning.ines, morning.malo):
        device.goes_to("/journee/")
        assert not waits(device)
        device.page.get_by_role("link", name="Entrer en classe").first.click()
        expect(device.page.get_by_role("button", name=re.compile("Lever la main"))).to_be_visible()
    return str(morning.teacher.page.url)


def the_third_pupil_waits_at_a_true_place(morning: Morning) -> None:
    morning.aicha.goes_to("/journee/")
    expect(morning.aicha.page.get_by_role("heading", level=1)).to_contain_text("Ta place est gardée")
    assert people_before(morning.aicha) == 0  # everybody of her class holds the same place: she is next
    morning.stranger.goes_to("/")
    assert waits(morning.stranger)
    expect(morning.stranger.page.locator("#before")).to_have_text("1")  # Aïcha, whose lesson is now


def she_does_a_lesson_meanwhile(morning: Morning) -> None:
    page = morning.aicha.context.new_page()
    page.goto(morning.server.url + "/journee/")
    page.get_by_role("link", name=re.compile("Commencer la séance")).click()
    expect(page).to_have_url(re.compile("/colis/editions/"))
    answer_the_first_choice(page)
    page.close()


def answer_the_first_choice(page) -> None:  # type: ignore[no-untyped-def]
    item = page.locator("form.item:has(input[type=radio])").first
    item.locator("input[type=radio]").first.check()
    item.get_by_role("button", name=re.compile("Valider|Répondre|Vérifier")).click()
    expect(item.locator("[role=status], .verdict").first).to_be_visible()


def she_is_admitted_when_a_place_is_free(morning: Morning) -> None:
    morning.malo.goes_to("/journee/")
    morning.malo.page.get_by_role("button", name="Se déconnecter").click()
    morning.malo.page.wait_for_load_state()
    expect(morning.aicha.page.get_by_role("link", name="Entrer en classe").first).to_be_visible()
    expect(morning.stranger.page.locator("#before")).to_have_text("0")
    assert waits(morning.stranger)
    morning.aicha.page.get_by_role("link", name="Entrer en classe").first.click()


def she_raises_a_hand_and_hears_the_teacher(morning: Morning) -> None:
    morning.aicha.page.get_by_role("button", name=re.compile("Lever la main")).click()
    teacher = morning.teacher.page
    expect(teacher.locator(".hand .name").first).to_contain_text("Aïcha Traoré")
    morning.ines.page.get_by_label("Écrire à la classe").fill("Bonjour, on vous entend bien ?")
    morning.ines.page.get_by_label("Écrire à la classe").press("Enter")
    teacher.get_by_role("button", name="Ouvrir le micro").click()
    expect(teacher.get_by_text("La classe vous entend")).to_be_visible()
    heard = (
        "() => { const a = window.preauRoom.audio; return a && a.decodedFrames > 20 && a.rms > 0.01 && a.dominantHz }"
    )
    hertz = morning.aicha.page.wait_for_function(heard, timeout=30_000).json_value()
    assert abs(hertz - TONE_HZ) < 15, f"decoded {hertz} Hz where the teacher's microphone plays {TONE_HZ} Hz"


def the_machine_is_killed_and_nothing_is_lost(morning: Morning) -> None:
    morning.server.kill()
    expect(morning.aicha.page.get_by_text(re.compile("Ligne coupée"))).to_be_visible()
    morning.server.start(PREAU_CAPACITY="50")
    for device in (morning.teacher, morning.ines, morning.aicha):
        expect(device.page.get_by_text("Ligne bonne")).to_be_visible(timeout=30_000)
        assert "/connexion" not in device.page.url
    expect(morning.teacher.page.get_by_text("Bonjour, on vous entend bien ?")).to_be_visible()
    expect(morning.teacher.page.locator(".hand .name").first).to_contain_text("Aïcha Traoré")
    morning.ines.page.reload()  # a fresh page has only what the journal kept
    expect(morning.ines.page.get_by_text("Bonjour, on vous entend bien ?")).to_be_visible()


def a_stranger_with_the_link_does_not_get_in(morning: Morning, link: str) -> None:
    stranger = morning.stranger.page
    stranger.goto(link)
    expect(stranger).to_have_url(re.compile("/connexion/"))
    assert "CM1" not in stranger.content()
    other = next(account for account in demo_accounts() if "élève de 6e" in account.role)
    signs_in_as_pupil(morning.stranger, other)
    answer = stranger.goto(link)
    assert answer is not None
    assert answer.status == 403
    assert "not_on_roster" in stranger.content()
    assert "Martin" not in stranger.content()
    refused = stranger.evaluate(
        """(url) => new Promise((done) => {
            const socket = new WebSocket(url.replace('http', 'ws') + 'ws');
            socket.onopen = () => socket.send(JSON.stringify({v: 1, op: 'hello', seat: 's1.1-aaaa.9.x.y.pupil.zzz'}));
            socket.onclose = (event) => done(event.code);
            socket.onmessage = (event) => { if (event.data.includes('welcome')) done('welcomed'); };
        })""",
        link,
    )
    assert refused == 4401


def the_register_is_right(morning: Morning) -> None:
    teacher = morning.teacher.page
    teacher.get_by_role("button", name="Terminer").click()
    teacher.get_by_role("button", name="Terminer la classe").click()
    teacher.get_by_role("link", name="Voir l’appel").click()
    rows = {
        row.locator("th, td").first.inner_text().strip(): row.inner_text() for row in teacher.locator("tbody tr").all()
    }
    assert len(rows) >= 18, "every enrolled pupil has a line"
    statuses = {name: row for name, row in rows.items() if name in {"Inès Martin", "Malo Kerbrat", "Aïcha Traoré"}}
    assert len(statuses) == 3, rows
    assert "présent" in statuses["Inès Martin"].lower()
    assert "présent" in statuses["Aïcha Traoré"].lower()
    assert sum("absent" in row.lower() for row in rows.values()) == len(rows) - 3
