"""Small whole answers of the edge itself: JSON, text, and the page of a refusal. None of them needs Django."""

from collections.abc import Iterable
from html import escape
from typing import Final

import msgspec

from preau.gate.body import BodyRefusal
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

NOT_RECEIVED: Final = {
    BodyRefusal.NO_ROOM: (
        503,
        "school_busy",
        "Beaucoup de demandes à la fois. Recommence dans quelques secondes : rien n’est perdu.",
    ),
    BodyRefusal.TOO_LARGE: (413, "body_too_large", "Cet envoi est trop gros pour être reçu ici."),
    BodyRefusal.SLOW: (408, "body_slow", "L’envoi a pris trop de temps. Vérifie ta connexion et recommence."),
    BodyRefusal.BROKEN_OFF: (400, "body_broken_off", "L’envoi s’est interrompu. Recommence."),
}
"""Status, code and sentence. No place for a body and no place in the school's line are one thing to who waits."""


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


async def respond_json(
    send: Send, document: object, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> None:
    """Sends a document as JSON."""
    await respond(send, msgspec.json.encode(document), status=status, headers=headers)


def page_of(*, title: str, sentence: str, code: str) -> bytes:
    """A page with one message and the ways on."""
    return _PAGE.format(title=escape(title), sentence=escape(sentence), code=escape(code)).encode()


async def refuse(
    scope: Scope, send: Send, *, status: int, code: str, sentence: str, title: str = "Cette demande ne passe pas"
) -> None:
    """Refuses with a French sentence and a stable code, as a page or as JSON."""
    if wants_json(scope):
        await respond_json(send, {"error": {"code": code, "message": sentence}}, status=status)
        return
    page = page_of(title=title, sentence=sentence, code=code)
    headers = [("retry-after", "5")] if status == 503 else []  # noqa: PLR2004  HTTP status
    await respond(send, page, status=status, kind="text/html; charset=utf-8", headers=headers)


async def refuse_body(scope: Scope, send: Send, refusal: BodyRefusal) -> None:
    """Refuses a body that was not taken."""
    status, code, sentence = NOT_RECEIVED[refusal]
    await refuse(scope, send, status=status, code=code, sentence=sentence)
