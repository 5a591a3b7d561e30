"""Other programs that read the same texts in the same run: medspaCy's ConText, negspaCy, and Duckling in process.

They are the dependency group `peers` (`make peers`), and are imported only when asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

import spacy

from bot.evaluation.understanding.durations import Finds, Span
from bot.evaluation.understanding.negation import Denies

CONTEXT, NEGSPACY, DUCKLING = "medspaCy", "negspaCy", "Duckling"


class PeerError(Exception):
    """A peer cannot be used here, and why."""


@dataclass(frozen=True)
class Peers:
    """The peers there are, by name: those that tell what is denied, those that find durations, and those that find
    durations and days. `missing` has a line for each that cannot be used here."""

    denies: Mapping[str, Denies] = field(default_factory=dict)
    durations: Mapping[str, Finds] = field(default_factory=dict)
    times: Mapping[str, Finds] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def load_peers() -> Peers:
    """Every peer that is installed."""
    denies: dict[str, Denies] = {}
    durations: dict[str, Finds] = {}
    times: dict[str, Finds] = {}
    missing = []
    for name, load in ((CONTEXT, context), (NEGSPACY, negspacy)):
        try:
            denies[name] = load()
        except PeerError as error:
            missing.append(str(error))
    try:
        durations[DUCKLING], times[DUCKLING] = duckling("duration"), duckling("duration", "time")
    except PeerError as error:
        missing.append(str(error))
    return Peers(denies, durations, times, tuple(missing))


def context() -> Denies:
    """ConText with its own rules, on spaCy's tokens and sentences. Raises PeerError."""
    _import("medspacy.context", CONTEXT)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("medspacy_context")
    return _told_by(nlp, lambda target: bool(target._.is_negated))


def negspacy() -> Denies:
    """negspaCy with its terms for English that does not come from a clinic, the best of its sets. Raises PeerError."""
    _import("negspacy.negation", NEGSPACY)
    terms = _import("negspacy.termsets", NEGSPACY).termset("en").get_patterns()
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("negex", config={"neg_termset": terms})
    return _told_by(nlp, lambda target: bool(target._.negex))


def _told_by(nlp: Any, negated: Callable[[Any], bool]) -> Denies:
    """Each span is given alone: spaCy's entities may not overlap."""

    def denies(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
        told = []
        for start, end in spans:
            doc = nlp.make_doc(text)
            target = doc.char_span(start, end, label="FINDING", alignment_mode="expand")
            doc.ents = [target]
            for _, pipe in nlp.pipeline:
                doc = pipe(doc)
            told.append(negated(doc.ents[0]))
        return told

    return denies


def duckling(*dimensions: str) -> Finds:
    """Duckling's durations and, with the dimension "time", how long ago the days are that it finds; days to come are
    left out. Raises PeerError."""
    library, zones = _duckling()
    language = library.parse_lang("EN")
    locale = library.parse_locale("EN_GB", library.default_locale_lang(language))
    wanted = library.parse_dimensions(list(dimensions))

    def finds(text: str, as_of: date) -> list[Span]:
        now = datetime(as_of.year, as_of.month, as_of.day, tzinfo=timezone.utc)
        moment = library.parse_ref_time(zones, "UTC", int(now.timestamp()))
        found = json.loads(library.parse_text(text, library.Context(moment, locale), wanted, False))
        spans = [(each, _seconds(each, now)) for each in found]
        return [Span(each["start"], each["end"], seconds) for each, seconds in spans if seconds is not None]

    return finds


@lru_cache(maxsize=1)
def _duckling() -> tuple[Any, Any]:
    """The library, started once, and its time zones."""
    library = _import("duckling.duckling", DUCKLING)
    folder = zones_folder()
    if folder is None:
        raise PeerError(f"{DUCKLING} is not compared: no time zones on this machine")
    library.init()
    return library, library.load_time_zones(str(folder))


def zones_folder(folders: Optional[Sequence[str]] = None) -> Optional[Path]:
    """A folder with the time zones that Duckling needs; None where there is none. A folder without them would end the
    whole process, so it is looked into first."""
    for folder in _zone_folders() if folders is None else folders:
        zone = Path(folder) / "UTC"
        if zone.is_file() and zone.read_bytes()[:4] == b"TZif":
            return Path(folder)
    return None


def _zone_folders() -> list[str]:
    """Where Python looks for them, and those that come with pytz, which Rasa brings."""
    pytz = importlib.util.find_spec("pytz")
    brought = pytz.submodule_search_locations if pytz else None
    return [*zoneinfo.TZPATH, *(str(Path(each) / "zoneinfo") for each in brought or ())]


def _seconds(found: Mapping[str, Any], now: datetime) -> Optional[float]:
    value = found["value"]
    if found["dim"] == "duration":
        return float(value["normalized"]["value"])
    moment = (value.get("from") or value.get("to") or value).get("value")
    ago = (now - datetime.fromisoformat(moment)).total_seconds() if moment else -1.0
    return ago if ago >= 0 else None


def _import(module: str, name: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise PeerError(f"{name} is not compared: it is not installed (make peers)") from None
