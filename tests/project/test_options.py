from pathlib import Path

import pytest

from preau.project.options import TABLE, Mistake, Options, parse


def refused(environ: dict[str, str]) -> dict[str, str]:
    mistakes = parse(environ)
    assert isinstance(mistakes, list)
    return {mistake.name: mistake.sentence for mistake in mistakes}


def test_no_variable_is_needed() -> None:
    options = parse({})
    assert isinstance(options, Options)
    assert options.bind == ("127.0.0.1", 8000)
    assert options.base_url == "http://127.0.0.1:8000"
    assert not options.secure


def test_every_row_has_a_field_and_a_meaning() -> None:
    assert {option.field for option in TABLE} == set(Options.__struct_fields__)
    assert all(option.meaning for option in TABLE)


def test_all_mistakes_are_reported_at_once() -> None:
    environ = {"PREAU_CAPACITY": "beaucoup", "BIND": "8000", "DATABASE_URL": "mysql://x", "PREAU_LOG_JSON": "oui"}
    assert set(refused(environ)) == set(environ)


@pytest.mark.parametrize("value", ["0", "-1", "1000001", "", "1e3", "٣"])
def test_capacity_outside_its_bounds_is_refused(value: str) -> None:
    assert "un entier de 1 à 1000000" in refused({"PREAU_CAPACITY": value})["PREAU_CAPACITY"]


def test_a_short_secret_is_refused() -> None:
    assert "32 octets" in refused({"PREAU_SECRET_KEY": "court"})["PREAU_SECRET_KEY"]


def test_a_value_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 40 + "\n")
    options = parse({"PREAU_SECRET_KEY_FILE": str(secret)})
    assert isinstance(options, Options)
    assert options.secret_key == "s" * 40


def test_a_missing_file_is_named() -> None:
    assert "/nulle/part" in refused({"PREAU_SECRET_KEY_FILE": "/nulle/part"})["PREAU_SECRET_KEY"]


def test_a_stylesheet_is_a_file_that_can_be_read(tmp_path: Path) -> None:
    own = tmp_path / "couleurs.css"
    own.write_text(":root { --preau-slate: #3b2a6b; }")
    options = parse({"PREAU_STYLESHEET": str(own)})
    assert isinstance(options, Options)
    assert options.stylesheet == own
    for wrong in (tmp_path, tmp_path / "absent.css", "a\0b"):
        assert "ne se lit pas" in refused({"PREAU_STYLESHEET": str(wrong)})["PREAU_STYLESHEET"]


def test_an_https_address_reserves_cookies_to_tls() -> None:
    options = parse({"PREAU_PUBLIC_URL": "https://preau.example/"})
    assert isinstance(options, Options)
    assert options.secure
    assert options.base_url == "https://preau.example"


def test_the_demo_has_no_public_address() -> None:
    environ = {"PREAU_PUBLIC_URL": "https://preau.example"}
    assert isinstance(parse(environ), Options)
    assert parse({**environ, "PREAU_DEMO": "1"}) == [
        Mistake(
            "PREAU_DEMO",
            "ses comptes ont des mots de passe publics : la démonstration n’a pas d’adresse publique",
        )
    ]


def test_proxies_are_networks_and_only_the_embedded_gate_asks_for_them() -> None:
    parsed = parse({"PREAU_PROXIES": "127.0.0.1, 10.0.0.0/24,2001:db8::/64,::ffff:10.0.0.1,::1"})
    assert isinstance(parsed, Options)
    assert parsed.proxies == ("127.0.0.1/32", "10.0.0.0/24", "2001:db8::/64", "10.0.0.1/32", "::1/128")
    for wrong in ({"PREAU_PROXIES": "*"}, {"PREAU_PROXIES": "127.0.0.1", "PREAU_EDGE": "haproxy"}):
        assert set(refused(wrong)) == {"PREAU_PROXIES"}


@pytest.mark.parametrize(
    "network", ["10.0.0.0/23", "0.0.0.0/0", "2001:db8::/63", "::/0", "::/64", "::ffff:0:0/96", "::ffff:10.0.0.0/119"]
)
def test_a_network_whose_every_visitor_would_be_believed_is_refused(network: str) -> None:
    sentence = refused({"PREAU_PROXIES": f"127.0.0.1,{network}"})["PREAU_PROXIES"]
    assert "tout le réseau serait cru sur parole" in sentence
