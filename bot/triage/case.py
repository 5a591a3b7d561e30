"""The case of one patient: what is present, absent, uncertain, past or not known, and what was asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Mapping, Optional

PRESENT, ABSENT, UNCERTAIN, PAST = "present", "absent", "uncertain", "past"


@dataclass(frozen=True)
class Bounds:
    """An amount that may be vague: the middle of what was said, and its bounds. Seconds, or years for an age."""

    middle: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Bounds:
        """Bounds without any vagueness."""
        return cls(value, value, value)


@dataclass(frozen=True)
class Fact:
    """What is known of one finding. `gone` is how long ago it ended, for a finding that is past, `when` the person's
    own words for how long it has been there."""

    status: str
    side: Optional[str] = None
    site: Optional[str] = None
    severity: Optional[str] = None
    trend: Optional[str] = None
    onset: Optional[str] = None
    lasting: Optional[Bounds] = None
    episode: Optional[Bounds] = None
    gone: Optional[Bounds] = None
    when: Optional[str] = None


@dataclass(frozen=True)
class Change:
    """Something that was said one way and then another; both stay on record. `confirmed` where it had to be asked."""

    key: str
    before: str
    after: str
    confirmed: bool = False


@dataclass(frozen=True)
class Case:
    """Everything known of one patient in one conversation.

    `asked` counts how often each key was asked about; a key is a finding, or a finding and an attribute
    ("FINDING.lasting"), or "person.age". `pending` is the question that waits for its answer, with the keys it is
    about. `retracting` is a red flag that the person seems to take back, until they confirm it. `about_other` tells
    that the patient is not the one who writes. `trail` are the questions put so far, each with its keys, for going
    back; `human` tells that the person asked for one.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    age: Optional[Bounds] = None
    sex: Optional[str] = None
    pregnant: Optional[bool] = None
    asked: Mapping[str, int] = field(default_factory=dict)
    spent: int = 0
    pending: Optional[str] = None
    pending_keys: tuple[str, ...] = ()
    retracting: Optional[str] = None
    unexplained: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    emergency: bool = False
    advised: bool = False
    about_other: bool = False
    trail: tuple[tuple[str, tuple[str, ...]], ...] = ()
    human: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))
        object.__setattr__(self, "asked", MappingProxyType(dict(self.asked)))

    def with_fact(self, finding: str, fact: Fact) -> Case:
        """The same case with one fact set."""
        return replace(self, facts={**self.facts, finding: fact})

    def status(self, finding: str) -> Optional[str]:
        """The status of a finding, None where nothing was said of it."""
        fact = self.facts.get(finding)
        return fact.status if fact else None

    def to_json(self) -> dict[str, Any]:
        """Plain data for a slot or a record; fields that say nothing are left out. `from_json` reads it back."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        plain["facts"] = {name: _said(asdict(fact)) for name, fact in sorted(self.facts.items())}
        plain["asked"] = dict(sorted(self.asked.items()))
        plain["age"] = asdict(self.age) if self.age else None
        plain["changes"] = [asdict(change) for change in self.changes]
        plain["pending_keys"] = list(self.pending_keys)
        plain["unexplained"] = list(self.unexplained)
        plain["trail"] = [[question, list(keys)] for question, keys in self.trail]
        # "Not pregnant" was said; every other False says nothing.
        return {
            name: value
            for name, value in plain.items()
            if value is not None and (name == "pregnant" or value not in ({}, [], False, 0))
        }

    @classmethod
    def from_json(cls, data: Optional[Mapping[str, Any]]) -> Case:
        """The case that `to_json` wrote; an empty case for None."""
        values = dict(data or {})
        values["facts"] = {name: _fact(fact) for name, fact in values.get("facts", {}).items()}
        if values.get("age"):
            values["age"] = Bounds(**values["age"])
        values["changes"] = tuple(Change(**change) for change in values.get("changes", ()))
        values["pending_keys"] = tuple(values.get("pending_keys", ()))
        values["unexplained"] = tuple(values.get("unexplained", ()))
        values["trail"] = tuple((question, tuple(keys)) for question, keys in values.get("trail", ()))
        known = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def _said(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _fact(data: Mapping[str, Any]) -> Fact:
    values = dict(data)
    for name in ("lasting", "episode", "gone"):
        if values.get(name):
            values[name] = Bounds(**values[name])
    return Fact(**values)
