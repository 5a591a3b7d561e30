"""What a message was understood to say: the value that `bot.nlu` yields and everything after it reads."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Mapping, Optional

PRESENT, ABSENT, UNCERTAIN, PAST = "present", "absent", "uncertain", "past"
PATIENT, OTHER = "patient", "other"


@dataclass(frozen=True)
class Stretch:
    """A stretch of time found in a text.

    `kind` is onset (it began this long ago), episode (one bout lasts this long), frequency (the time from one bout
    to the next), until (it ended this long ago) or unspecified (no finding to belong to). `seconds` is the middle of
    what was said, `low` and `high` its bounds ("a few weeks" is vague, "3 days" is not). `start` and `end` count
    characters of the text as it was given.
    """

    kind: str
    seconds: float
    low: float
    high: float
    start: int
    end: int
    text: str
    finding: Optional[str] = None

    def to_json(self) -> dict[str, Any]:
        """The shape of one entry of `durations` in the contract of `signpost assess`."""
        return {
            "kind": self.kind,
            "seconds": round(self.seconds),
            "min": round(self.low),
            "max": round(self.high),
            "finding": self.finding,
            "start": self.start,
            "end": self.end,
            "text": self.text,
        }


@dataclass(frozen=True)
class Mention:
    """One finding said in a text: what, in whom, with which status, and where the words stand.

    `recency` tells of a past one whether it ended in "recent" or in "remote" times, so far as the words show;
    "unknown" is one that they call over without a hint of when ("no longer"). `spot` is where in the part of the body
    ("outer" of an eyelid), `sides` both sides in the order in which they were said ("left then right"). `set_off_by`,
    `eased_by` and `disturbs` are ids of circumstances.yml.
    """

    finding: str
    status: str
    experiencer: str
    start: int
    end: int
    text: str
    site: Optional[str] = None
    side: Optional[str] = None
    severity: Optional[str] = None
    trend: Optional[str] = None
    onset: Optional[str] = None
    recency: Optional[str] = None
    spot: Optional[str] = None
    sides: tuple[str, ...] = ()
    set_off_by: tuple[str, ...] = ()
    eased_by: tuple[str, ...] = ()
    disturbs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape of one entry of `findings` in the contract of `signpost assess`."""
        keys = ("status", "experiencer", "site", "spot", "side", "severity", "trend", "onset", "start", "end", "text")
        lists = ("sides", "set_off_by", "eased_by", "disturbs")
        return {
            "id": self.finding,
            **{key: getattr(self, key) for key in keys},
            **{key: list(getattr(self, key)) for key in lists},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Mention:
        """The mention that `dataclasses.asdict` made, perhaps by way of JSON or of an earlier version with less."""
        known: dict[str, Any] = dict(data)
        for name in ("sides", "set_off_by", "eased_by", "disturbs"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


@dataclass(frozen=True)
class Person:
    """What was said about the patient: age in years, sex ("female", "male"), pregnancy; None where nothing was.

    `conditions`, `medicines` and `events` (an injury, an operation, a birth) are ids of findings of those kinds.
    """

    age: Optional[float] = None
    sex: Optional[str] = None
    pregnant: Optional[bool] = None
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape of `person` in the contract: age, sex and pregnancy only where they were said."""
        said = {key: value for key, value in asdict(self).items() if value is not None}
        lists = {key: list(getattr(self, key)) for key in ("conditions", "medicines", "events")}
        return {**said, **lists}


@dataclass(frozen=True)
class Reading:
    """Everything understood in one message, and the words that no part explains.

    `answer` is how the message answers a question, if it reads like an answer: "yes", "no" (also "none of those"),
    "not_sure", or None. `ordinals` are the places of the choices picked by position ("only the first": (1,)), `only`
    whether the message says that there is nothing else. `trend`, `onset` and `side` are qualities said without any
    finding ("it is getting worse"). `about_other` tells that the patient is not the one who writes.
    """

    text: str
    mentions: tuple[Mention, ...] = ()
    durations: tuple[Stretch, ...] = ()
    person: Person = field(default_factory=Person)
    not_understood: tuple[tuple[int, int, str], ...] = ()
    answer: Optional[str] = None
    ordinals: tuple[int, ...] = ()
    only: bool = False
    trend: Optional[str] = None
    onset: Optional[str] = None
    side: Optional[str] = None
    about_other: bool = False

    def to_json(self) -> dict[str, Any]:
        """JSON with every field; `from_json` reads it back to an equal value."""
        return {
            "text": self.text,
            "mentions": [asdict(mention) for mention in self.mentions],
            "durations": [asdict(stretch) for stretch in self.durations],
            "person": asdict(self.person),
            "not_understood": [list(words) for words in self.not_understood],
            "answer": self.answer,
            "ordinals": list(self.ordinals),
            "only": self.only,
            "trend": self.trend,
            "onset": self.onset,
            "side": self.side,
            "about_other": self.about_other,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reading:
        """The reading that `to_json` wrote."""
        person = dict(data["person"])
        for name in ("conditions", "medicines", "events"):
            person[name] = tuple(person.get(name, ()))
        return cls(
            text=data["text"],
            mentions=tuple(Mention.from_json(mention) for mention in data["mentions"]),
            durations=tuple(Stretch(**stretch) for stretch in data["durations"]),
            person=Person(**person),
            not_understood=tuple((start, end, text) for start, end, text in data["not_understood"]),
            answer=data["answer"],
            ordinals=tuple(data["ordinals"]),
            only=data["only"],
            trend=data["trend"],
            onset=data["onset"],
            side=data["side"],
            about_other=data["about_other"],
        )
