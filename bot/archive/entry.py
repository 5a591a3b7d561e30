"""An answered question as it was read from a file, before it is stored; and a refusal, where it could not be read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

SHOWN_WIDTH = 60
_TEXT = "text:"


@dataclass(frozen=True)
class Similar:
    """A similar question as the page of another one shows it: an extract, `cut_off` where it does not end by itself."""

    title: str
    question: str
    reply: str
    doctor: str | None
    specialty: str | None
    cut_off: bool
    line: int


@dataclass(frozen=True)
class Topic:
    """A related topic: its name and the specialty that the page put in brackets behind it ("" where there is none)."""

    name: str
    specialty: str


@dataclass(frozen=True)
class Entry:
    """One answered question. Of the asker there is an age band and a sex, never a name.

    `doctor` is who signed the reply, None where nobody did. `sample` marks a reply that says of itself that it is
    made up. `unsigned_text` stood on the page beside the reply, signed by nobody.
    """

    title: str
    question: str
    reply: str
    source_id: str
    file: str
    line: int
    doctor: str | None = None
    specialty: str | None = None
    asker_ages: tuple[int, int] | None = None
    asker_sex: str | None = None
    ask_date: date | None = None
    reply_date: date | None = None
    unsigned_text: str | None = None
    sample: bool = False
    cut_off: bool = False
    similar: tuple[Similar, ...] = ()
    topics: tuple[Topic, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why an entry, or a file, was not taken: where, what was read there, and what was expected."""

    file: str
    line: int | None
    read: str
    expected: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: read {self.read}; expected {self.expected}"


class Refused(Exception):
    """Raised while one entry is read; holds its refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass
class Account:
    """What an import did. `read` is the sum of imported, updated, unchanged, merged and the refused entries.

    `merged` counts entries whose text was there already under another id, `near` those of the imported and updated
    ones whose question is nearly the same as another's, `linked` the links to similar questions, `ignored` the files
    in folders that are of no kind that is imported.
    """

    read: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    near: int = 0
    linked: int = 0
    ignored: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def to_json(self) -> Mapping[str, Any]:
        """The account with each refusal as one line of text."""
        counts = {name: value for name, value in vars(self).items() if name != "refused"}
        return {**counts, "refused": [str(refusal) for refusal in self.refused]}


def shown(text: str) -> str:
    """`text` as a refusal quotes it: in quotes, on one line, and short."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= SHOWN_WIDTH else f'"{line[:SHOWN_WIDTH]}..."'


def key(*texts: str) -> str:
    """A hash of the words of `texts`, the same whatever their case, spaces and punctuation."""
    words = "\x1f".join(" ".join(re.findall(r"\w+", text.casefold())) for text in texts)
    return hashlib.sha256(words.encode()).hexdigest()


def source_id(title: str, question: str, doctor: str | None, place: int = 1) -> str:
    """The id of an entry that came with none: by its words, by who signed it, and by which of the signer's replies
    to the question it is. Two doctors' replies to one question are two entries."""
    signer = f":{key(doctor)[:16]}" if doctor else ""
    return f"{_TEXT}{key(title, question)}{signer}{f':{place}' if place > 1 else ''}"


def page_of(source_id: str) -> str:
    """What the ids of all replies on one page have in common; of another entry its own id."""
    return source_id[: len(_TEXT) + 64] if source_id.startswith(_TEXT) else source_id
