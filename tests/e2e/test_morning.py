"""One morning, end to end, in real browsers: capacity two, a teacher, three pupils, a stranger, and a power cut.

Lived through twice: with the embedded gate, and with HAProxy in front of the school.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, PHONE, chromium, write_tone
from e2e.device import Device, people_before, waits
from e2e.people import CLASSMATES, COLLEGE_PUPIL, TEACHER, sign_in
from preau.gate.haproxy.process import haproxy_binary
from preau_process import PreauProcess

pytestmark = pytest.mark.browser
NEEDS_HAPROXY = pytest.mark.skipif(
    haproxy_binary() is None, reason="HAPROXY IS NOT INSTALLED (apt-get install haproxy)"
)
TONE_HZ = 440.0


class Morning:
    """The people of the story and the machine that serves them."""

    def __init__(self, server: PreauProcess, edge: str, voice: Browser, others: Browser) -> None:
        self.server, self.edge = server, edge
        self.teacher = Device(voice, server.url, viewport=DESKTOP, permissions=["microphone"])
        self.ines, self.malo, self.aicha = (Device(others, server.url, viewport=PHONE) for _ in range(3))
        self.stranger = Device(others, server.url, viewport=PHONE)
        self.pupils = (self.ines, self.malo, self.aicha)

    @property
    def everybody(self) -> tuple[Device, ...]:
        return (self.teacher, *self.pupils)


@pytest.fixture(scope="module", params=["embedded", pytest.param("haproxy", marks=NEEDS_HAPROXY)])
def morning(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    folder = tmp_path_factory.mktemp("morning")
    tone = write_tone(folder / "voice.wav", hertz=TONE_HZ)
    server = PreauProcess(folder / "var")
    with chromium(microphone=tone) as voice, voice.new_context():
        others = voice.browser_type.launch(executable_path="/usr/bin/chromium", args=FLAGS_OF_OTHERS)
        try:
            yield Morning(server, request.param, voice, others)
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
    her_answer_arrived_once(morning)
    assert [device.problems for device in morning.everybody] == [[]] * 4


def yesterday_everybody_signed_in(morning: Morning) -> None:
    morning.server.start(PREAU_EDGE=morning.edge)
    assert (morning.server.data / "edge/haproxy.cfg").exists() == (morning.edge == "haproxy")
    sign_in(morning.teacher.page, morning.server.url, TEACHER)
    for device, account in zip(morning.pupils, CLASSMATES, strict=True):
        sign_in(device.page, morning.server.url, account)
        assert device.has_cookie("carnet")
        device.page.goto("about:blank")
    morning.teacher.page.goto("about:blank")
    morning.server.stop()
    for device in morning.everybody:
        device.sleeps_until_morning()
    morning.server.start(PREAU_CAPACITY="2", PREAU_EDGE=morning.edge)


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
    with morning.aicha.context.expect_page() as opened:  # the waiting page stays open behind
        morning.aicha.page.locator("a[href^='/colis/editions/']").first.click()
    lesson = opened.value
    item = lesson.locator("section.item:has(input[type=radio])").first
    item.locator("input[type=radio]").first.check()
    item.get_by_role("button", name="Vérifier").click()
    expect(item.locator("[data-verdict]")).not_to_be_empty()
    expect(item.locator("[data-kept]")).to_have_text(re.compile("Envoyé"))  # work passes while its author waits
    lesson.close()


def she_is_admitted_when_a_place_is_free(morning: Morning) -> None:
    morning.malo.goes_to("/journee/")
    morning.malo.page.get_by_role("button", name="Quitter").click()
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
    morning.server.start(PREAU_CAPACITY="50", PREAU_EDGE=morning.edge)
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
    sign_in(stranger, morning.server.url, COLLEGE_PUPIL)
    answer = stranger.goto(link)
    assert answer is not None
    assert answer.status == 403
    assert "not_on_roster" in stranger.content()
    assert "Martin" not in stranger.content()
    copied = morning.ines.page.locator("preau-room").get_attribute("data-seat")
    for seat in ("s1.1-aaaa.9.x.y.pupil.1.zzz", copied):
        assert answer_to_hello(stranger, link, seat) == 4401
    expect(morning.ines.page.get_by_text("Ligne bonne")).to_be_visible()


def answer_to_hello(page: Page, link: str, seat: str | None) -> int | str:
    """The closing code, or « welcomed », of a class that somebody enters with this seat."""
    answer: int | str = page.evaluate(
        """([url, seat]) => new Promise((done) => {
            const socket = new WebSocket(url.replace('http', 'ws') + 'ws');
            socket.onopen = () => socket.send(JSON.stringify({v: 1, op: 'hello', seat}));
            socket.onclose = (event) => done(event.code);
            socket.onmessage = (event) => { if (event.data.includes('welcome')) done('welcomed'); };
        })""",
        [link, seat],
    )
    return answer


def the_register_is_right(morning: Morning) -> None:
    teacher = morning.teacher.page
    teacher.get_by_role("button", name="Terminer").click()
    teacher.get_by_role("button", name="Terminer la classe").click()
    teacher.get_by_role("link", name="Voir l’appel").click()
    expect(teacher.locator("tbody tr")).to_have_count(24)  # everybody enrolled has a line
    rows = {
        row.locator("th, td").first.inner_text().strip(): row.inner_text() for row in teacher.locator("tbody tr").all()
    }
    came = {"Martin Inès", "Kerbrat Malo", "Traoré Aïcha"}
    assert {name for name, row in rows.items() if "présent" in row} == came, rows
    assert {name for name, row in rows.items() if "absent" in row} == set(rows) - came, rows


def her_answer_arrived_once(morning: Morning) -> None:
    with closing(sqlite3.connect(morning.server.data / "school.sqlite3")) as database:
        answers = database.execute("SELECT count(*) FROM work_workevent WHERE kind = 'answer'").fetchone()
    assert answers == (1,)
