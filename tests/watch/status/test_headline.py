import re

from hypothesis import given
from hypothesis import strategies as st

from preau.watch.status.headline import INDICATORS, headline
from preau.watch.status.incidents import Entry, Impact, Incident, fold
from status_readings import HALF_PAST_EIGHT_S, reading


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def told(impact: Impact) -> tuple[Incident, ...]:
    entry = Entry(
        kind="open", incident="i-1", uid="a" * 32, at_s=HALF_PAST_EIGHT_S, title="Son coupé", body="…", impact=impact
    )
    return fold([entry])


def test_a_calm_morning() -> None:
    line = headline(reading(), ())
    assert (line.indicator, line.title) == ("none", "Tout fonctionne.")


def test_a_queue_is_called_a_crowd_with_its_wait_as_an_interval() -> None:
    line = headline(reading(waiting=(0, 300, 0, 0), median_wait_s=(190, 280)), ())
    assert (line.indicator, plain(line.title)) == ("minor", "Affluence : une file d’attente est ouverte.")
    assert plain(line.sentences[0]) == "Attente médiane : entre 3 et 5 minutes."


def test_a_silent_application_says_what_goes_on_and_that_the_cause_is_not_known() -> None:
    line = headline(reading(app_ok=False, waiting=(0, 300, 0, 0)), ())
    assert plain(line.title) == "L’application ne répond pas ; les leçons, la file et cette page continuent."
    assert "Nous ne connaissons pas encore la cause." in line.sentences
    assert line.indicator == "major"


def test_a_silent_database() -> None:
    assert plain(headline(reading(db_ok=False), ()).title).startswith("La base de données ne répond pas")


def test_nothing_measured_is_said_to_be_unknown() -> None:
    assert headline(None, ()).title == "Données indisponibles."
    assert headline(reading(app_ok=None), ()).title == "Données indisponibles."


def test_an_open_incident_gives_the_title_only_when_the_machine_sees_nothing() -> None:
    assert plain(headline(reading(), told(Impact.MAJOR)).title) == "Incident en cours : Son coupé"
    crowd = headline(reading(level=1), told(Impact.CRITICAL))
    assert (crowd.indicator, plain(crowd.title)[:9]) == ("critical", "Affluence")
    assert headline(reading(), told(Impact.NONE)).title == "Tout fonctionne."


@given(
    app=st.booleans() | st.none(),
    database=st.booleans() | st.none(),
    level=st.integers(min_value=0, max_value=5),
    impact=st.sampled_from([None, *Impact]),
)
def test_the_headline_never_names_anybody_and_always_ends_its_sentences(
    *, app: bool | None, database: bool | None, level: int, impact: Impact | None
) -> None:
    line = headline(reading(app_ok=app, db_ok=database, level=level), told(impact) if impact else ())
    said = f"{line.title} {' '.join(line.sentences)}".lower()
    assert not re.search(r"attaque|pirat|hébergeur|fournisseur|utilisateur|faute|responsable", said)
    assert line.indicator in INDICATORS
    assert all(sentence.endswith(".") for sentence in line.sentences)
