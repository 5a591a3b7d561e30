"""Whether a rule's condition holds for a case: yes, no, or not known, in Kleene's strong three-valued logic.

Source of the method: S. C. Kleene, Introduction to Metamathematics (1952), section 64.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Optional, Union

from bot.knowledge import Knowledge
from bot.knowledge.conditions import All, AnyOf, AtLeast, Condition, Has, Not, PersonIs, Range
from bot.triage.asking import askable, cautions
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
        self._facts = case.facts
        self._knowledge = knowledge
        self._raising = raising
        self._assumed = assumed
        self._absent = {name for name, fact in case.facts.items() if fact.status == ABSENT}
        # By identity: the conditions of one knowledge live as long as it does, and comparing them would cost more.
        self._truths: dict[int, Truth] = {}
        self._leaves: dict[int, Finding] = {}
        self._asks: dict[int, tuple[str, ...]] = {}
        self._askable: dict[str, bool] = {}

    def evaluate(self, condition: Condition) -> Finding:
        """The outcome of a condition, with open keys only where they could still decide it."""
        truth = self.truth(condition)
        if truth is None:
            return Finding(None, self._open(condition))
        return Finding(True, (), self._held(condition)) if truth else _NO

    def truth(self, condition: Condition) -> Truth:
        """Whether the condition holds; None where that is not known."""
        try:
            return self._truths[id(condition)]
        except KeyError:
            truth = self._truths[id(condition)] = self._truth(condition)
            return truth

    def ask(self, condition: Condition) -> tuple[str, ...]:
        """What to ask about next to learn whether an undecided condition holds: findings as the rules name them, and
        attributes as "FINDING.onset". Of parts that must all hold, the first that is open: when it turns out not to
        hold, the others need not be asked about. Empty where nothing is left to ask."""
        known = self._asks.get(id(condition))
        if known is None:
            known = self._asks[id(condition)] = self._ask(condition)
        return known

    def lacking(self, condition: Condition) -> tuple[Has, ...]:
        """The leaves any one of which, if it held, would make the condition hold; none where it holds already."""
        if self.truth(condition) is True or isinstance(condition, (PersonIs, Not)):
            return ()
        if isinstance(condition, Has):
            return (condition,)
        wanting = [part for part in condition.parts if self.truth(part) is not True]
        if len(condition.parts) - len(wanting) < _needed(condition) - 1:
            return ()
        return tuple(leaf for part in wanting for leaf in self.lacking(part))

    def _truth(self, condition: Condition) -> Truth:
        if isinstance(condition, Has) and self._unsaid(condition):
            return None if condition.gone_for is None else False
        if isinstance(condition, (Has, PersonIs)):
            return self._leaf(condition).truth
        if isinstance(condition, Not):
            inner = self.truth(condition.part)
            if isinstance(condition.part, Has):
                # Only findings that calm stand here, and they count only when they were said.
                return inner is not True
            return None if inner is None else not inner
        result: Truth
        if isinstance(condition, All):
            result = True
            for part in condition.parts:
                truth = self.truth(part)
                if truth is False:
                    return False
                if truth is None:
                    result = None
            return result
        if isinstance(condition, AnyOf):
            result = False
            for part in condition.parts:
                truth = self.truth(part)
                if truth:
                    return True
                if truth is None:
                    result = None
            return result
        truths = [self.truth(part) for part in condition.parts]
        sure, needed = truths.count(True), _needed(condition)
        return True if sure >= needed else None if sure + truths.count(None) >= needed else False

    def _open(self, condition: Condition) -> tuple[str, ...]:
        if isinstance(condition, (Has, PersonIs)):
            return self._leaf(condition).open
        if isinstance(condition, Not):
            return self._open(condition.part)
        return _joined(self._open(part) for part in condition.parts if self.truth(part) is None)

    def _held(self, condition: Condition) -> tuple[str, ...]:
        if isinstance(condition, (Has, PersonIs)):
            return self._leaf(condition).held
        if isinstance(condition, Not):
            return ()
        return _joined(self._held(part) for part in condition.parts if self.truth(part))

    def _ask(self, condition: Condition) -> tuple[str, ...]:
        if self.truth(condition) is not None:
            return ()
        if isinstance(condition, Not):
            return self.ask(condition.part)
        if isinstance(condition, PersonIs):
            return _in_turn(self._leaf(condition).open, self._case, self._knowledge)
        if isinstance(condition, Has):
            return self._ask_of(condition)
        if isinstance(condition, All):
            for part in condition.parts:
                keys = self.ask(part)
                if keys:
                    return keys
                if self.truth(part) is None and not cautions(self._open(part), self._knowledge):
                    return ()
            return ()
        return _joined(self.ask(part) for part in condition.parts)

    def _ask_of(self, leaf: Has) -> tuple[str, ...]:
        if self._unsaid(leaf):
            return (leaf.finding,) if self._may_ask(leaf.finding) else ()
        wanted, whole = [], False
        for key in self._leaf(leaf).open:
            if "." not in key:
                whole = True
            elif self._may_ask(key):
                wanted.append(key)
        # Of the attributes of one finding, the first decides whether the next matters.
        firsts = tuple({key.partition(".")[0]: key for key in reversed(wanted)}.values())
        if whole and self._may_ask(leaf.finding):
            return (leaf.finding, *firsts)
        return firsts

    def _may_ask(self, key: str) -> bool:
        known = self._askable.get(key)
        if known is None:
            known = self._askable[key] = askable(key, self._case, self._knowledge)
        return known

    def _leaf(self, leaf: Union[Has, PersonIs]) -> Finding:
        known = self._leaves.get(id(leaf))
        if known is None:
            known = self._leaves[id(leaf)] = self._has(leaf) if isinstance(leaf, Has) else self._person(leaf)
        return known

    def _unsaid(self, leaf: Has) -> bool:
        """Whether nothing that was said bears on the leaf: the usual case, and a quick one."""
        family = self._knowledge.family(leaf.finding)
        if self._assumed or not family.free or not family.kin.isdisjoint(self._facts):
            return False
        return not self._absent or family.above.isdisjoint(self._absent)

    def _has(self, leaf: Has) -> Finding:
        family = self._knowledge.family(leaf.finding)
        if self._unsaid(leaf):
            return Finding(None, family.open) if leaf.gone_for is None else _NO
        # Of a complaint that was said in one of its kinds, the kinds that were not said are not waited for.
        said = family.complaint and any(self._case.status(name) not in (None, ABSENT) for name in family.names)
        outcomes = []
        for name in family.names:
            fact = self._facts.get(name)
            if fact is None and said:
                continue
            if fact is None and ((name == leaf.finding and len(family.names) > 1) or self._denied(name)):
                # A whole of which nothing was said is as open as its kinds; a denial of the whole denies its kinds.
                continue
            outcomes.append(self._one(leaf, name, fact))
        return _count(outcomes, 1) if outcomes else _NO

    def _denied(self, name: str) -> bool:
        finding = self._knowledge.findings[name]
        if finding.only_for is not None and self._person(finding.only_for).truth is False:
            return True
        if not self._absent or finding.own_denial:
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


def _in_turn(keys: Iterable[str], case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """The first of the keys that a question can still settle."""
    return next(((key,) for key in keys if askable(key, case, knowledge)), ())


def _joined(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for group in groups for key in group))


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
        return Finding(True, (), _joined(outcome.held for outcome in outcomes if outcome.truth))
    if sure + perhaps < needed:
        return _NO
    return Finding(None, _joined(outcome.open for outcome in outcomes if outcome.truth is None))


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
