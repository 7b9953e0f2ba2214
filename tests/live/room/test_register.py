"""The register: each status, at its borders."""

from live.room.script import INES, KARIM, T0_MS, TEACHER, Script, opened, orders
from preau.live.room.facts import SERVER
from preau.live.room.register import Door, register
from preau.live.room.state import REPORTS_KEPT, REPORTS_OF_ONE
from preau.published.shapes import RegisterEntry, Roster, RosterMember

START_S = T0_MS // 1000


def roster(*, starts_in_s: int = 0) -> Roster:
    members = tuple(
        RosterMember(
            person=person,
            role="teacher" if person == TEACHER else "pupil",
            full_name=person,
            short_name=person,
            pseudonym=f"s-{person}",
        )
        for person in (TEACHER, INES)
    )
    starts_at_s = START_S + starts_in_s
    return Roster(
        live_class="c",
        title="t",
        class_group="g",
        section="ecole",
        starts_at_s=starts_at_s,
        ends_at_s=starts_at_s + 3600,
        members=members,
    )


def entry(script: Script, *, door: Door | None = None, starts_in_s: int = 0) -> RegisterEntry:
    made = register(script.state, roster(starts_in_s=starts_in_s), door or Door(), now_ms=script.now_ms)
    [only] = made.entries
    return only


def test_who_never_came_is_absent() -> None:
    assert entry(opened()) == RegisterEntry(
        person=INES, status="absent", first_seen_at_s=None, last_seen_at_s=None, present_s=0
    )


def test_five_minutes_are_not_late_and_a_second_more_is() -> None:
    for after_s, status in ((300, "present"), (300.001, "late")):
        script = opened()
        script.says(INES, orders.Arrive(), after_s=after_s)
        assert entry(script).status == status


def test_lateness_counts_from_the_opening_when_the_teacher_is_late() -> None:
    script = opened()
    script.says(INES, orders.Arrive(), after_s=200)
    assert entry(script, starts_in_s=-900).status == "present"


def test_an_early_opening_makes_nobody_late() -> None:
    script = opened()
    script.says(INES, orders.Arrive(), after_s=800)
    assert entry(script, starts_in_s=600).status == "present"


def test_who_was_gone_five_minutes_before_the_end_has_left() -> None:
    for gone_at_s, status in ((3300, "present"), (3299, "left")):
        script = opened(INES)
        script.says(SERVER, orders.Leave(INES, T0_MS + gone_at_s * 1000), after_s=3500)
        script.says(TEACHER, orders.SessionEnd(), after_s=100)
        assert entry(script).status == status


def test_a_class_that_runs_over_takes_nobody_for_gone_who_stayed_to_the_planned_end() -> None:
    script = opened(INES)
    script.says(SERVER, orders.Leave(INES, T0_MS + 3_600_000), after_s=3620)
    script.says(TEACHER, orders.SessionEnd(), after_s=1200)
    assert entry(script).status == "present"


def test_presence_is_the_sum_of_the_intervals() -> None:
    script = opened(INES)
    script.says(SERVER, orders.Leave(INES, T0_MS + 100_000), after_s=120)
    script.says(INES, orders.Arrive(), after_s=80)
    script.says(TEACHER, orders.SessionEnd(), after_s=50)
    assert entry(script) == RegisterEntry(
        person=INES, status="present", first_seen_at_s=START_S, last_seen_at_s=START_S + 250, present_s=150
    )


def test_who_was_seen_at_the_gate_around_the_class_was_at_the_door() -> None:
    for first, last, status in (
        (-2000, -1801, "absent"),
        (-2000, -1800, "at_the_door"),
        (3600, 4000, "at_the_door"),
        (3601, 4000, "absent"),
    ):
        door = Door({f"s-{INES}": (START_S + first, START_S + last)})
        assert entry(opened(), door=door).status == status


def test_who_waits_at_the_locked_room_is_at_the_door() -> None:
    assert entry(opened(), door=Door(persons=frozenset({INES}))).status == "at_the_door"


def test_who_is_not_on_the_roster_is_not_in_the_register() -> None:
    assert entry(opened(KARIM)).person == INES


def test_what_was_reported_is_in_it_with_the_message_even_if_that_was_hidden_since() -> None:
    script = opened(INES, KARIM)
    script.says(KARIM, orders.ChatSend("nul"))
    line = script.state.chat[-1].seq
    script.says(TEACHER, orders.ChatHide(line))
    script.says(INES, orders.ReportFile(line, "il m’insulte"), after_s=2)
    script.says(INES, orders.ReportFile(None, "aide"))
    found = register(script.state, roster(), Door(), now_ms=script.now_ms).reports
    assert [(one.at_s - START_S, one.by, one.about, one.message, one.words) for one in found] == [
        (2, INES, KARIM, "nul", "il m’insulte"),
        (2, INES, None, "", "aide"),
    ]


def test_a_hundred_reports_are_kept_and_ten_of_one_person() -> None:
    people = [f"p{number}" for number in range(REPORTS_KEPT // REPORTS_OF_ONE + 1)]
    script = opened(*people)
    for person in people:
        for number in range(REPORTS_OF_ONE + 1):
            script.says(person, orders.ReportFile(None, str(number)))
    kept = [(person, str(number)) for person in people[:-1] for number in range(REPORTS_OF_ONE)]
    assert [(report.by, report.words) for report in script.state.reports] == kept
