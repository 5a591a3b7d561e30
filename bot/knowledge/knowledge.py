"""The knowledge as one value, with the look-ups that the engine and the interview make on every message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Mapping

from bot.knowledge.conditions import All, AtLeast, Condition, Has, Not, PersonIs, leaves
from bot.knowledge.messages import Messages
from bot.knowledge.model import Finding, Question, Rule, Source, Topic


@dataclass(frozen=True)
class Knowledge:
    """All medicine of one version. `canonical` is the JSON whose SHA-256 is `version`."""

    version: str
    canonical: bytes
    findings: Mapping[str, Finding]
    rules: Mapping[str, Rule]
    topics: Mapping[str, Topic]
    questions: tuple[Question, ...]
    budget: int
    sources: Mapping[str, Source]
    messages: Messages
    language: Mapping[str, Any]
    _narrower: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _broader: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _rules_of: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    _topics_of: Mapping[str, tuple[Topic, ...]] = field(init=False, repr=False, compare=False)

    _needing: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        broader = {name: self._closure(name) for name in self.findings}
        narrower: dict[str, list[str]] = {name: [] for name in self.findings}
        for name, wider in broader.items():
            for each in wider:
                narrower[each].append(name)
        rules_of: dict[str, list[Rule]] = {name: [] for name in self.findings}
        for rule in self.rules.values():
            for name in dict.fromkeys(leaf.finding for leaf in leaves(rule.when) if isinstance(leaf, Has)):
                for each in (name, *narrower[name]):
                    rules_of[each].append(rule)
        topics_of: dict[str, list[Topic]] = {name: [] for name in self.findings}
        for topic in self.topics.values():
            for complaint in topic.complaints:
                topics_of[complaint].append(topic)
        complaints = {name for topic in self.topics.values() for name in topic.complaints}
        needing = frozenset(rule.id for rule in self.rules.values() if _needs(rule.when, complaints))
        object.__setattr__(self, "_needing", needing)
        object.__setattr__(self, "_broader", broader)
        object.__setattr__(self, "_narrower", {name: tuple(kinds) for name, kinds in narrower.items()})
        object.__setattr__(self, "_rules_of", {name: tuple(rules) for name, rules in rules_of.items()})
        object.__setattr__(self, "_topics_of", {name: tuple(topics) for name, topics in topics_of.items()})

    def _closure(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        waiting = list(self.findings[name].broader)
        while waiting:
            each = waiting.pop(0)
            if each not in found and each != name:
                found[each] = None
                waiting += self.findings[each].broader
        return tuple(found)

    @property
    def first_day(self) -> date:
        """The day on which the first of the rules came into force."""
        return min((rule.valid_from for rule in self.rules.values()), default=date.min)

    def narrower(self, finding: str) -> tuple[str, ...]:
        """The findings that are kinds of this one, near and far."""
        return self._narrower[finding]

    def broader(self, finding: str) -> tuple[str, ...]:
        """The findings that this one is a kind of, near and far."""
        return self._broader[finding]

    def rules_of(self, finding: str) -> tuple[Rule, ...]:
        """The rules that mention the finding or one that it is a kind of."""
        return self._rules_of[finding]

    def needs_complaint(self, rule: Rule) -> bool:
        """Whether a rule can hold only together with a complaint of a topic; one that stands alone holds for anyone."""
        return rule.id in self._needing

    def topics_of(self, finding: str) -> tuple[Topic, ...]:
        """The topics whose complaint the finding is."""
        return self._topics_of[finding]


def _needs(condition: Condition, complaints: Collection[str]) -> bool:
    if isinstance(condition, Has):
        return condition.finding in complaints
    if isinstance(condition, (Not, PersonIs)):
        return False
    needing = sum(_needs(part, complaints) for part in condition.parts)
    if isinstance(condition, All):
        return needing > 0
    free = len(condition.parts) - needing
    return free < (condition.n if isinstance(condition, AtLeast) else 1)
