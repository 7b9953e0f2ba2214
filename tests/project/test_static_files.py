import gzip
from pathlib import Path

from asgi_client import call
from preau.project.static_files import static_application


async def test_the_operators_stylesheet_is_served_beside_ours(tmp_path: Path) -> None:
    own = tmp_path / "couleurs.css"
    own.write_text(":root { --preau-slate: #3b2a6b; }")
    answer = await call(static_application(tmp_path / "var", stylesheet=own), "/static/operator.css")
    assert (answer.status, answer.text) == (200, ":root { --preau-slate: #3b2a6b; }")
    assert answer.headers["content-type"].startswith("text/css")


async def test_a_stylesheet_changed_between_two_starts_is_served_anew(tmp_path: Path) -> None:
    own = tmp_path / "couleurs.css"
    for text in (":root { --preau-slate: #111111; }", ":root { --preau-slate: #222222; }"):
        own.write_text(text)
        assert (await call(static_application(tmp_path / "var", stylesheet=own), "/static/operator.css")).text == text


async def test_without_the_option_there_is_no_such_file(tmp_path: Path) -> None:
    static = static_application(tmp_path / "var")
    assert (await call(static, "/static/operator.css")).status == 404
    compressed = await call(static, "/static/site.css", headers={"accept-encoding": "gzip"})
    assert b"--preau-slate" in gzip.decompress(compressed.body)
