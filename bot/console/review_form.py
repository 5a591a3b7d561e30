"""The form of a verdict: as it stands on the page, as it was sent, and the verdict that it means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from bot.console.forms import whole_number
from bot.console.places import Placed
from bot.knowledge.model import LEVELS, urgency
from bot.records.reviews import (
    ANSWER_VERDICTS,
    LEVEL_VERDICTS,
    LONGEST_COMMENT,
    LONGEST_TAG,
    MARK_VERDICTS,
    MOST_MARKS,
    MOST_TAGS,
    RIGHT,
    TOO_CALM,
    Mark,
    Verdict,
)

FIELDS = 60 + 5 * MOST_MARKS
TAGS = ("missed_sign", "wrong_person", "wrong_time", "odd_question", "unclear_words", "good_example")
"""The tags that stand on every form, by the keys of their words; any others may be written beside them."""


@dataclass(frozen=True)
class Place:
    """One of the person's messages: its number for readers, its number in the records, and its redacted text."""

    number: int
    id: int
    placed: Placed

    @property
    def rows(self) -> int:
        """Lines that the text takes, about."""
        return min(12, sum(1 + len(line) // 70 for line in self.placed.text.split("\n")))


@dataclass(frozen=True)
class MarkRow:
    """One line of the form: words of a message, the finding that they mean, and the verdict. `start` counts
    characters of the redacted text, and is empty where the words were typed."""

    message: str = ""
    words: str = ""
    start: str = ""
    finding: str = ""
    verdict: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.words.strip() or self.finding.strip())


@dataclass
class Form:
    """The form's fields as texts. `problems` name what has to be put right, by the id of the field."""

    version: int = 0
    given: str = ""
    level_verdict: str = ""
    right_level: str = ""
    findings: dict[str, str] = field(default_factory=dict)
    marks: list[MarkRow] = field(default_factory=list)
    entry: str = ""
    answer_verdict: str = ""
    better: str = ""
    better_words: str = ""
    comment: str = ""
    tags: list[str] = field(default_factory=list)
    more_tags: str = ""
    done: bool = False
    problems: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)


def sent(form: FormData) -> Form:
    """The form as it was sent."""

    def one(name: str) -> str:
        value = form.get(name)
        return value if isinstance(value, str) else ""

    def every(name: str) -> list[str]:
        return [value for value in form.getlist(name) if isinstance(value, str)]

    names = ("message", "words", "start", "finding", "verdict")
    columns = [every(f"mark_{name}") for name in names]
    marks = [MarkRow(*row) for row in zip(*columns)]
    return Form(
        version=whole_number(one("version")) or 0,
        given=one("given"),
        level_verdict=one("level_verdict"),
        right_level=one("right_level"),
        findings={name[8:]: one(name) for name in form if name.startswith("finding:") and one(name)},
        marks=[row for row in marks if not row.empty],
        entry=one("entry"),
        answer_verdict=one("answer_verdict"),
        better=one("better"),
        better_words=one("better_words")[:LONGEST_COMMENT],
        comment=one("comment"),
        tags=[tag for tag in every("tag") if tag in TAGS],
        more_tags=one("more_tags"),
        done=bool(one("done")),
    )


def of(
    verdict: Verdict, version: int, places: Sequence[Place], labels: Mapping[str, str], read: Mapping[str, int]
) -> Form:
    """The form that shows a verdict; `read` are the findings that have a line of their own."""
    by_id = {place.id: place for place in places}
    marks = []
    for mark in verdict.marks:
        place = by_id.get(mark.message_id)
        label = labels.get(mark.finding, mark.finding)
        if place is None or (mark.start is None and mark.finding in read):
            continue
        if mark.start is None or mark.end is None:
            marks.append(MarkRow(str(place.number), "", "", label, mark.verdict))
            continue
        start, end = place.placed.after(mark.start, mark.end)
        marks.append(MarkRow(str(place.number), place.placed.text[start:end], str(start), label, mark.verdict))
    return Form(
        version=version,
        level_verdict=verdict.level_verdict or "",
        right_level="" if verdict.level_verdict == RIGHT else verdict.right_level or "",
        findings={mark.finding: mark.verdict for mark in verdict.marks if mark.start is None and mark.finding in read},
        marks=marks,
        answer_verdict=verdict.answer_verdict or "",
        better=str(verdict.better_entry_id or ""),
        comment=verdict.comment,
        tags=[tag for tag in verdict.tags if tag in TAGS],
        more_tags=", ".join(tag for tag in verdict.tags if tag not in TAGS),
        done=verdict.done,
    )


def verdict_of(form: Form, places: Sequence[Place], findings: Mapping[str, str], first: Mapping[str, int]) -> Verdict:
    """The verdict that a form means; what is wrong with it is put into the form's `problems`.

    `findings` are the ids by their label and by themselves, in small letters; `first` is the message in which each
    finding that was read came first.
    """
    problems = form.problems
    level_verdict = form.level_verdict if form.level_verdict in LEVEL_VERDICTS else None
    given = form.given if form.given in LEVELS else None
    right = form.right_level if form.right_level in LEVELS else None
    if level_verdict == RIGHT:
        right = given
    elif level_verdict is not None:
        further = right is not None and (urgency(right) > urgency(given or "unknown")) is (level_verdict == TOO_CALM)
        if right is None or right == given or not further:
            problems.append(("right_level", f"problems.{level_verdict}", {}))
    elif form.done:
        problems.append(("level_verdict_right", "problems.no_verdict", {}))
    marks = [
        Mark(first[finding], finding, verdict)
        for finding, verdict in form.findings.items()
        if finding in first and verdict in MARK_VERDICTS
    ]
    for number, row in enumerate(form.marks):
        mark = _mark(row, number, places, findings, problems)
        if mark is not None:
            marks.append(mark)
    if len(marks) > MOST_MARKS:
        problems.append(("mark-0-words", "problems.marks", {"most": MOST_MARKS}))
    more = [tag.strip() for tag in form.more_tags.split(",") if tag.strip()]
    tags = tuple(dict.fromkeys([*form.tags, *more]))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        problems.append(("more_tags", "problems.tags", {"most": MOST_TAGS, "longest": LONGEST_TAG}))
    comment = form.comment.replace("\r\n", "\n").strip()
    if len(comment) > LONGEST_COMMENT:
        problems.append(("comment", "problems.comment", {"most": LONGEST_COMMENT}))
    answer = form.answer_verdict if form.answer_verdict in ANSWER_VERDICTS else None
    entry, better = whole_number(form.entry), whole_number(form.better)
    return Verdict(
        given, level_verdict, right, entry, answer if entry else None, better, comment, tags, tuple(marks), form.done
    )


def _mark(
    row: MarkRow,
    number: int,
    places: Sequence[Place],
    findings: Mapping[str, str],
    problems: list[tuple[str, str, dict[str, object]]],
) -> Mark | None:
    """The mark of a line of the form; None where it is wrong. Without words the finding is meant as a whole."""
    place = next((each for each in places if str(each.number) == row.message), None)
    finding = findings.get(row.finding.strip().casefold())
    if place is None:
        problems.append((f"mark-{number}-message", "problems.message", {"number": number + 1}))
    if finding is None:
        problems.append((f"mark-{number}-finding", "problems.finding", {"number": number + 1}))
    if row.verdict not in MARK_VERDICTS:
        problems.append((f"mark-{number}-verdict", "problems.mark_verdict", {"number": number + 1}))
    words = row.words.replace("\r\n", "\n").strip()
    if place is None or finding is None or row.verdict not in MARK_VERDICTS:
        return None
    if not words:
        return Mark(place.id, finding, row.verdict)
    found = _find(place.placed.text, words, whole_number(row.start))
    if found is None:
        problems.append((f"mark-{number}-words", "problems.words", {"number": number + 1, "message": place.number}))
        return None
    return Mark(place.id, finding, row.verdict, *place.placed.before(*found))


def _find(text: str, words: str, start: int | None) -> tuple[int, int] | None:
    """Where the words stand: at the place that the form names, or else where they come first. Spaces and line breaks
    do not count: a field of one line takes the breaks out."""
    pattern = re.compile(r"\s*".join(map(re.escape, "".join(words.split()))), re.IGNORECASE)
    found = (pattern.match(text, start) if start is not None else None) or pattern.search(text)
    return found.span() if found else None
