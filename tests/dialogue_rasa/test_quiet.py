"""A log line that cannot be written breaks nothing."""

from __future__ import annotations

import io

import pytest
import structlog

from bot.dialogue import quiet


def test_a_closed_standard_error_breaks_no_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    structlog.reset_defaults()
    try:
        quiet.hush()
        log = structlog.get_logger("test")
        heard = io.StringIO()
        monkeypatch.setattr("sys.stderr", heard)
        log.error("turn failed", error="X")
        assert '"event": "turn failed"' in heard.getvalue()
        heard.close()
        log.error("turn failed", error="Y")
    finally:
        structlog.configure(**before)
