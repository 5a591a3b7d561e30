"""Words for the people at the door: taken from knowledge/messages, with the numbers to call filled in."""

from __future__ import annotations

from copy import copy
from typing import Any, Optional, Protocol

import structlog

log = structlog.get_logger(__name__)


class Numbers(Protocol):
    """What is needed of the settings: the numbers to call."""

    @property
    def emergency_number(self) -> str:
        """The number that brings an ambulance."""

    @property
    def urgent_number(self) -> Optional[str]:
        """The number for advice that cannot wait; some countries have none."""


class Texts:
    """Texts of one group of knowledge/messages (`web`, `widget`, `pages`, ...), filled in with the numbers to call.

    A text that is missing or lacks a value never stops an answer: its key is returned, and the operator sees a warning.
    """

    def __init__(self, knowledge: Any, settings: Numbers, group: str) -> None:
        self._messages = knowledge.messages
        self._group = group
        self.numbers = {
            "emergency_number": settings.emergency_number,
            "urgent_number": settings.urgent_number or self._messages.text("web.numbers.no_urgent_number"),
        }

    def of(self, group: str) -> Texts:
        """The texts of another group, with the same numbers."""
        other = copy(self)
        other._group = group
        return other

    def __call__(self, key: str, **values: Any) -> str:
        """The text at `key` (without the group's name), its placeholders filled in from `values` and the numbers."""
        try:
            return str(self._messages.text(f"{self._group}.{key}", **{**self.numbers, **values}))
        except (LookupError, ValueError) as error:
            log.warning("text.missing", key=f"{self._group}.{key}", error=str(error))
            return key
