"""One reply of the bot, as parts that every channel can show: text, choices and, when there is advice, its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional


@dataclass(frozen=True)
class Choice:
    """One thing that can be pressed: `label` is what the person reads, `value` what comes back."""

    label: str
    value: str


@dataclass(frozen=True)
class Reply:
    """A reply: `kind` is greeting, question, advice, emergency, notice or failure.

    `text` is the whole reply as plain text, enough by itself for a channel that shows only text. `several` says
    whether more than one of `choices` may be picked. `advice` holds level, headline, reasons, answer, self_care,
    safety_net and would_change, as the chat API gives them. `understood` is what was understood so far, each part
    with the choices that put it right (`bot.report.understood`); an advice has it among its own parts.
    """

    kind: str
    text: str
    choices: tuple[Choice, ...] = ()
    several: bool = False
    advice: Optional[Mapping[str, Any]] = None
    understood: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The message of the chat API, less its id."""
        data: dict[str, Any] = {"kind": self.kind, "text": self.text}
        if self.choices:
            data["choices"] = [{"label": choice.label, "value": choice.value} for choice in self.choices]
            data["several"] = self.several
        if self.understood:
            data["understood"] = [dict(part) for part in self.understood]
        if self.advice is not None:
            data["advice"] = dict(self.advice)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reply:
        """The reply that `to_json` wrote."""
        choices = tuple(Choice(choice["label"], choice["value"]) for choice in data.get("choices", ()))
        several, understood = bool(data.get("several", False)), tuple(data.get("understood", ()))
        return cls(data["kind"], data["text"], choices, several, data.get("advice"), understood)
