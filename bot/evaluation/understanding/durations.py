"""Durations: phrases with their seconds (the forms `duration_recognizers` and `duration_duckling`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Optional, Protocol

from bot.evaluation.figure import Comparison, Fault, Figure, Part
from bot.evaluation.sets import rows
from bot.evaluation.understanding.labelled import AS_OF
from bot.nlu.reader import Reader
from bot.nlu.reading import Stretch
from bot.records.proportion import Proportion

RECOGNIZERS, DUCKLING = "duration_recognizers", "duration_duckling"
_DAY = 86_400
_SECONDS = (
    "Right where the seconds are those asked for; a month may have 28 to 32 days, a year a day more or less than 365. "
    "Where the set gives no seconds, any will do. A phrase that is none must give none."
)
_SPAN = "The words found begin and end where the set says."
_EXACT = "Both: the same stretch has the seconds and the words."
_ONSET = (
    "The day that what was read points to (its bounds where the set has one day, its middle where it has a range), "
    "beside the days of the set; a day's rounding allowed."
)


@dataclass(frozen=True)
class Expected:
    """A duration that a text has. `seconds` is None where the set gives none; `slack` is how far months and
    years of a calendar may differ from it. `none` marks a text that has no duration at all."""

    text: str
    start: int
    end: int
    seconds: Optional[float]
    slack: float
    as_of: date
    where: str
    none: bool = False


@dataclass(frozen=True)
class Span:
    """A duration found in a text, in seconds."""

    start: int
    end: int
    seconds: float


class Finds(Protocol):
    """Finds durations in a text, on a day."""

    def __call__(self, text: str, as_of: date) -> list[Span]:
        """Every duration found."""
        ...


def ours(reader: Reader) -> Finds:
    """How our reader finds them."""

    def finds(text: str, as_of: date) -> list[Span]:
        return [Span(each.start, each.end, each.seconds) for each in reader.read(text, as_of).durations]

    return finds


def recognizers(folder: Path) -> list[Expected]:
    """What the files of the form `duration_recognizers` ask for."""
    found = []
    for name in ("duration_cases.jsonl", "model_durations.jsonl"):
        for row in rows(folder / name, "id", "input", "results") if (folder / name).is_file() else ():
            for result in row["results"]:
                value = (result.get("values") or [{}])[0]
                if value.get("type", "duration") != "duration":
                    continue
                end = result["end"] + 1 if "end" in result else result["start"] + result["length"]
                seconds = result.get("seconds", value.get("value"))
                found.append(
                    Expected(
                        text=row["input"],
                        start=result["start"],
                        end=end,
                        seconds=None if seconds is None else float(seconds),
                        slack=_slack(result.get("timex") or value.get("timex") or ""),
                        as_of=_day(row.get("reference")),
                        where=row["id"],
                    )
                )
    return found


def duckling(folder: Path) -> list[Expected]:
    """What the files of the form `duration_duckling` ask for: the whole text is the duration."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(rows(path, "text", "approx_seconds"), 1):
            text, none = row["text"], bool(row.get("negative"))
            grain = {"month": "P1M", "year": "P1Y"}.get(str(row.get("grain")), "")
            slack = _slack(grain) * (row.get("value") or 1)
            seconds = row["approx_seconds"]
            found.append(Expected(text, 0, len(text), seconds, slack, AS_OF, f"{path.name}:{number}", none))
    return found


def _slack(timex: str) -> float:
    """Seconds by which months and years of a timex may differ from one calendar to another."""
    parts = {unit: float(number) for number, unit in re.findall(r"([\d.]+)([YM])", timex.split("T")[0])}
    return _DAY * (2 * parts.get("M", 0) + parts.get("Y", 0))


def _day(reference: Optional[str]) -> date:
    return datetime.fromisoformat(reference).date() if reference else AS_OF


def judge(expected: Expected, found: Sequence[Span]) -> tuple[bool, bool, bool]:
    """Whether the seconds, the words, and both at once are right."""
    if expected.none:
        return (not found,) * 3
    near = [each for each in found if each.start < expected.end and expected.start < each.end]
    seconds = [_same(each.seconds, expected) for each in near]
    words = [(each.start, each.end) == (expected.start, expected.end) for each in near]
    return any(seconds), any(words), any(one and other for one, other in zip(seconds, words))


def _same(seconds: float, expected: Expected) -> bool:
    return expected.seconds is None or abs(seconds - expected.seconds) <= expected.slack + 0.5


def durations_part(key: str, folder: Path, reader: Reader, peers: Mapping[str, Finds]) -> Part:
    """The figures of the durations in a folder of one form, ours and those of the peers."""
    expected = recognizers(folder) if key == RECOGNIZERS else duckling(folder)
    found = [ours(reader)(each.text, each.as_of) for each in expected]
    judged = [judge(each, spans) for each, spans in zip(expected, found)]
    figures = [_figure(f"{key}.{name}", name.capitalize(), judged, place) for place, name in enumerate(_NAMES)]
    compared = {"Signpost": _figure(f"{key}.signpost.seconds", "Seconds right", judged, 0)}
    for name, peer in peers.items():
        other = [judge(each, peer(each.text, each.as_of)) for each in expected]
        compared[name] = _figure(f"{key}.peer.{name.lower()}.seconds", "Seconds right", other, 0)
    faults = [
        Fault(each.where, f"asked {_shown(each)}, read {_read(each, spans)}", each.text)
        for each, spans, right in zip(expected, found, judged)
        if not right[2]
    ]
    onset = folder / "onset_expressions.jsonl"
    if onset.is_file():
        figures.append(_onsets(key, onset, reader))
    return Part(
        key=key,
        title=f"Durations: {key}",
        about=f"{len(expected)} phrases.",
        figures=tuple(figures),
        comparisons=(Comparison("Seconds right", compared),) if peers else (),
        faults=tuple(faults),
    )


_NAMES = {"seconds": _SECONDS, "span": _SPAN, "exact": _EXACT}


def _figure(key: str, name: str, judged: Sequence[tuple[bool, bool, bool]], place: int) -> Figure:
    method = list(_NAMES.values())[place]
    return Figure.of(key, name, Proportion(sum(each[place] for each in judged), len(judged)), method)


def _shown(expected: Expected) -> str:
    if expected.none:
        return "none"
    words = expected.text[expected.start : expected.end]
    return repr(words) + ("" if expected.seconds is None else f" = {expected.seconds:g} s")


def _read(expected: Expected, spans: Sequence[Span]) -> str:
    return "; ".join(f"{expected.text[one.start : one.end]!r} = {one.seconds:g} s" for one in spans) or "none"


def _onsets(key: str, path: Path, reader: Reader) -> Figure:
    hits = of = 0
    for row in rows(path, "id", "input", "results", "reference"):
        as_of = _day(row["reference"])
        stretches = reader.read(row["input"], as_of).durations
        for result in row["results"]:
            ranges = [each for value in result.get("values", ()) if (each := _range(value))]
            if ranges:
                of += 1
                near = [each for each in stretches if each.start <= result["end"] and result["start"] < each.end]
                hits += any(_meets(each, as_of, days) for each in near for days in ranges)
    return Figure.of(f"{key}.onset_dates", "Dates of onset", Proportion(hits, of), _ONSET)


def _range(value: Mapping[str, Any]) -> Optional[tuple[date, date]]:
    """The first and the last day of a value; None where it has no day."""
    if value.get("type") not in ("date", "daterange", "datetime", "datetimerange"):
        return None
    first = str(value.get("start") or value.get("value") or "")[:10]
    last = str(value.get("end") or first)[:10]
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None


def _meets(stretch: Stretch, as_of: date, days: tuple[date, date]) -> bool:
    day = timedelta(days=1)
    try:
        middle = as_of - timedelta(seconds=stretch.seconds)
        first, last = as_of - timedelta(seconds=stretch.high), as_of - timedelta(seconds=stretch.low)
    except OverflowError:
        return False
    if days[0] == days[1]:
        return first - day <= days[0] <= last + day
    return days[0] - day <= middle <= days[1] + day
