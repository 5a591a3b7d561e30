"""What somebody means on a platform: a number that was typed, a button that was pressed, or a text as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from bot.channels.base import CHOICE, MARK, Arrived
from bot.channels.wording import numbers_in
from bot.interview.correcting import correction
from bot.knowledge import Knowledge
from bot.triage.case import PRESENT


@dataclass(frozen=True)
class Meant:
    """What is meant: `choices` of the question that was put last, or `text`; neither where an old button of no meaning
    was pressed (`stale`)."""

    text: Optional[str] = None
    choices: Optional[list[str]] = None
    stale: bool = False


def meant(arrived: Arrived, offered: Optional[Mapping[str, Any]], knowledge: Knowledge) -> Meant:
    """What a message means, `offered` being the newest choices.

    A button of an older question does not answer the newest one: where it names a finding, the finding is there all the
    same, because it may be a red flag; "none of these" of an older question denies nothing.
    """
    if arrived.kind == CHOICE:
        mark, _, value = arrived.value.partition(":")
        if offered and str(offered["id"])[:MARK] == mark and value in _values(offered):
            return Meant(choices=[value])
        if value not in knowledge.findings:
            return Meant(stale=True)
        return Meant(choices=[correction(value, PRESENT)])
    text = arrived.text
    if offered:
        typed = " ".join(text.split()).casefold()
        for label, value in offered["choices"]:
            if typed == " ".join(label.split()).casefold():
                return Meant(choices=[value])
        numbers = numbers_in(text) if offered["numbered"] else []
        values = _values(offered)
        if numbers and all(1 <= number <= len(values) for number in numbers):
            picked = list(dict.fromkeys(values[number - 1] for number in numbers))
            if len(picked) == 1 or offered["several"]:
                return Meant(choices=picked)
    return Meant(text=text)


def _values(offered: Mapping[str, Any]) -> list[str]:
    return [value for _, value in offered["choices"]]
