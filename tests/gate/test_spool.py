"""What is kept on disk while the application does not answer: in order, bounded, for its owner alone, once."""

from pathlib import Path

import msgspec
import pytest

from preau.gate.spool import Kept, Spool, SpoolCounts, SpoolLimits, SpoolRefusal, counted

INES = Kept(
    at_s=1_795_422_600.0,
    subject="inesINESine",
    path="/travail/journal",
    query=b"",
    headers=((b"cookie", b"preau_session=abc"),),
    body=b"{}",
)
SMALL = SpoolLimits(items=4, most_bytes=4000, items_per_card=2, bytes_per_card=1500, reserve_bytes=100)


def work(subject: str = "inesINESine", *, body: bytes = b"{}", later_s: float = 0.0) -> Kept:
    return msgspec.structs.replace(INES, subject=subject, body=body, at_s=INES.at_s + later_s)


def test_it_is_read_as_it_came_in_order_and_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    sent = [work(body=bytes([65 + number]), later_s=9.5 - number) for number in range(3)]
    assert [spool.keep(one) for one in sent] == [None] * 3
    waiting = Spool(tmp_path / "spool").waiting()
    assert [Spool.read(path) for path in waiting] == sent[::-1]
    for path in waiting:
        spool.done(path)
    assert counted(tmp_path / "spool") == SpoolCounts(0, 0)
    assert [path.name for path in (tmp_path / "spool").rglob("*")] == ["aside"]


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.keep(INES)
    for path in (tmp_path / "spool", *(tmp_path / "spool").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_same_work_sent_again_is_one_item_and_with_another_session_another(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.keep(INES)
    spool.keep(work(later_s=60))
    assert counted(tmp_path / "spool").waiting == 1
    spool.keep(msgspec.structs.replace(INES, headers=((b"cookie", b"preau_session=other"),)))
    assert counted(tmp_path / "spool").waiting == 2


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ([work(body=b"1"), work(body=b"2"), work(body=b"3")], SpoolRefusal.FULL_OF_ONE_CARD),
        ([work(body=b"1" * 900), work(body=b"2" * 900)], SpoolRefusal.FULL_OF_ONE_CARD),
        ([work(f"pupil-{number:05}") for number in range(5)], SpoolRefusal.FULL),
        ([work(f"pupil-{number:05}", body=b"x" * 1200) for number in range(4)], SpoolRefusal.FULL),
    ],
)
def test_it_is_bounded_in_items_and_bytes_and_for_one_card(
    tmp_path: Path, sent: list[Kept], refusal: SpoolRefusal
) -> None:
    spool = Spool(tmp_path / "spool", SMALL)
    assert [spool.keep(one) for one in sent] == [None] * (len(sent) - 1) + [refusal]
    assert Spool(tmp_path / "spool", SMALL).keep(sent[-1]) is refusal, "also after a restart"
    spool.done(spool.waiting()[0])
    assert spool.keep(sent[-1]) is None


def test_the_last_of_the_disk_is_left_to_the_databases(tmp_path: Path) -> None:
    assert Spool(tmp_path, SMALL, free_bytes=lambda _folder: 150).keep(INES) is SpoolRefusal.DISK_LOW


def test_what_is_put_aside_says_why_and_may_be_moved_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    spool.keep(INES)
    spool.put_aside(spool.waiting()[0], "401_sign_in/required")
    (aside,) = (tmp_path / "aside").iterdir()
    assert aside.name.endswith(".401_sign_in_required.work")
    assert (spool.waiting(), counted(tmp_path)) == ([], SpoolCounts(0, 1))
    assert spool.keep(work(later_s=1)) is None
    assert counted(tmp_path) == SpoolCounts(1, 1), "what is aside is not delivered: sent again, it is kept again"
    spool.done(spool.waiting()[0])
    aside.rename(tmp_path / aside.name)
    assert Spool.read(spool.waiting()[0]) == INES
    spool.done(spool.waiting()[0])
    assert counted(tmp_path) == SpoolCounts(0, 0)


def all_aside(spool: Spool, sent: list[Kept]) -> list[str]:
    gone = []
    for one in sent:
        assert spool.keep(one) is None, "what lies aside keeps nothing out"
        gone += spool.put_aside(spool.waiting()[0], "403")
    return gone


@pytest.mark.parametrize("body", [b"", b"x" * 500], ids=["items", "bytes"])
def test_aside_of_one_card_the_oldest_goes_and_is_named(tmp_path: Path, body: bytes) -> None:
    spool = Spool(tmp_path, SMALL)
    all_aside(spool, [work("karimKARIMk")])
    gone = all_aside(spool, [work(body=b"%d" % number + body, later_s=number) for number in (1, 2, 3)])
    assert [name[:15] for name in gone] == [f"{int(INES.at_s + 1) * 1000:015d}"]
    assert counted(tmp_path) == SpoolCounts(0, 3), "the other card's stays, though it is older"


def test_aside_of_all_cards_the_oldest_of_the_card_with_the_most_goes(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    all_aside(spool, [work("oneofeleven")])
    assert all_aside(spool, [work(body=b"1", later_s=1), work(body=b"2", later_s=2)]) == []
    gone = all_aside(spool, [work("karimKARIMk", later_s=3), work("adultADULTa", later_s=4)])
    assert [name[16:27] for name in gone] == ["inesINESine"]
    assert counted(tmp_path).aside == SMALL.items


def test_where_an_operator_made_room_aside_nothing_has_to_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    all_aside(spool, [work(body=b"1"), work(body=b"2")])
    next((tmp_path / "aside").iterdir()).unlink()
    assert all_aside(spool, [work(body=b"3")]) == []


def test_a_file_that_is_no_item_is_passed_over_and_a_torn_one_is_no_work(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    torn = tmp_path / f"{1:015d}-inesINESine-{'0' * 16}.work"
    torn.write_bytes(b"\x81")
    assert Spool(tmp_path).waiting() == [torn]
    assert Spool.read(torn) is None
