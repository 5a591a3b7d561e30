"""The words of time, compiled from `knowledge/language/en/time.yml` for the readers in `durations*.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Sequence

# What a word can begin or be; one look-up per token tells the scanner whether to stop there at all.
NUMBER, UNIT, DATE, RATE, PHRASE, BOUT = 1, 2, 4, 8, 16, 32

MINUTE, HOUR, DAY, MONTH, YEAR = 60.0, 3600.0, 86400.0, 2592000.0, 31536000.0


class Bounds(NamedTuple):
    """A low, a middle and a high amount."""

    low: float
    middle: float
    high: float

    def times(self, seconds: float) -> Bounds:
        """The same amounts of a unit that lasts `seconds`."""
        return Bounds(self.low * seconds, self.middle * seconds, self.high * seconds)


@dataclass(frozen=True)
class Unit:
    """A unit of time: its name in the data and its length in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Mod:
    """Words such as "more than": the factors that give the bounds, and whether the words belong to the phrase."""

    low: float
    high: float
    in_span: bool


@dataclass(frozen=True)
class Moment:
    """A phrase that names a time by itself; `today` marks those that may also speak of what is to come."""

    bounds: Bounds
    today: bool


class Phrases:
    """Phrases of several words with a value each; at a place, the longest wins."""

    _VALUE = ""  # the key of a node under which the value of the phrase that ends there is kept; no word is empty

    def __init__(self) -> None:
        self._forward: dict[str, Any] = {}
        self._backward: dict[str, Any] = {}

    def add(self, phrases: Iterable[str], value: Any) -> None:
        """Take every phrase in, with the same value."""
        for phrase in phrases:
            words = phrase.split()
            for root, path in ((self._forward, words), (self._backward, words[::-1])):
                node = root
                for word in path:
                    node = node.setdefault(word, {})
                node[self._VALUE] = value

    def at(self, words: Sequence[str], place: int) -> Optional[tuple[Any, int]]:
        """The value of the longest phrase that begins at `place`, and the place after it."""
        node = self._forward.get(words[place]) if words[place] else None
        found = None
        while node is not None:
            place += 1
            if self._VALUE in node:
                found = node[self._VALUE], place
            node = node.get(words[place]) if words[place] else None
        return found

    def firsts(self) -> Iterable[str]:
        """The words that some phrase begins with."""
        return self._forward

    def before(self, words: Sequence[str], place: int) -> bool:
        """Whether a phrase ends right before `place`."""
        place -= 1
        node = self._backward.get(words[place]) if words[place] else None
        while node is not None:
            if self._VALUE in node:
                return True
            place -= 1
            node = node.get(words[place]) if words[place] else None
        return False


def exactly(value: float) -> Bounds:
    """Bounds that leave no doubt."""
    return Bounds(value, value, value)


def words_of(values: Any) -> frozenset[str]:
    """The words of a YAML list.

    Raises ValueError where an unquoted word (on, off, yes, no) was read by YAML as true or false.
    """
    for value in values:
        if not isinstance(value, str):
            raise ValueError(f"not a word, quote it: {value!r}")
    return frozenset(values)


def phrases_of(values: Iterable[str]) -> Phrases:
    """Phrases without values of their own."""
    phrases = Phrases()
    phrases.add(sorted(words_of(values)), True)
    return phrases


def all_words(data: Any) -> Iterable[str]:
    """Every single word that stands anywhere in the data."""
    if isinstance(data, str):
        yield from data.split()
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from all_words(key)
            yield from all_words(value)
    elif isinstance(data, Sequence):
        for value in data:
            yield from all_words(value)


class Words:
    """Look-up tables of the language data. Raises KeyError or ValueError where a part lacks or is malformed."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        # Words as they were typed, with what they are taken for and their flag; grows while texts are read.
        self.seen: dict[str, tuple[str, int]] = {}
        self.numbers: dict[str, float] = {word: float(value) for word, value in data["numbers"].items()}
        self.tens: dict[str, float] = {word: float(value) for word, value in data["tens"].items()}
        self.hundreds: dict[str, float] = {word: float(value) for word, value in data["hundreds"].items()}
        self.ones, self.articles = words_of(data["ones"]), words_of(data["articles"])
        self.halves: dict[str, float] = dict(data["halves"])
        self.signs: dict[str, float] = dict(data["signs"])
        self.fillers = words_of(data["fillers"])
        self.vague = Phrases()
        for entry in data["vague"]:
            self.vague.add(entry["say"], Bounds(*map(float, entry["bounds"])))
        self.plural_bounds = Bounds(*map(float, data["plural"]))
        self.mods = Phrases()
        for entry in data["mods"]:
            low, high = entry["bounds"]
            self.mods.add(entry["say"], Mod(low, high, bool(entry.get("in_span"))))
        self.more_after = phrases_of(data["more_after"])
        self.about_after = phrases_of(data["about_after"])
        self._units(data)
        reject = data["reject"]
        self.reject = {name: words_of(values) for name, values in reject.items()}
        cues = data["cues"]
        several = ("lasting", "at_a_time", "stop")
        self.cues = {name: words_of(values) for name, values in cues.items() if name not in several}
        self.lasting, self.at_a_time, self.stop = (phrases_of(cues[name]) for name in several)
        self.offset_after = words_of(data["offset_after"])
        frequency = data["frequency"]
        self.every, self.bouts = words_of(frequency["every"]), words_of(frequency["bouts"])
        self.every_nth: dict[str, float] = frequency["every_nth"]
        self.almost, self.day_parts = words_of(frequency["almost"]), words_of(frequency["day_parts"])
        self.one_word: dict[str, str] = frequency["one_word"]
        self.most, self.per = words_of(frequency["most"]), words_of(frequency["per"])
        self.counts: dict[str, float] = {word: float(value) for word, value in frequency["counts"].items()}
        self.whole = words_of(data["whole"])
        counted = data["counted"]
        self.counted, self.counted_after = words_of(counted["units"]), words_of(counted["after"])
        self.whole_bouts = {name: Bounds(*map(float, bounds)) for name, bounds in data["whole_bouts"].items()}
        self.moments, self.since, self.since_age = Phrases(), Phrases(), Phrases()
        for phrases, entries in (
            (self.moments, [*data["moments"], *data["lifelong"]]),
            (self.since, data["since"]),
            (self.since_age, [data["since_age"]]),
        ):
            for entry in entries:
                bounds = Bounds(*map(float, entry["bounds"])).times(self.by_name[entry["unit"]].seconds)
                phrases.add(entry["say"], Moment(bounds, bool(entry.get("today"))))
        self._dates(data)
        self.gone_after: str = data["gone_after"]
        self.known = frozenset(all_words(data))
        self.flags = self._flags()

    def _units(self, data: Mapping[str, Any]) -> None:
        self.by_name: dict[str, Unit] = {}
        self.units: dict[str, Unit] = {}
        self.letters: dict[str, Unit] = {}
        plurals: set[str] = set()
        for name, entry in data["units"].items():
            unit = Unit(name, float(entry["seconds"]))
            self.by_name[name] = unit
            for word in (*words_of(entry["words"]), *words_of(entry["plural"])):
                self.units.setdefault(word, unit)
            plurals.update(entry["plural"])
            for letter in entry.get("letters", ()):
                self.letters[letter] = unit
        self.only_after_number = words_of(data["only_after_number"])
        self.plurals = frozenset(plurals)
        self.year = self.by_name["year"].seconds

    def _dates(self, data: Mapping[str, Any]) -> None:
        self.weekdays = {word: day for day, names in enumerate(data["weekdays"]) for word in words_of(names)}
        self.weekday_plurals = {names[0] + "s": day for day, names in enumerate(data["weekdays"])}
        self.months = {word: month for month, names in enumerate(data["months"], 1) for word in words_of(names)}
        self.seasons: dict[str, tuple[int, int]] = {word: (a, b) for word, (a, b) in data["seasons"].items()}
        self.plain_words = words_of(data["plain_words"])
        self.ordinals = words_of(data["ordinals"])
        self.after_day = self.ordinals | words_of(data["cues"]["of"]) | {"/", "-"}
        self.last, self.this = words_of(data["last"]), words_of(data["this"])
        self.not_past = words_of(data["not_past"])
        self.date_cues, self.strong_date_cues = words_of(data["date_cues"]), words_of(data["strong_date_cues"])
        self.season_cues = words_of(data["season_cues"])
        self.parts: dict[str, tuple[float, float]] = {word: (a, b) for word, (a, b) in data["parts"].items()}

    def _flags(self) -> dict[str, int]:
        flags: dict[str, int] = {}
        for words, flag in (
            ((*self.numbers, *self.tens, *self.hundreds, *self.ones, *self.halves, *self.signs), NUMBER),
            (tuple(self.vague.firsts()), NUMBER),
            ((*self.units, *self.one_word, *self.day_parts), UNIT),
            ((*self.last, *self.this, *self.whole), NUMBER),
            ((*self.bouts, "/"), BOUT),
            ((*self.weekdays, *self.weekday_plurals, *self.months, *self.seasons), DATE),
            ((*self.last, *self.this), DATE),
            ((*self.every, *self.one_word, *self.counts, *self.most), RATE),
            (tuple(self.moments.firsts()), PHRASE),
            (tuple(self.cues["since"]), PHRASE),
        ):
            for word in words:
                flags[word] = flags.get(word, 0) | flag
        return flags
