"""A message with what was read of it marked below its lines, for authors: findings, times, what was not understood.

Marks have lanes of their own, so that those that overlap are all to be seen, with colours and without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.console import Console
from rich.text import Text

from bot.nlu.provenance import Maker
from bot.nlu.reading import PATIENT, Mention, Reading, Stretch

COLOURS = {"present": "bold red", "absent": "green", "uncertain": "yellow", "past": "blue", "other": "magenta"}
_TIME, _UNREAD = "cyan", "black on bright_black"
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Mark(NamedTuple):
    """A stretch of the text (characters) with a label and a colour."""

    label: str
    start: int
    end: int
    style: str


def marked(reading: Reading, made_by: Sequence[tuple[Maker, str]], labels: Mapping[str, str], width: int) -> list[Text]:
    """The lines to print. `made_by` has what made each mention and where that is written (file and line, or nothing),
    `labels` the labels of the findings; `width` counts columns."""
    width = max(width, 20)
    rows: list[tuple[str, Text]] = []
    for number, (mention, (maker, place)) in enumerate(zip(reading.mentions, made_by), 1):
        for at, line in enumerate(_mention_lines(mention, maker, place, labels)):
            rows.append(("" if at else str(number), line))
    for number, stretch in enumerate(reading.durations):
        rows.append((_letter(number), Text(_stretch_words(stretch), style=_TIME)))
    rows += [("?", Text(f'not understood: "{words}"', style="dim")) for _, _, words in reading.not_understood]
    rows += [("", line) for line in (*_rest(reading), _legend())]
    told = (line for label, row in rows for line in _hanging(label, row, width))
    return [*_text_lines(reading.text, _marks(reading), width), Text(), *told]


def _hanging(label: str, row: Text, width: int) -> Iterator[Text]:
    """A row with its label in front, wrapped so that its later lines stand under the first."""
    for at, line in enumerate(row.wrap(Console(width=width), width - 5)):
        line.rstrip()
        yield Text(f"{'' if at else label:>3}  ").append_text(line)


def _marks(reading: Reading) -> list[Mark]:
    """Every mark, the shortest last, so that the colours of the longer show on both sides of it."""
    marks = [
        Mark(str(number), each.start, each.end, COLOURS[_status(each)])
        for number, each in enumerate(reading.mentions, 1)
    ]
    marks += [Mark(_letter(number), each.start, each.end, _TIME) for number, each in enumerate(reading.durations)]
    marks += [Mark("?", start, end, _UNREAD) for start, end, _ in reading.not_understood]
    return sorted(marks, key=lambda mark: mark.start - mark.end)


def _text_lines(text: str, marks: Sequence[Mark], width: int) -> Iterator[Text]:
    """The text in lines of at most `width` columns, under each the marks that touch it."""
    for start, end in _wrapped(text, width):
        shown = "".join(map(_shown, text[start:end]))
        line = Text(shown)
        columns = [0]
        for sign in shown:
            columns.append(columns[-1] + get_character_cell_size(sign))
        lanes: list[list[tuple[int, str, str]]] = []
        for mark in marks:
            first, last = max(mark.start, start), min(mark.end, end)
            if first < last:
                line.stylize(
                    "underline " + mark.style if mark.style == _TIME else mark.style, first - start, last - start
                )
        for mark in sorted(marks, key=lambda each: (each.start, -each.end)):
            first, last = max(mark.start, start), min(mark.end, end)
            if first < last:
                left, right = columns[first - start], columns[last - start]
                drawn = _bracket(mark, right - left, opens=mark.start >= start, closes=mark.end <= end)
                free = (lane for lane in lanes if lane[-1][0] + len(lane[-1][1]) < left)
                lane = next(free, None)
                if lane is None:
                    lane = []
                    lanes.append(lane)
                lane.append((left, drawn, mark.style))
        yield line
        for lane in lanes:
            below = Text()
            for left, drawn, style in lane:
                below.append(" " * (left - below.cell_len)).append(drawn, style="dim" if style == _UNREAD else style)
            yield below


def _bracket(mark: Mark, wide: int, opens: bool, closes: bool) -> str:
    """A mark as wide as its words, or as wide as its label needs: "[1-----]"."""
    begin, end = "[" if opens else "-", "]" if closes else "-"
    return begin + mark.label + "-" * (wide - len(mark.label) - 2) + end


def _shown(sign: str) -> str:
    """A character as it is printed: what has no shape is a blank."""
    return sign if sign.isprintable() else " "


def _wrapped(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends: at line breaks, else behind the last blank that fits, else where it must."""
    start = place = columns = 0
    blank = -1
    while place < len(text):
        sign = text[place]
        if sign in "\n\r":
            yield start, place
            start = place = place + 1
            columns, blank = 0, -1
            continue
        wide = get_character_cell_size(_shown(sign))
        if columns + wide > width and place > start:
            cut = blank + 1 if blank >= start else place
            yield start, cut
            start = place = cut
            columns, blank = 0, -1
            continue
        columns += wide
        if sign.isspace():
            blank = place
        place += 1
    yield start, len(text)


def _mention_lines(mention: Mention, maker: Maker, place: str, labels: Mapping[str, str]) -> Iterator[Text]:
    whose = "" if mention.experiencer == PATIENT else " in someone else"
    line = Text().append(f"{mention.status}{whose}: {mention.finding}", style=COLOURS[_status(mention)])
    label = labels.get(mention.finding)
    yield line.append(f" ({label})") if label else line
    about = [mention.spot, *(mention.sides or (mention.side,)), mention.site, mention.severity, mention.trend]
    about += [mention.onset and f"onset {mention.onset}", mention.recency and f"ended in {mention.recency} times"]
    for name, things in (
        ("set off by", mention.set_off_by),
        ("eased by", mention.eased_by),
        ("disturbs", mention.disturbs),
    ):
        about += [f"{name} {', '.join(things)}"] if things else []
    said = ", ".join(word for word in about if word)
    if said:
        yield Text(f"{said}")
    yield Text(f"{_maker_words(maker, place)}", style="dim")


def _maker_words(maker: Maker, place: str) -> str:
    if maker.kind == "sign":
        where = f' + part of the body {maker.site} ("{maker.site_text}")' if maker.site else ", no part of the body"
        return f'by the sign {maker.name} ("{maker.text}"){where}'
    if maker.kind == "unknown":
        return f'by the words "{maker.text}"'
    what = "phrase" if maker.kind == "phrase" else "phrase that it is not there"
    phrase = maker.phrase if len(maker.phrase) <= 70 else f"{maker.phrase[:67]}..."
    return f'by the {what} "{phrase or maker.text}"' + (f", {place}" if place else "")


def _stretch_words(stretch: Stretch) -> str:
    bounds = "" if stretch.low == stretch.high else f" ({_span(stretch.low)} to {_span(stretch.high)})"
    owner = f"of {stretch.finding}" if stretch.finding else "of no finding"
    return f'{stretch.kind} {owner}: "{stretch.text}" = {_span(stretch.seconds)}{bounds}'


def _span(seconds: float) -> str:
    """Seconds in days, and what is shorter than a day in the largest unit that fits.

    >>> _span(1814400), _span(10), _span(7200)
    ('21 days', '10 seconds', '2 hours')
    """
    unit, size = next(((name, size) for name, size in _UNITS if seconds >= size), ("second", 1))
    amount = f"{seconds / size:.{0 if seconds > 10 * size else 1}f}".removesuffix(".0")
    return f"{amount} {unit}{'' if amount == '1' else 's'}"


def _rest(reading: Reading) -> Iterator[Text]:
    """The person, how the message answers, and what was said of no finding."""
    person = {key: value for key, value in reading.person.to_json().items() if value not in ([], None)}
    if person:
        words = (
            f"{key} {', '.join(value) if isinstance(value, list) else _plain(value)}" for key, value in person.items()
        )
        yield Text(f"person: {'; '.join(words)}")
    if reading.about_other:
        yield Text("the patient is not the one who writes")
    loose = [
        reading.answer and f"answer {reading.answer}",
        reading.ordinals and f"choices {', '.join(map(str, reading.ordinals))}",
        reading.only and "nothing else",
        *(f"{name} {value}" for name in ("trend", "onset", "side") for value in [getattr(reading, name)] if value),
    ]
    said = "; ".join(str(word) for word in loose if word)
    if said:
        yield Text(f"as an answer: {said}")
    if not reading.mentions:
        yield Text("no finding")


def _legend() -> Text:
    line = Text("")
    for status, style in COLOURS.items():
        line.append("someone else" if status == "other" else status, style=style).append("  ")
    return line.append("[a] time", style=_TIME).append("  [?] not read", style="dim")


def _status(mention: Mention) -> str:
    return mention.status if mention.experiencer == PATIENT else "other"


def _letter(number: int) -> str:
    """Letters for the times: a to z, then a1 and so on."""
    turn, letter = divmod(number, len(_LETTERS))
    return _LETTERS[letter] + (str(turn) if turn else "")


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
