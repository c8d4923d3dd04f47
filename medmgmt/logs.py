"""Structured logs. They carry ids and counts, never a name, a contact, a drug or a diagnosis.

A crash is told by its kind and its place in the code alone: local variables, what was asked and the words of an
exception may all be a client's. A database's refusal adds its code and the constraint's name.
"""

import logging.config
import sys
import traceback
from copy import copy
from types import TracebackType
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import ExcInfo, Processor

QUIETER = {"django.request": "ERROR", "celery": "WARNING", "httpx": "WARNING"}
OURS = ("clinic.", "medmgmt.")


def configure(*, level: str, as_json: bool) -> None:
    """Send Django's and our own log lines to standard error: JSON in production, readable text elsewhere."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.ExceptionRenderer(place_of),
    ]
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": Discreet,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["console"], "level": level},
            # A line for each message that leaves would cost as much as the message.
            "loggers": {name: {"level": level} for name, level in QUIETER.items()},
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = tell_crash


def tell_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A command, worker or script that breaks is told as a page is; wrong settings and Ctrl-C in their own words."""
    if issubclass(kind, ImproperlyConfigured) or not issubclass(kind, Exception):
        sys.__excepthook__(kind, error, trace)
    else:
        structlog.get_logger(__name__).critical("the command failed", exc_info=(kind, error, trace))


class Discreet(structlog.stdlib.ProcessorFormatter):
    """Leaves out of other packages' lines what they would tell of a request, a task or an exception."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, str):
            record = copy(record)
            record.msg, record.args = _discreet(record), ()
        return super().format(record)


def _discreet(record: logging.LogRecord) -> str:
    """An address may hold a client's link, and an argument the words of the exception: both stay out."""
    request = getattr(record, "request", None)
    if request is not None:
        match = getattr(request, "resolver_match", None)
        page = match.view_name if match else "no page of ours"
        return f"{getattr(record, 'status_code', record.levelname)}: {getattr(request, 'method', '')} {page}"
    if not record.exc_info or record.name.startswith(OURS):
        return record.getMessage()
    task = record.args.get("name") if isinstance(record.args, dict) else None
    return f"the task {task} failed" if task else str(record.msg)


def place_of(exc_info: ExcInfo) -> str:
    """The kinds of an exception and of those behind it, and the lines of code they came through, without a value."""
    told: list[str] = []
    seen: set[int] = set()
    error: BaseException | None = exc_info[1]
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        told += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in _frames(error)]
        told.append(_kind_of(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)


def _kind_of(error: BaseException) -> str:
    diagnosis: Any = getattr(error, "diag", None)
    more = [getattr(error, "sqlstate", None), getattr(diagnosis, "constraint_name", None)]
    return " ".join([f"{type(error).__module__}.{type(error).__qualname__}", *filter(None, more)])
