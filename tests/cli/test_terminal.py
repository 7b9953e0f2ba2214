import pytest

from preau.cli.terminal import printable, stop


def test_french_typography_stays_and_what_a_terminal_obeys_is_written_out() -> None:
    assert printable("« Leçon\u00a01 » – l’été\u202f!") == "« Leçon\u00a01 » – l’été\u202f!"
    assert printable("a\nb\x1b[2J\u202e\udcff\u2028") == r"a\nb\x1b[2J\u202e\udcff\u2028"


def test_a_stop_says_every_sentence_and_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        stop("Un.", "Deux.")
    assert (ended.value.code, capsys.readouterr().err) == (2, "Un.\nDeux.\n")
