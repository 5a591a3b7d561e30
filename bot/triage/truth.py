"""Whether a rule's condition holds for a case: yes, no, or not known, in Kleene's strong three-valued logic.

Source of the method: S. C. Kleene, Introduction to Metamathematics (1952), section 64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Optional, Union

from bot.knowledge import Knowledge
from bot.knowledge.conditions import All, AnyOf, AtLeast, Condition, Has, Not, PersonIs, Range
from bot.triage.case import ABSENT, PAST, PRESENT, Bounds, Case, Fact

Truth = Optional[bool]


@dataclass(frozen=True)
class Finding:
    """The outcome of a condition: its truth, the keys that are still open in it, and the leaves that hold."""

    truth: Truth
    open: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


_YES = Finding(True)
_NO = Finding(False)


class Evaluator:
    """Evaluates conditions against one case.

    `raising` tells which way doubt goes: a vague amount that straddles a limit counts for a rule that raises the
    level and against one that calms. `assumed` are keys to be taken as if the answer had been the worse one.
    One evaluator serves all rules: what it worked out once, a condition that several rules share, it keeps.
    """

    def __init__(
        self,
        case: Case,
        knowledge: Knowledge,
        *,
        raising: bool = True,
        assumed: Collection[str] = (),
    ) -> None:
        self._case = case
        self._knowledge = knowledge
        self._raising = raising
        self._assumed = assumed
        self._absent = {name for name, fact in case.facts.items() if fact.status == ABSENT}
        self._known: dict[int, Finding] = {}

    def evaluate(self, condition: Condition) -> Finding:
        """The outcome of a condition, with open keys only where they could still decide it."""
        # By identity: the conditions of one knowledge live as long as it does, and comparing them would cost more.
        known = self._known.get(id(condition))
        if known is None:
            known = self._known[id(condition)] = self._evaluate(condition)
        return known

    def lacking(self, condition: Condition) -> tuple[Has, ...]:
        """The leaves any one of which, if it held, would make the condition hold; none where it holds already."""
        if self.evaluate(condition).truth is True or isinstance(condition, (PersonIs, Not)):
            return ()
        if isinstance(condition, Has):
            return (condition,)
        wanting = [part for part in condition.parts if self.evaluate(part).truth is not True]
        if len(condition.parts) - len(wanting) < _needed(condition) - 1:
            return ()
        return tuple(leaf for part in wanting for leaf in self.lacking(part))

    def _evaluate(self, condition: Condition) -> Finding:
        if isinstance(condition, Has):
            return self._has(condition)
        if isinstance(condition, PersonIs):
            return self._person(condition)
        if isinstance(condition, Not):
            return self._not(condition)
        return _count([self.evaluate(part) for part in condition.parts], _needed(condition))

    def _not(self, condition: Not) -> Finding:
        inner = self.evaluate(condition.part)
        if isinstance(condition.part, Has):
            # Only findings that calm stand here, and they count only when they were said.
            return _NO if inner.truth is True else _YES
        if inner.truth is None:
            return inner
        return _NO if inner.truth else _YES

    def _has(self, leaf: Has) -> Finding:
        names = (leaf.finding, *self._knowledge.narrower(leaf.finding))
        outcomes = []
        # Of a complaint that was said in one of its kinds, the kinds that were not said are not waited for.
        said = bool(self._knowledge.topics_of(leaf.finding)) and any(
            self._case.status(name) not in (None, ABSENT) for name in names
        )
        for name in names:
            fact = self._case.facts.get(name)
            if fact is None and said:
                continue
            if fact is None and ((name == leaf.finding and len(names) > 1) or self._denied(name)):
                # A whole of which nothing was said is as open as its kinds; a denial of the whole denies its kinds.
                continue
            outcomes.append(self._one(leaf, name, fact))
        return _count(outcomes, 1) if outcomes else _NO

    def _denied(self, name: str) -> bool:
        if not self._absent or self._knowledge.findings[name].own_denial:
            return False
        return not self._absent.isdisjoint(self._knowledge.broader(name))

    def _one(self, leaf: Has, name: str, fact: Optional[Fact]) -> Finding:
        if fact is None or fact.status not in (PRESENT, ABSENT, PAST):
            if leaf.gone_for is not None:
                return _NO
            return Finding(True, (), (name,)) if name in self._assumed else Finding(None, (name,))
        if fact.status == ABSENT:
            return _NO
        if fact.status == PAST:
            return self._past(leaf, name, fact)
        if leaf.gone_for is not None or self._calmed(leaf, fact):
            return _NO
        return self._within(leaf, name, fact)

    def _past(self, leaf: Has, name: str, fact: Fact) -> Finding:
        limits = leaf.gone_for or (Range(at_most=leaf.even_if_gone) if leaf.even_if_gone is not None else None)
        if limits is None:
            return _NO
        if fact.gone is None:
            return Finding(True, (), (name,)) if name in self._assumed else Finding(None, (name,))
        if self._calmed(leaf, fact):
            return _NO
        return self._within(leaf, name, fact) if self._inside(limits, fact.gone) else _NO

    def _calmed(self, leaf: Has, fact: Fact) -> bool:
        unless = leaf.unless
        if unless is None:
            return False
        if unless.onset is not None and fact.onset == unless.onset:
            return True
        if unless.trend and fact.trend in unless.trend:
            return True
        # Only a stretch that is certainly long enough calms; a vague one does not.
        return unless.lasting is not None and fact.lasting is not None and _certain(unless.lasting, fact.lasting)

    def _within(self, leaf: Has, name: str, fact: Fact) -> Finding:
        outcomes = [Finding(True, (), (name,))]
        if leaf.onset is not None:
            outcomes.append(self._word(name, "onset", fact.onset, (leaf.onset,)))
        if leaf.trend:
            outcomes.append(self._word(name, "trend", fact.trend, leaf.trend))
        if leaf.side is not None:
            sides = ("left", "right") if leaf.side == "one" else (leaf.side,)
            outcomes.append(self._word(name, "side", fact.side, sides))
        if leaf.lasting is not None:
            outcomes.append(self._amount(name, "lasting", fact.lasting, leaf.lasting))
        if leaf.episode is not None:
            outcomes.append(self._amount(name, "episode", fact.episode, leaf.episode))
        return _count(outcomes, len(outcomes))

    def _word(self, name: str, attribute: str, said: Optional[str], wanted: tuple[str, ...]) -> Finding:
        key = f"{name}.{attribute}"
        if said is None:
            return Finding(True, (), (key,)) if key in self._assumed else Finding(None, (key,))
        return Finding(True, (), (key,)) if said in wanted else _NO

    def _amount(self, name: str, attribute: str, said: Optional[Bounds], wanted: Range) -> Finding:
        key = f"{name}.{attribute}"
        if said is None:
            return Finding(True, (), (key,)) if key in self._assumed else Finding(None, (key,))
        return Finding(True, (), (key,)) if self._inside(wanted, said) else _NO

    def _inside(self, wanted: Range, said: Bounds) -> bool:
        return _possible(wanted, said) if self._raising else _certain(wanted, said)

    def _person(self, leaf: PersonIs) -> Finding:
        outcomes = []
        if leaf.age is not None:
            age = self._case.age
            outcomes.append(_known("person.age", age is None, age is not None and self._inside(leaf.age, age)))
        if leaf.sex is not None:
            outcomes.append(_known("person.sex", self._case.sex is None, self._case.sex == leaf.sex))
        if leaf.pregnant is not None:
            pregnant = self._case.pregnant
            outcomes.append(_known("person.pregnant", pregnant is None, pregnant is leaf.pregnant))
        return _count(outcomes, len(outcomes))


def _known(key: str, unknown: bool, holds: bool) -> Finding:
    if unknown:
        return Finding(None, (key,))
    return Finding(True, (), (key,)) if holds else _NO


def _needed(condition: Union[All, AnyOf, AtLeast]) -> int:
    """How many parts must hold."""
    if isinstance(condition, AtLeast):
        return condition.n
    return 1 if isinstance(condition, AnyOf) else len(condition.parts)


def _count(outcomes: list[Finding], needed: int) -> Finding:
    sure = perhaps = 0
    for outcome in outcomes:
        if outcome.truth is True:
            sure += 1
        elif outcome.truth is None:
            perhaps += 1
    if sure >= needed:
        held = tuple(dict.fromkeys(key for outcome in outcomes if outcome.truth for key in outcome.held))
        return Finding(True, (), held)
    if sure + perhaps < needed:
        return _NO
    keys = tuple(dict.fromkeys(key for outcome in outcomes if outcome.truth is None for key in outcome.open))
    return Finding(None, keys)


def _certain(wanted: Range, said: Bounds) -> bool:
    return wanted.covers(said.low) and wanted.covers(said.high)


def _possible(wanted: Range, said: Bounds) -> bool:
    over, under = wanted.over, wanted.under
    return not (
        (over is not None and said.high <= over)
        or (wanted.at_most is not None and said.low > wanted.at_most)
        or (under is not None and said.low >= under)
        or (wanted.at_least is not None and said.high < wanted.at_least)
    )
