import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from asgi_client import call, http_scope
from preau.project.answers import respond
from preau.project.edge import Edge


def saying(text: str) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, text.encode(), kind="text/plain")

    return application


async def raising(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("everything is broken")


def edge(**changes: Any) -> Edge:
    parts = {
        "before": {
            "/__*": saying("health"),
            "/static/*": saying("static"),
            "/etat": saying("status"),
            "/etat/*": saying("status"),
        },
        "behind": saying("gate"),
        "hosts": frozenset({"localhost", "::1"}),
        "secure": False,
    }
    return Edge(**{**parts, **changes})


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/__heartbeat__", "health"),
        ("/static/site.css", "static"),
        ("/etat", "status"),
        ("/etat/api/v2/status.json", "status"),
        ("/etats-unis", "gate"),
        ("/", "gate"),
        ("/staticx", "gate"),
    ],
)
async def test_each_path_is_answered_by_its_room(path: str, who: str) -> None:
    assert (await call(edge(), path)).text == who


async def test_status_and_static_files_go_on_when_everything_behind_raises() -> None:
    broken = edge(behind=raising)
    assert (await call(broken, "/etat")).text == "status"
    assert (await call(broken, "/static/site.css")).text == "static"


async def test_what_breaks_behind_becomes_a_page_without_a_traceback() -> None:
    answer = await call(edge(behind=raising), "/journee/", headers={"accept": "text/html"})
    assert answer.status == 503
    assert "La panne est de notre côté" in answer.text
    assert "internal" in answer.text
    assert "RuntimeError" not in answer.text
    assert "broken" not in answer.text


async def test_what_breaks_under_a_paper_card_is_logged_without_its_token() -> None:
    with capture_logs() as logs:
        await call(edge(behind=raising), "/c/q1.secret-token")
    assert [(entry["event"], entry["path"]) for entry in logs] == [("edge_caught", "/c/…")]


async def test_every_response_carries_the_security_headers() -> None:
    headers = (await call(edge(), "/")).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers


async def test_a_page_with_its_own_policy_keeps_it() -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"x", headers=[("Content-Security-Policy", "default-src 'self'")])

    assert (await call(edge(behind=own), "/")).headers["content-security-policy"] == "default-src 'self'"


async def test_tls_is_remembered_when_the_site_has_it() -> None:
    assert "max-age" in (await call(edge(secure=True), "/")).headers["strict-transport-security"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.2:80", "[::2]"])
async def test_a_foreign_host_name_is_refused(host: str) -> None:
    answer = await call(edge(), "/", headers={"host": host})
    assert answer.status == 421
    assert "host_unknown" in answer.text


@pytest.mark.parametrize("hosts", [frozenset({"localhost"}), None])
@pytest.mark.parametrize(
    "host",
    [
        "",
        "a_b",
        "localhost:80:80",
        "LOCALHOST@evil",
        "localhost:",
        "localhost:99999",
        "[:a:b]",
        "[::1",
        "é",
        "a b",
        "a,b",
    ],
)
async def test_a_host_that_django_would_refuse_goes_no_further(host: str, hosts: frozenset[str] | None) -> None:
    answer = await call(edge(hosts=hosts, behind=raising), "/connexion/", headers={"host": host})
    assert answer.status == 400
    assert "host_malformed" in answer.text


@pytest.mark.parametrize("values", [[], [b"localhost", b"localhost"], [b"localhost", b"evil.example"]])
async def test_a_request_names_one_host_and_once(values: list[bytes]) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {**http_scope("/connexion/"), "headers": [(b"host", value) for value in values]}
    await edge(hosts=None, behind=raising)(scope, None, send)  # type: ignore[arg-type]
    assert (sent[0]["status"], b"host_malformed" in sent[1]["body"]) == (400, True)
    await edge(hosts=None, behind=raising)({**scope, "type": "websocket"}, None, send)  # type: ignore[arg-type]
    assert sent[-1] == {"type": "websocket.close", "code": 4403}


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8000", "[::1]:8000"])
async def test_our_host_names_are_known(host: str) -> None:
    assert (await call(edge(), "/", headers={"host": host})).text == "gate"


@pytest.mark.parametrize("path", ["/" + "a" * 3000, "/a\0b"])
async def test_a_monstrous_path_is_refused(path: str) -> None:
    answer = await call(edge(), path)
    assert answer.status == 414
    assert "path_too_long" in answer.text


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PROPFIND", "get"])
async def test_other_methods_stop_at_the_edge(method: str) -> None:
    answer = await call(edge(), "/", method=method)
    assert (answer.status, "method_unknown" in answer.text) == (405, True)


async def test_a_client_that_asks_for_json_is_refused_in_json() -> None:
    answer = await call(edge(behind=raising), "/x", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/json"
    assert '"code":"internal"' in answer.text


async def test_a_websocket_to_a_foreign_host_is_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/classe/x/ws", "headers": [(b"host", b"evil.example")]}
    await edge()(scope, None, send)  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 4403}]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=x; charset=base64",
        "application/x-www-form-urlencoded; charset=nonsense",
        'application/json; CHARSET = "utf-16"',
        "multipart/form-data; boundary*=base64''x%41",
    ],
)
async def test_a_body_in_an_encoding_that_is_not_ours_goes_no_further(content_type: str) -> None:
    answer = await call(edge(behind=raising), "/deconnexion/", method="POST", headers={"content-type": content_type})
    assert answer.status == 415
    assert "charset_unknown" in answer.text


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", 'text/plain;charset="utf-8"', ""]
)
async def test_what_browsers_send_is_read(content_type: str) -> None:
    assert (await call(edge(), "/", method="POST", headers={"content-type": content_type})).text == "gate"


@pytest.mark.parametrize("path", ["/travail/journal", "/travail/suivi"])
@pytest.mark.parametrize("accept", ["text/html", "*/*", ""])
@pytest.mark.parametrize(
    ("request_of", "status", "code"),
    [
        ({"method": "PUT"}, 405, "method_unknown"),
        ({"headers": {"host": "ailleurs.test"}}, 421, "host_unknown"),
        ({"headers": {"content-type": "text/plain; charset=rot13"}}, 415, "charset_unknown"),
        ({}, 503, "internal"),
    ],
)
async def test_a_script_of_ours_is_refused_in_json_whatever_it_accepts(
    path: str, accept: str, request_of: dict[str, Any], status: int, code: str
) -> None:
    headers = {"accept": accept, **request_of.get("headers", {})}
    answer = await call(edge(behind=raising), path, **{"method": "POST", **request_of, "headers": headers})
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, code)
