import os
from pathlib import Path
from typing import Any

import pytest

from asgi_client import call
from preau.watch.status.publisher import StatusPublisher
from preau.watch.status.serve import STALE_S, StatusFiles
from status_readings import HALF_PAST_EIGHT_S, reading

PATHS = {
    "/etat": "text/html",
    "/etat/": "text/html",
    "/etat/etat.css": "text/css",
    "/etat/history.atom": "application/atom+xml",
    "/etat/api/v2/summary.json": "application/json",
    "/etat/api/v2/status.json": "application/json",
    "/etat/api/v2/components.json": "application/json",
    "/etat/api/v2/incidents.json": "application/json",
    "/etat/api/v2/incidents/unresolved.json": "application/json",
    "/etat/api/v2/scheduled-maintenances/upcoming.json": "application/json",
    "/etat/api/v2/scheduled-maintenances/active.json": "application/json",
}


class Clock:
    now_s = HALF_PAST_EIGHT_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def folder(tmp_path: Path, clock: Clock) -> Path:
    publisher = StatusPublisher(
        folder=tmp_path / "status", incidents=tmp_path / "incidents.jsonl", signals=reading, clock=clock
    )
    await publisher.publish()
    date(tmp_path / "status", clock.now_s)
    return tmp_path / "status"


def date(folder: Path, at_s: float) -> None:
    """Gives every file of the folder this modification time."""
    for path in folder.rglob("*"):
        os.utime(path, (at_s, at_s))


@pytest.mark.parametrize(("path", "content_type"), PATHS.items())
async def test_every_published_file_is_served_with_its_type(
    folder: Path, clock: Clock, path: str, content_type: str
) -> None:
    answer = await call(StatusFiles(folder, clock=clock), path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.headers["cache-control"] == "public, max-age=5"
    assert int(answer.headers["content-length"]) == len(answer.body) > 0
    shared = answer.headers.get("access-control-allow-origin")
    assert shared == ("*" if content_type.startswith("application/") else None)


async def test_an_etag_spares_the_second_download(folder: Path, clock: Clock) -> None:
    files = StatusFiles(folder, clock=clock)
    first = await call(files, "/etat")
    again = await call(files, "/etat", headers={"if-none-match": f'W/"x", {first.headers["etag"]}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])


async def test_head_has_the_headers_and_no_body(folder: Path, clock: Clock) -> None:
    files = StatusFiles(folder, clock=clock)
    head, get = await call(files, "/etat", method="HEAD"), await call(files, "/etat")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_are_refused_in_french(folder: Path, clock: Clock, method: str) -> None:
    answer = await call(StatusFiles(folder, clock=clock), "/etat", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "Cette page se lit seulement." in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/etat/nothing",
        "/etat/api/v2/",
        "/etat/../secret_key",
        "/etat/..%2fsecret_key",
        "/etat/index.html",
        "/etat//etc/passwd",
        "/etat/api/v2/summary.json/x",
        "/etatisme",
        "/etat/\x00",
        "/etat/memory.json",
    ],
)
async def test_any_other_address_is_a_french_404(folder: Path, clock: Clock, path: str) -> None:
    answer = await call(StatusFiles(folder, clock=clock), path)
    assert answer.status == 404
    assert "Cette adresse n’existe pas." in answer.text


async def test_before_the_first_publication_the_page_says_so(tmp_path: Path, clock: Clock) -> None:
    answer = await call(StatusFiles(tmp_path / "nothing", clock=clock), "/etat")
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "n’a pas encore été publié" in answer.text


async def test_a_page_that_nobody_rewrites_any_more_says_that_it_is_old(folder: Path, clock: Clock) -> None:
    files = StatusFiles(folder, clock=clock)
    fresh = await call(files, "/etat")
    assert "ne sont plus à jour" not in fresh.text
    clock.now_s += STALE_S + 240
    stale = await call(files, "/etat")
    assert "Ces données ne sont plus à jour" in stale.text
    assert stale.headers["etag"] != fresh.headers["etag"]
    assert (await call(files, "/etat", headers={"if-none-match": fresh.headers["etag"]})).status == 200


async def test_a_new_publication_is_seen_within_a_second_and_a_vanished_folder_still_answers_meanwhile(
    folder: Path, clock: Clock
) -> None:
    files = StatusFiles(folder, clock=clock)
    await call(files, "/etat/etat.css")
    (folder / "etat.css").write_bytes(b"/* new */")
    clock.now_s += 1
    date(folder, clock.now_s)
    assert (await call(files, "/etat/etat.css")).body == b"/* new */"
    (folder / "etat.css").unlink()
    assert (await call(files, "/etat/etat.css")).body == b"/* new */"
    clock.now_s += 1
    assert (await call(files, "/etat/etat.css")).status == 503


async def test_an_oversized_file_is_not_loaded(folder: Path, clock: Clock) -> None:
    with (folder / "history.atom").open("wb") as file:
        file.truncate(3 * 1024 * 1024)
    assert (await call(StatusFiles(folder, clock=clock), "/etat/history.atom")).status == 503


async def test_the_status_page_is_served_while_the_application_raises_on_every_request(
    folder: Path, clock: Clock
) -> None:
    status = StatusFiles(folder, clock=clock)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        raise RuntimeError(f"no database for {scope['path']}")

    async def edge(scope: Any, receive: Any, send: Any) -> None:
        await (status if scope["path"].startswith("/etat") else application)(scope, receive, send)

    with pytest.raises(RuntimeError):
        await call(edge, "/journee/")
    for path in PATHS:
        assert (await call(edge, path)).status == 200


async def test_a_websocket_is_not_ours(folder: Path, clock: Clock) -> None:
    async def never(*_: Any) -> None:
        raise AssertionError("nothing is read or sent")

    with pytest.raises(ValueError, match="HTTP only"):
        await StatusFiles(folder, clock=clock)({"type": "websocket", "path": "/etat"}, never, never)
