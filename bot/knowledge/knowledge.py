"""The knowledge as one value, with the look-ups that the engine and the interview make on every message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Mapping, Optional

from bot.knowledge.conditions import All, AtLeast, Condition, Has, Not, PersonIs, leaves
from bot.knowledge.messages import Messages
from bot.knowledge.model import Finding, Question, Rule, Source, Topic


@dataclass(frozen=True)
class Family:
    """A finding with its kinds (`names`, itself first; `kin` the same as a set), what they are kinds of (`above`,
    whose denial denies them), and those that are open while nothing was said. `free` tells that anybody can have them,
    `complaint` that the finding is the complaint of a topic."""

    names: tuple[str, ...]
    kin: frozenset[str]
    above: frozenset[str]
    open: tuple[str, ...]
    free: bool
    complaint: bool


@dataclass(frozen=True)
class Knowledge:
    """All medicine of one version. `canonical` is the JSON whose SHA-256 is `version`.

    `red_flags` are the keys that red-flag questions ask about: findings with their kinds, and attributes as ".onset".
    `first_day` is the day on which the first of the rules came into force.
    """

    version: str
    canonical: bytes
    findings: Mapping[str, Finding]
    rules: Mapping[str, Rule]
    topics: Mapping[str, Topic]
    questions: tuple[Question, ...]
    budget: int
    most_at_once: int
    most_questions: int
    sources: Mapping[str, Source]
    messages: Messages
    language: Mapping[str, Any]
    _narrower: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _broader: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _rules_of: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    _rules_about: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    _topics_of: Mapping[str, tuple[Topic, ...]] = field(init=False, repr=False, compare=False)

    _needing: frozenset[str] = field(init=False, repr=False, compare=False)
    _asked_by: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    _about: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    _items_of: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _families: Mapping[str, Family] = field(init=False, repr=False, compare=False)
    red_flags: frozenset[str] = field(init=False, repr=False, compare=False)
    first_day: date = field(init=False, repr=False, compare=False)

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
        about = {
            name: tuple({rule.id: rule for each in (name, *narrower[name]) for rule in rules_of[each]}.values())
            for name in self.findings
        }
        object.__setattr__(self, "_rules_about", about)
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
        asked_by: dict[str, Question] = {}
        for question in self.questions:
            for name in question.findings:
                asked_by.setdefault(name, question)
        object.__setattr__(self, "_asked_by", asked_by)
        object.__setattr__(self, "_about", {each.attribute: each for each in self.questions if each.attribute})
        object.__setattr__(self, "_items_of", {name: self._items(name) for name in self.findings})
        object.__setattr__(self, "_families", {name: self._family(name) for name in self.findings})
        object.__setattr__(self, "red_flags", self._red_flags())
        first_day = min((rule.valid_from for rule in self.rules.values()), default=date.min)
        object.__setattr__(self, "first_day", first_day)

    def _closure(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        waiting = list(self.findings[name].broader)
        while waiting:
            each = waiting.pop(0)
            if each not in found and each != name:
                found[each] = None
                waiting += self.findings[each].broader
        return tuple(found)

    def _items(self, name: str) -> tuple[str, ...]:
        if name in self._asked_by:
            return (name,)
        kinds = [kind for kind in self._narrower[name] if kind in self._asked_by]
        if kinds:
            # A kind of something that is offered itself is not offered beside it.
            return tuple(kind for kind in kinds if not set(self._broader[kind]).intersection(kinds))
        return next(((whole,) for whole in self._broader[name] if whole in self._asked_by), ())

    def _family(self, name: str) -> Family:
        names = (name, *self._narrower[name])
        open_names = names if len(names) == 1 else names[1:]
        above = {whole for each in names if not self.findings[each].own_denial for whole in self._broader[each]}
        return Family(
            names=names,
            kin=frozenset(names),
            above=frozenset(above),
            free=all(self.findings[each].only_for is None for each in names),
            complaint=bool(self._topics_of[name]),
            open=open_names,
        )

    def _red_flags(self) -> frozenset[str]:
        keys: set[str] = set()
        for question in self.questions:
            if question.red_flag:
                for name in question.findings:
                    keys.update((name, *self._narrower[name]))
                if question.attribute:
                    keys.add(f".{question.attribute}")
        return frozenset(keys)

    def narrower(self, finding: str) -> tuple[str, ...]:
        """The findings that are kinds of this one, near and far."""
        return self._narrower[finding]

    def broader(self, finding: str) -> tuple[str, ...]:
        """The findings that this one is a kind of, near and far."""
        return self._broader[finding]

    def rules_of(self, finding: str) -> tuple[Rule, ...]:
        """The rules that mention the finding or one that it is a kind of."""
        return self._rules_of[finding]

    def rules_about(self, finding: str) -> tuple[Rule, ...]:
        """The rules that mention the finding, one that it is a kind of, or one of its kinds, which it may turn out to
        be."""
        return self._rules_about[finding]

    def needs_complaint(self, rule: Rule) -> bool:
        """Whether a rule can hold only together with a complaint of a topic; one that stands alone holds for anyone."""
        return rule.id in self._needing

    def asked_by(self, finding: str) -> Optional[Question]:
        """The question of the interview that offers a finding, None where none does."""
        return self._asked_by.get(finding)

    def question_about(self, key: str) -> Optional[Question]:
        """The question about an attribute, by a key such as "FINDING.lasting"; None where there is none."""
        return self._about.get(key.rpartition(".")[2])

    def items_of(self, finding: str) -> tuple[str, ...]:
        """The findings to offer where one is to be asked about: itself, or its kinds, or what it is a kind of."""
        return self._items_of[finding]

    def family(self, finding: str) -> Family:
        """A finding with its kinds, as the engine looks at them."""
        return self._families[finding]

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
