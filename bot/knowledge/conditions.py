"""The condition of a rule, as a tree: what must be known of a case for the rule to fire.

In the files: `has: FINDING` with limits beside it (`onset`, `trend`, `side`, `lasting`, `episode`, `even_if_gone`,
`unless`), `person:` (age, sex, pregnant), and `all`, `any`, `at_least: {n, of}`, `not` around them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional, Union

from bot.knowledge.problems import KeyPath, KnowledgeError, nearest

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2629800, "year": 31557600}
ONSETS = ("sudden", "gradual")
TRENDS = ("worse", "spreading", "unchanged", "better")
SIDES = ("one", "left", "right", "both")
SEXES = ("female", "male", "other")
_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$")


@dataclass(frozen=True)
class Range:
    """Bounds of a number (seconds, or years of age): more than `over`, at most `at_most`, less than `under`."""

    over: Optional[float] = None
    at_most: Optional[float] = None
    under: Optional[float] = None
    at_least: Optional[float] = None

    def covers(self, value: float) -> bool:
        """Whether one exact value lies inside."""
        return not (
            (self.over is not None and value <= self.over)
            or (self.at_most is not None and value > self.at_most)
            or (self.under is not None and value >= self.under)
            or (self.at_least is not None and value < self.at_least)
        )


@dataclass(frozen=True)
class Unless:
    """What calms a finding, and counts only when it was said: how it came, how long it has been there, its trend."""

    onset: Optional[str] = None
    lasting: Optional[Range] = None
    trend: tuple[str, ...] = ()


@dataclass(frozen=True)
class Has:
    """The person has a finding (or a narrower one), within the limits given; `even_if_gone` in seconds."""

    finding: str
    onset: Optional[str] = None
    trend: tuple[str, ...] = ()
    side: Optional[str] = None
    lasting: Optional[Range] = None
    episode: Optional[Range] = None
    even_if_gone: Optional[float] = None
    gone_for: Optional[Range] = None
    unless: Optional[Unless] = None


@dataclass(frozen=True)
class PersonIs:
    """Something about the person: age in years, sex, pregnancy."""

    age: Optional[Range] = None
    sex: Optional[str] = None
    pregnant: Optional[bool] = None


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AtLeast:
    """At least `n` of the parts hold."""

    n: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold. Only for findings that may calm and for the person: `knowledge check` sees to it."""

    part: Condition


Condition = Union[Has, PersonIs, All, AnyOf, AtLeast, Not]


def leaves(condition: Condition) -> Iterator[Union[Has, PersonIs]]:
    """Every `has` and `person` of the tree."""
    if isinstance(condition, (Has, PersonIs)):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        for part in condition.parts:
            yield from leaves(part)


def seconds_of(text: object) -> float:
    """Seconds of a stretch as rules write it: "14 days", "5 minutes". Raises ValueError with what is expected."""
    match = _SPAN.match(str(text))
    if not match or match[2] not in SECONDS:
        raise ValueError(f'"{text}" is no stretch of time. Write a number and a unit, such as "14 days".')
    return float(match[1]) * SECONDS[match[2]]


def _years(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise ValueError(f'"{value}" is no age. Write a number of years.') from None


class ConditionParser:
    """Reads condition trees of one file; faults are raised with the way to their place."""

    def __init__(self, file: str, findings: Mapping[str, Any], shared: Optional[dict[Has, Has]] = None) -> None:
        """`shared` holds the leaves met so far: equal ones become one, so that they are evaluated once a decision."""
        self._shared: dict[Has, Has] = {} if shared is None else shared
        self._file = file
        self._findings = findings

    def parse(self, data: Any, keys: KeyPath) -> Condition:
        """The tree that `data` describes. Raises KnowledgeError."""
        if not isinstance(data, dict) or not data:
            raise self._error(keys, f"expected has, person, all, any, at_least or not, read {data!r}.")
        if "has" in data:
            return self._has(data, keys)
        if len(data) != 1:
            raise self._error(keys, f"expected one of has, person, all, any, at_least, not; read {', '.join(data)}.")
        (name, value), *_ = data.items()
        inner = (*keys, name)
        if name in ("all", "any"):
            parts = self._parts(value, inner)
            return All(parts) if name == "all" else AnyOf(parts)
        if name == "at_least":
            self._known(value, ("n", "of"), inner)
            if not re.fullmatch(r"[1-9]\d*", str(value.get("n"))):
                raise self._error(inner, f"expected n, how many of them, read {value.get('n')!r}.")
            return AtLeast(int(value["n"]), self._parts(value.get("of"), (*inner, "of")))
        if name == "not":
            return Not(self.parse(value, inner))
        if name == "person":
            self._known(value, ("age", "sex", "pregnant"), inner)
            age = self._range(value["age"], (*inner, "age"), _years) if "age" in value else None
            pregnant = value.get("pregnant")
            if pregnant is not None and not isinstance(pregnant, bool):
                raise self._error((*inner, "pregnant"), f"expected true or false, read {pregnant!r}.")
            return PersonIs(age, self._one_of(value, "sex", SEXES, inner), pregnant)
        valid = ("has", "person", "all", "any", "at_least", "not")
        raise self._error(inner, f'unknown condition "{name}". {nearest(name, valid)}')

    def _has(self, data: dict[str, Any], keys: KeyPath) -> Has:
        fields = ("has", "onset", "trend", "side", "lasting", "episode", "even_if_gone", "gone_for", "unless")
        self._known(data, fields, keys)
        finding = data["has"]
        if not isinstance(finding, str) or finding not in self._findings:
            raise self._error(
                (*keys, "has"),
                f'unknown finding "{finding}". {nearest(finding, self._findings)} '
                "Findings are declared in knowledge/findings/.",
            )
        unless = None
        if "unless" in data:
            self._known(data["unless"], ("onset", "lasting", "trend"), (*keys, "unless"))
            unless = Unless(
                self._one_of(data["unless"], "onset", ONSETS, (*keys, "unless")),
                self._span_range(data["unless"], "lasting", (*keys, "unless")),
                self._trend(data["unless"], (*keys, "unless")),
            )
        leaf = Has(
            finding,
            onset=self._one_of(data, "onset", ONSETS, keys),
            trend=self._trend(data, keys),
            side=self._one_of(data, "side", SIDES, keys),
            lasting=self._span_range(data, "lasting", keys),
            episode=self._span_range(data, "episode", keys),
            even_if_gone=self._span(data["even_if_gone"], (*keys, "even_if_gone")) if "even_if_gone" in data else None,
            gone_for=self._span_range(data, "gone_for", keys),
            unless=unless,
        )
        return self._shared.setdefault(leaf, leaf)

    def _parts(self, value: Any, keys: KeyPath) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            raise self._error(keys, f"expected a list of conditions, read {value!r}.")
        return tuple(self.parse(part, (*keys, place)) for place, part in enumerate(value))

    def _trend(self, data: dict[str, Any], keys: KeyPath) -> tuple[str, ...]:
        if "trend" not in data:
            return ()
        words = data["trend"] if isinstance(data["trend"], list) else [data["trend"]]
        for word in words:
            if word not in TRENDS:
                raise self._error((*keys, "trend"), f'unknown trend "{word}". {nearest(word, TRENDS)}')
        return tuple(words)

    def _one_of(self, data: dict[str, Any], name: str, valid: tuple[str, ...], keys: KeyPath) -> Optional[str]:
        value = data.get(name)
        if value is not None and value not in valid:
            raise self._error((*keys, name), f'unknown {name} "{value}". {nearest(value, valid)}')
        return value

    def _span_range(self, data: dict[str, Any], name: str, keys: KeyPath) -> Optional[Range]:
        return self._range(data[name], (*keys, name), seconds_of) if name in data else None

    def _range(self, value: Any, keys: KeyPath, number: Callable[[object], float]) -> Range:
        self._known(value, ("over", "at_most", "under", "at_least"), keys)
        try:
            return Range(**{name: number(bound) for name, bound in value.items()})
        except (ValueError, TypeError) as error:
            raise self._error(keys, str(error)) from error

    def _span(self, value: Any, keys: KeyPath) -> float:
        try:
            return seconds_of(value)
        except ValueError as error:
            raise self._error(keys, str(error)) from error

    def _known(self, data: Any, valid: tuple[str, ...], keys: KeyPath) -> None:
        if not isinstance(data, dict):
            raise self._error(keys, f"expected {', '.join(valid)} with values, read {data!r}.")
        for name in data:
            if name not in valid:
                raise self._error((*keys, name), f'unknown word "{name}". {nearest(name, valid)}')

    def _error(self, keys: KeyPath, message: str) -> KnowledgeError:
        return KnowledgeError(self._file, keys, message)
