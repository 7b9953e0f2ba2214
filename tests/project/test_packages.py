import gzip
from pathlib import Path

import pytest

from asgi_client import call
from preau.project.packages import PackageFiles

EDITION = "a" * 64


@pytest.fixture
def packages(tmp_path: Path) -> PackageFiles:
    folder = tmp_path / "editions" / EDITION
    folder.mkdir(parents=True)
    (folder / "fractions.html").write_text("<h1>Fractions</h1>" * 20)
    (tmp_path / "fichiers").mkdir()
    (tmp_path / "fichiers" / f"{'b' * 64}.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.json").write_text("secret")
    return PackageFiles(tmp_path)


async def test_a_lesson_is_compressed_and_asked_for_again(packages: PackageFiles) -> None:
    path = f"/colis/editions/{EDITION}/fractions.html"
    answer = await call(packages, path, headers={"accept-encoding": "gzip"})
    assert answer.status == 200
    assert "immutable" not in answer.headers["cache-control"]
    assert gzip.decompress(answer.body).startswith(b"<h1>Fractions")
    again = await call(packages, path, headers={"accept-encoding": "gzip", "if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_a_lesson_drawn_anew_is_served_anew(packages: PackageFiles, tmp_path: Path) -> None:
    path = f"/colis/editions/{EDITION}/fractions.html"
    before = await call(packages, path)
    (tmp_path / "editions" / EDITION / "fractions.html").write_text("<h1>Mieux</h1>")
    after = await call(packages, path, headers={"if-none-match": before.headers["etag"]})
    assert (after.status, after.text) == (200, "<h1>Mieux</h1>")


async def test_a_bundle_is_compressed_and_asked_for_again_as_the_pages_in_it_may_be_drawn_anew(
    packages: PackageFiles, tmp_path: Path
) -> None:
    path = f"/colis/editions/{EDITION}/semaine-1.lot.json"
    (tmp_path / path.removeprefix("/colis/")).write_text('{"v":1}')
    (tmp_path / "editions" / EDITION / "fractions.json").write_text('{"v":1}')
    bundle = await call(packages, path, headers={"accept-encoding": "gzip"})
    assert (bundle.status, gzip.decompress(bundle.body)) == (200, b'{"v":1}')
    assert bundle.headers["content-type"] == "application/json"
    assert "immutable" not in bundle.headers["cache-control"]
    lesson = await call(packages, f"/colis/editions/{EDITION}/fractions.json")
    assert "immutable" in lesson.headers["cache-control"]


async def test_an_image_is_sent_as_it_is(packages: PackageFiles) -> None:
    answer = await call(packages, f"/colis/fichiers/{'b' * 64}.png", headers={"accept-encoding": "gzip"})
    assert (answer.body, answer.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/colis/",
        "/colis/secret.json",
        f"/colis/editions/{EDITION}/../../secret.json",
        f"/colis/editions/{EDITION}/absent.html",
        f"/colis/editions/{EDITION}/absent.lot.json",
        f"/colis/editions/{EDITION}/.lot.json",
        f"/colis/editions/{'A' * 64}/fractions.html",
        f"/colis/editions/{EDITION}/fractions.html/",
        "/colis/fichiers/..%2f..%2fsecret.json",
    ],
)
async def test_nothing_else_of_the_folder_can_be_read(packages: PackageFiles, path: str) -> None:
    answer = await call(packages, path)
    assert (answer.status, "package_file_unknown" in answer.text) == (404, True)


async def test_only_reading_is_allowed(packages: PackageFiles) -> None:
    assert (await call(packages, f"/colis/editions/{EDITION}/fractions.html", method="DELETE")).status == 404
    head = await call(packages, f"/colis/editions/{EDITION}/fractions.html", method="HEAD")
    assert (head.status, head.body) == (200, b"")
