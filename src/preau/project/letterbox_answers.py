"""What the letterbox itself answers: that it has the work, or that it could not keep it."""

from typing import Final

from preau.gate.spool import SpoolRefusal
from preau.project.answers import page_of, respond, respond_json, wants_json
from preau.project.asgi_types import Scope, Send

KEPT_HEADER: Final = ("preau-gate", "kept")
NOT_KEPT_HEADER: Final = ("preau-gate", "waiting")
"""Neither is the school's answer: a device goes on keeping the work, and sends it again."""
RETRY_AFTER: Final = ("retry-after", "60")
"""An application that is started again is back within a minute."""


async def say_kept(scope: Scope, send: Send, *, pupil: bool) -> None:
    """202: it is here, and not where it belongs yet."""
    whose = "ton" if pupil else "votre"
    nothing_to_do = "Tu n’as rien à refaire" if pupil else "Vous n’avez rien à refaire"
    sentence = f"Préau a bien reçu {whose} envoi et le transmet dès que possible. {nothing_to_do}."
    if wants_json(scope):
        await respond_json(
            send, {"kept": {"code": "work_kept", "message": sentence}}, status=202, headers=[KEPT_HEADER]
        )
        return
    page = page_of(title="C’est bien reçu", sentence=sentence, code="work_kept")
    await respond(send, page, status=202, kind="text/html; charset=utf-8", headers=[KEPT_HEADER])


async def say_not_kept(scope: Scope, send: Send, refusal: SpoolRefusal, *, pupil: bool) -> None:
    """503: the school does not answer, and there is no room to keep this."""
    sentence = _why(refusal, pupil=pupil)
    headers = [NOT_KEPT_HEADER, RETRY_AFTER]
    if wants_json(scope):
        error = {"code": refusal.value, "message": sentence}
        await respond_json(send, {"error": error}, status=503, headers=headers)
        return
    page = page_of(title="Pas encore reçu", sentence=sentence, code=refusal.value)
    await respond(send, page, status=503, kind="text/html; charset=utf-8", headers=headers)


def _why(refusal: SpoolRefusal, *, pupil: bool) -> str:
    if pupil:
        todo = "Garde cette réponse et renvoie-la dans quelques minutes : reviens à la page d’avant, elle y est encore."
        mine = "de tes envois"
    else:
        todo = (
            "Gardez cette réponse et renvoyez-la dans quelques minutes : revenez à la page d’avant, elle y est encore."
        )
        mine = "de vos envois"
    if refusal is SpoolRefusal.FULL_OF_ONE_CARD:
        return f"Préau garde déjà beaucoup {mine} et n’a plus de place pour celui-ci. {todo}"
    return f"Préau ne peut rien garder de plus pour le moment : cet envoi n’est pas reçu. {todo}"
