"""Structured logs: one JSON object a line on standard error, from our code and from the libraries alike."""

import logging
import re
import sys
from typing import Final

import structlog

QUIET = ("granian.access", "django.server", "asyncio")
"""Each request has its line already, from the shell around the school."""
SECRET_PATH: Final = re.compile(r"/([cl])/.*", re.DOTALL)
"""A paper card's token stands in its path, and opens a pupil's session: no log ever holds it, nor a class link's. A
path that was typed or scanned badly may hold anything before the token, a blank or a quotation mark too, so nothing
after ``/c/`` or ``/l/`` is kept."""
_SECRET_PATH_IN_LINE: Final = re.compile(r"/([cl])/.*")
"""The same in a traceback, which has lines after that one."""
_QUERY: Final = re.compile(r"\?[^\s'\"]*=[^\s'\"]*")
_MASKED: Final = ("event", "path")


def configure(*, as_json: bool) -> None:
    """Sets up structlog and the standard library's logging to write the same lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(_worth_a_line)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if as_json else logging.WARNING)  # eyes want what is wrong, collectors want all
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Of what Django says of requests: what nobody caught, with its traceback, and attacks in one line each."""
    if record.name == "django.request":
        return record.levelno >= logging.ERROR and bool(record.exc_info)
    if record.name.startswith("django.security"):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
    return True


def masked(text: str) -> str:
    """A path, or an event that ends with one, without the token of a card or class link and without query strings."""
    return _QUERY.sub("", SECRET_PATH.sub(r"/\1/…", text))


def _without_secrets(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.ProcessorReturnValue:
    """Masks paths of paper cards and drops query strings, wherever a library or an exception repeats an address."""
    for name in _MASKED:
        if isinstance(event.get(name), str):
            event[name] = masked(event[name])
    if isinstance(event.get("exception"), str):
        event["exception"] = _QUERY.sub("", _SECRET_PATH_IN_LINE.sub(r"/\1/…", event["exception"]))
    return event
