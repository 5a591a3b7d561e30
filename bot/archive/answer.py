"""An archived answer as it may be shown: what was asked, what was replied by whom and when, and whether it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.archive.entry import key
from bot.archive.likeness import Likeness
from bot.records.lookup import NONE, RELATED, SHOWN, WITHHELD, Lookup

CALMER, EMERGENCY = "calmer", "emergency"


@dataclass(frozen=True)
class Hit:
    """One entry that a search found, `score` from 0 to 1. `cut_off` entries are extracts: similar questions only."""

    entry_id: int
    title: str
    score: float
    cut_off: bool = False
    like: Likeness | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of one result of `signpost archive search --json`."""
        return {"entry": self.entry_id, "title": self.title, "score": round(self.score, 4)}


@dataclass(frozen=True)
class ArchivedAnswer:
    """An entry as an answer to somebody else.

    `signed` says whether a doctor's name stands under the reply, `sample` that it is made up and says so; a reply that
    is neither is unsigned, and never a doctor's. `level` was read from the reply, or is a clinician's own where `rated`
    says so. `cut_off` marks an extract. Where `shown` is false, `withheld_because` is "calmer" or "emergency", and the
    reply is not handed on at all.
    A related question (`question_only`), an extract or an entry that is near and not the same, is shown as a question:
    its reply is not handed on either.
    """

    entry_id: int
    title: str
    score: float
    question: str
    reply: str
    signed: bool
    doctor: str | None
    specialty: str | None
    ask_date: date | None
    reply_date: date | None
    level: str
    shown: bool
    withheld_because: str | None
    sample: bool = False
    cut_off: bool = False
    rated: bool = False
    question_only: bool = False

    def same_question(self, other: ArchivedAnswer) -> bool:
        """Whether both answer the same question, as the replies of several doctors on one page do."""
        return key(self.title, self.question) == key(other.title, other.question)

    @property
    def written_by(self) -> str:
        """Whose words the reply is: "doctor", "sample" or "unsigned". The report has a line for each."""
        if self.sample:
            return "sample"
        return "doctor" if self.signed else "unsigned"

    def to_json(self) -> dict[str, Any]:
        """The shape of one entry of `answers` in the contract of `signpost assess`."""
        data = {"id": self.entry_id, "title": self.title, "score": round(self.score, 4), "shown": self.shown}
        return data if self.shown else {**data, "withheld_because": self.withheld_because}


def lookup_of(answers: Sequence[ArchivedAnswer]) -> Lookup:
    """What became of a question: its closest answer was shown, or was withheld, or only related questions were near."""
    whole = [answer for answer in answers if not answer.question_only]
    shown = next((answer for answer in whole if answer.shown), None)
    if shown is not None:
        return Lookup(SHOWN, shown.entry_id, shown.score)
    if whole:
        return Lookup(WITHHELD, whole[0].entry_id, whole[0].score, whole[0].withheld_because)
    return Lookup(RELATED, answers[0].entry_id, answers[0].score) if answers else Lookup(NONE)
