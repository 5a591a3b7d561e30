"""Conditions in words, for those who own the rules: a finding with its limits, "FINDING, for more than 14 days"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from bot.knowledge.conditions import SECONDS, All, AnyOf, AtLeast, Condition, Has, PersonIs, Range, Unless
from bot.knowledge.knowledge import Knowledge

_BOUNDS = ("over", "at_least", "under", "at_most")


class Wording:
    """Words for conditions, from the group `condition` of knowledge/messages/en/console.yml."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def condition(self, condition: Condition) -> str:
        """One node of a tree: a leaf with its limits, or what joins the parts below it."""
        if isinstance(condition, Has):
            return self.has(condition)
        if isinstance(condition, PersonIs):
            return self.person(condition)
        if isinstance(condition, AtLeast):
            return self.text("at_least", n=condition.n)
        if isinstance(condition, All):
            return self.text("all")
        return self.text("any") if isinstance(condition, AnyOf) else self.text("not")

    def has(self, leaf: Has) -> str:
        """A finding by its label, with the limits that the rule sets."""
        parts = [self.label(leaf.finding)]
        if leaf.onset is not None:
            parts.append(self.text(f"onset_{leaf.onset}"))
        parts += self._trends(leaf.trend)
        if leaf.side is not None:
            parts.append(self.text(f"side_{leaf.side}"))
        if leaf.lasting is not None:
            parts.append(self.text("lasting", range=self.range(leaf.lasting)))
        if leaf.episode is not None:
            parts.append(self.text("episode", range=self.range(leaf.episode)))
        if leaf.even_if_gone is not None:
            parts.append(self.text("even_if_gone", span=span(leaf.even_if_gone)))
        if leaf.gone_for is not None:
            parts.append(self.text("gone_for", range=self.range(leaf.gone_for)))
        if leaf.unless is not None:
            parts.append(self.text("unless", parts=self._unless(leaf.unless)))
        return ", ".join(parts)

    def person(self, leaf: PersonIs) -> str:
        """Something about the person: age, sex, pregnancy."""
        parts = []
        if leaf.age is not None:
            parts.append(self.text("age", range=self.range(leaf.age, years)))
        if leaf.sex is not None:
            parts.append(self.text("sex", sex=leaf.sex))
        if leaf.pregnant is not None:
            parts.append(self.text("pregnant" if leaf.pregnant else "not_pregnant"))
        return ", ".join(parts)

    def range(self, limits: Range, unit: Optional[Callable[[float], str]] = None) -> str:
        """The bounds of a stretch of time, or, with `unit`, of another number: "more than 14 days"."""
        said = [(name, getattr(limits, name)) for name in _BOUNDS]
        words = [self.text(f"{name}_x", x=(unit or span)(value)) for name, value in said if value is not None]
        return f" {self.text('and')} ".join(words)

    def label(self, finding: str) -> str:
        """The label of a finding; its id where the knowledge has none."""
        known = self._knowledge.findings.get(finding)
        return known.label if known else finding

    def level(self, level: str) -> str:
        """A level in words."""
        return self._knowledge.messages.text(f"console.levels.{level}")

    def text(self, key: str, **values: object) -> str:
        """A text of the group `condition`."""
        return self._knowledge.messages.text(f"console.condition.{key}", **values)

    def _trends(self, trends: tuple[str, ...]) -> list[str]:
        return [self._either([self.text(f"trend_{each}") for each in trends])] if trends else []

    def _unless(self, unless: Unless) -> str:
        parts = [self.text(f"onset_{unless.onset}")] if unless.onset is not None else []
        if unless.lasting is not None:
            parts.append(self.text("lasting", range=self.range(unless.lasting)))
        return self._either([*parts, *self._trends(unless.trend)])

    def _either(self, parts: list[str]) -> str:
        return f" {self.text('or')} ".join(parts)


def span(seconds: float) -> str:
    """Seconds in the largest unit of which they are a whole number, otherwise in days.

    >>> span(1209600)
    '14 days'
    """
    for unit in ("year", "month", "day", "hour", "minute"):
        amount = seconds / SECONDS[unit]
        if amount >= 1 and amount == int(amount):
            return f"{amount:g} {unit}{'' if amount == 1 else 's'}"
    if seconds >= SECONDS["day"]:
        return f"{seconds / SECONDS['day']:.3g} days"
    return f"{seconds:g} seconds"


def years(value: float) -> str:
    """A number of years of age."""
    return f"{value:g}"
