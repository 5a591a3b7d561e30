"""Why a case is decided as it is: the rules that fired, nearly fired, were overruled or are not in force, as trees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import product
from typing import Any, Optional, Union

from bot.knowledge import Knowledge
from bot.knowledge.conditions import All, AtLeast, Condition, Has, Not, PersonIs, Range
from bot.knowledge.model import Rule, urgency
from bot.knowledge.wording import Wording
from bot.triage.case import ABSENT, PAST, PRESENT, Bounds, Case, Fact
from bot.triage.decide import ADULT, decide, for_children
from bot.triage.truth import Evaluator

FIRED, NEARLY, OVERRULED, NOT_IN_FORCE = "fired", "nearly", "overruled", "not_in_force"
_NEAR = 2
"""How many things may be missing of a rule that nearly fires."""
_WAYS = 12
"""How many ways to fire are listed of one rule."""
_TRUTH = {True: "yes", False: "no", None: "unknown"}
_DAY = 86400.0

Leaf = Union[Has, PersonIs, Not]


@dataclass(frozen=True)
class Node:
    """A place in a rule's condition: what it asks for in words, and whether that holds: "yes", "no" or "unknown"."""

    words: str
    truth: str
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Way:
    """What is missing for a rule to fire, in words, and the level that the decision would have with it."""

    missing: tuple[str, ...]
    level: str


@dataclass(frozen=True)
class Explained:
    """One rule and what came of it. `ways` are there for one that nearly fired, `why_not` for one not in force:
    "begins", "ended" or "child"; `caution` marks one that fired because a red flag stayed unknown."""

    id: str
    version: int
    topic: str
    level: str
    status: str
    reviewed: Optional[str]
    sources: tuple[str, ...]
    tree: Node
    ways: tuple[Way, ...] = ()
    why_not: Optional[str] = None
    caution: bool = False


@dataclass(frozen=True)
class Explanation:
    """A decision with the rules around it, the most urgent first."""

    level: str
    could_become: str
    covered: str
    topics: tuple[str, ...]
    on: str
    knowledge_version: str
    rules: tuple[Explained, ...]

    def of(self, status: str) -> tuple[Explained, ...]:
        """The rules of one status."""
        return tuple(rule for rule in self.rules if rule.status == status)

    def to_json(self) -> dict[str, Any]:
        """Plain data: the rules in a list for each status."""
        data = asdict(self)
        data["rules"] = {
            status: [asdict(rule) for rule in self.of(status)] for status in (FIRED, NEARLY, OVERRULED, NOT_IN_FORCE)
        }
        return data


def explain(case: Case, knowledge: Knowledge, on: date) -> Explanation:
    """The decision on a case as `decide` makes it, and every rule that had, or nearly had, a part in it.

    A rule nearly fires when it mentions something that was said and one or two things are missing: not said, or said
    otherwise. What a missing thing would lead to is decided anew, with that thing added.
    """
    return _Explainer(case, knowledge, on).explanation()


class _Explainer:
    def __init__(self, case: Case, knowledge: Knowledge, on: date) -> None:
        self._case = case
        self._knowledge = knowledge
        self._on = on
        # As `decide` has it: a day before the knowledge began counts as its first day.
        self._day = max(on, knowledge.first_day)
        self._words = Wording(knowledge)
        self._evaluators = {raising: Evaluator(case, knowledge, raising=raising) for raising in (True, False)}
        self._decision = decide(case, knowledge, on)
        self._fired = {fired.id: fired for fired in self._decision.fired}

    def explanation(self) -> Explanation:
        decision = self._decision
        found = (self._explained(rule) for rule in self._candidates())
        rules = sorted((each for each in found if each), key=lambda each: (-urgency(each.level), each.id))
        return Explanation(
            level=decision.level,
            could_become=decision.could_become,
            covered=decision.covered,
            topics=decision.topics,
            on=self._on.isoformat(),
            knowledge_version=decision.knowledge_version,
            rules=tuple(rules),
        )

    def _candidates(self) -> Iterable[Rule]:
        """The rules that mention something said and not denied, those that wait for a complaint among them."""
        rules: dict[str, Rule] = {}
        for name, fact in self._case.facts.items():
            if fact.status != ABSENT and name in self._knowledge.findings:
                rules.update({rule.id: rule for rule in self._knowledge.rules_of(name)})
        return rules.values()

    def _explained(self, rule: Rule) -> Optional[Explained]:
        fired = self._fired.get(rule.id)
        ways: tuple[Way, ...] = ()
        why_not = self._why_not(rule)
        holds = self._evaluator(rule).evaluate(rule.when).truth is True
        if why_not is not None:
            if not holds and not self._missing(rule):
                return None
            status = NOT_IN_FORCE
        elif fired is not None:
            status = FIRED if fired.level == self._decision.level else OVERRULED
        elif not holds and (sets := self._missing(rule)):
            status = NEARLY
            ways = tuple(Way(tuple(map(self._word, leaves)), self._leads_to(rule, leaves)) for leaves in sets[:_WAYS])
        else:
            return None
        return Explained(
            id=rule.id,
            version=rule.version,
            topic=rule.topic,
            level=fired.level if fired else rule.level,
            status=status,
            reviewed=rule.reviewed.by if rule.reviewed else None,
            sources=rule.sources,
            tree=self._node(rule.when, self._evaluator(rule)),
            ways=ways,
            why_not=why_not,
            caution=fired.caution if fired else False,
        )

    def _evaluator(self, rule: Rule) -> Evaluator:
        return self._evaluators[rule.level != "self_care"]

    def _why_not(self, rule: Rule) -> Optional[str]:
        if self._day < rule.valid_from:
            return "begins"
        if not rule.valid_on(self._day):
            return "ended"
        child = self._case.age is not None and self._case.age.high < ADULT
        return "child" if child and not for_children(rule) else None

    def _node(self, condition: Condition, evaluator: Evaluator) -> Node:
        parts: tuple[Condition, ...] = ()
        if isinstance(condition, Not):
            parts = (condition.part,)
        elif not isinstance(condition, (Has, PersonIs)):
            parts = condition.parts
        truth = _TRUTH[evaluator.evaluate(condition).truth]
        return Node(self._words.condition(condition), truth, tuple(self._node(part, evaluator) for part in parts))

    def _missing(self, rule: Rule) -> list[tuple[Leaf, ...]]:
        """The smallest sets of things that are missing, none where more than two are."""
        sets = _ways(rule.when, self._evaluator(rule))
        fewest = min((len(each) for each in sets), default=0)
        return [each for each in sets if len(each) == fewest]

    def _word(self, leaf: Leaf) -> str:
        if isinstance(leaf, Not):
            return f"{self._words.condition(leaf)}: {self._words.condition(leaf.part)}"
        return self._words.condition(leaf)

    def _leads_to(self, rule: Rule, leaves: Iterable[Leaf]) -> str:
        case = self._case
        for leaf in leaves:
            case = _with(case, leaf)
        decision = decide(case, self._knowledge, self._on)
        if any(fired.id == rule.id for fired in decision.fired):
            return decision.level
        # The case could not be made so: the rule's own level is what it leads to, unless it is higher already.
        return max(rule.level, self._decision.level, key=urgency)


def _ways(condition: Condition, evaluator: Evaluator) -> list[tuple[Leaf, ...]]:
    """Sets of at most two leaves that would make the condition hold; one empty set where it holds."""
    if evaluator.evaluate(condition).truth is True:
        return [()]
    if isinstance(condition, (Has, PersonIs, Not)):
        return [(condition,)]
    parts = [_ways(part, evaluator) for part in condition.parts]
    if isinstance(condition, All):
        return _together(parts)
    needed = condition.n if isinstance(condition, AtLeast) else 1
    wanting = needed - sum(ways == [()] for ways in parts)
    open_parts = [ways for ways in parts if ways and ways != [()]]
    if wanting == 1:
        return _distinct(way for ways in open_parts for way in ways)
    if wanting > _NEAR:
        return []
    pairs = ((one, two) for place, one in enumerate(open_parts) for two in open_parts[place + 1 :])
    return _distinct(way for pair in pairs for way in _together(list(pair)))


def _together(parts: list[list[tuple[Leaf, ...]]]) -> list[tuple[Leaf, ...]]:
    found: list[tuple[Leaf, ...]] = [()]
    for ways in parts:
        joined = (tuple(dict.fromkeys((*one, *two))) for one, two in product(found, ways))
        found = _distinct(each for each in joined if len(each) <= _NEAR)
    return found


def _distinct(ways: Iterable[tuple[Leaf, ...]]) -> list[tuple[Leaf, ...]]:
    return list(dict.fromkeys(ways))


def _with(case: Case, leaf: Leaf) -> Case:
    """The case with a leaf made true, as nearly as facts can say it."""
    if isinstance(leaf, Not):
        return case.with_fact(leaf.part.finding, Fact(ABSENT)) if isinstance(leaf.part, Has) else case
    if isinstance(leaf, PersonIs):
        age = Bounds.exactly(_inside(leaf.age, 1.0)) if leaf.age is not None else case.age
        pregnant = case.pregnant if leaf.pregnant is None else leaf.pregnant
        return replace(case, age=age, sex=leaf.sex or case.sex, pregnant=pregnant)
    before = case.facts.get(leaf.finding)
    fact = before if before is not None and before.status == PRESENT and leaf.unless is None else Fact(PRESENT)
    if leaf.gone_for is not None:
        fact = Fact(PAST, gone=Bounds.exactly(_inside(leaf.gone_for, _DAY)))
    return case.with_fact(
        leaf.finding,
        replace(
            fact,
            onset=leaf.onset or fact.onset,
            trend=leaf.trend[0] if leaf.trend else fact.trend,
            side="left" if leaf.side == "one" else leaf.side or fact.side,
            lasting=Bounds.exactly(_inside(leaf.lasting, _DAY)) if leaf.lasting is not None else fact.lasting,
            episode=Bounds.exactly(_inside(leaf.episode, _DAY)) if leaf.episode is not None else fact.episode,
        ),
    )


def _inside(limits: Range, step: float) -> float:
    """A number within the limits: beside the lower one, by `step` where there is room."""
    low = next((each for each in (limits.at_least, limits.over) if each is not None), 0.0)
    if limits.over is None and limits.at_least is not None:
        return low
    high = next((each for each in (limits.at_most, limits.under) if each is not None), low + 2 * step)
    return low + step if low + step < high else (low + high) / 2
