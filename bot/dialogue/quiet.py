"""Logging, set before Rasa is imported, which else writes every state of every conversation at debug level."""

from __future__ import annotations

import contextlib
import logging
import os
import sys

import structlog

# Rasa logs health text at these levels; ours say what failed, never what was said.
LEVEL = logging.WARNING


class _StandardError:
    """Writes to whatever standard error is at the moment; that it cannot be written to breaks nobody's reply."""

    def msg(self, message: str) -> None:
        """Writes one line."""
        # A closed pipe, a full disk, a stream that is gone: the person is still told what to do.
        with contextlib.suppress(OSError, ValueError):
            print(message, file=sys.stderr, flush=True)

    debug = info = warn = warning = error = critical = fatal = exception = log = failure = msg


def hush() -> None:
    """Warnings and errors only, on standard error; no telemetry. Leaves a configuration that is there already alone."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # Rasa's declarative models and matplotlib warn at every import about their own futures.
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    for name in ("rasa", "rasa_sdk", "apscheduler", "matplotlib"):
        logging.getLogger(name).setLevel(LEVEL)
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=True,
    )
