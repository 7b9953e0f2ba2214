"""Small whole answers of the edge itself: JSON, text, and the page of a refusal. None of them needs Django."""

from collections.abc import Iterable
from html import escape

import msgspec

from preau.project.asgi_types import Scope, Send
from preau.school.pages.script_paths import SCRIPT_PATHS

_PAGE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title} · Préau</title><link rel="stylesheet" href="/static/site.css">
</head>
<body><main id="contenu"><section class="card">
<h1>{title}</h1>
<p>{sentence}</p>
<p><a class="btn main" href="/">Revenir à l’accueil</a> <a class="btn" href="/etat">État du service</a></p>
<p class="soft">{code}</p>
</section></main></body>
</html>"""


def header(scope: Scope, name: bytes) -> str:
    """The first value of a request header, or an empty text."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


def wants_json(scope: Scope) -> bool:
    """Whether the client asked for JSON rather than a page, or is a script of ours, whatever it accepts."""
    if scope["path"] in SCRIPT_PATHS:
        return True
    accept = header(scope, b"accept")
    return "application/json" in accept and "text/html" not in accept


async def respond(
    send: Send,
    body: bytes,
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> None:
    """Sends one whole response; never stored unless ``headers`` say otherwise."""
    fields = {"content-type": kind, "content-length": str(len(body)), "cache-control": "no-store", **dict(headers)}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def respond_json(send: Send, document: object, *, status: int = 200) -> None:
    """Sends a document as JSON."""
    await respond(send, msgspec.json.encode(document), status=status)


async def refuse(
    scope: Scope, send: Send, *, status: int, code: str, sentence: str, title: str = "Cette demande ne passe pas"
) -> None:
    """Refuses with a French sentence and a stable code, as a page or as JSON."""
    if wants_json(scope):
        await respond_json(send, {"error": {"code": code, "message": sentence}}, status=status)
        return
    page = _PAGE.format(title=escape(title), sentence=escape(sentence), code=escape(code))
    headers = [("retry-after", "5")] if status == 503 else []  # noqa: PLR2004  HTTP status
    await respond(send, page.encode(), status=status, kind="text/html; charset=utf-8", headers=headers)
