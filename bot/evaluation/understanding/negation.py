"""Negation: sentences of records with one concept in capitals, said or denied (the form `negex_context`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Protocol

from bot.evaluation.counts import Counts
from bot.evaluation.figure import Comparison, Fault, Figure, Part, figures_of
from bot.evaluation.sets import rows
from bot.nlu.reader import Reader
from bot.nlu.reading import ABSENT
from bot.records.proportion import Proportion

KEY = "negex_context"
FILE = "negex_sentences.jsonl"
_METHOD = (
    "The concept is found in its sentence by its capitals and judged as a finding; absent counts as Negated, every "
    "other status as Affirmed. F's interval is a bootstrap over sentences."
)


class Denies(Protocol):
    """Tells for each stretch of characters of a text whether what stands there is denied."""

    def __call__(self, text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
        """One answer for each span."""
        ...


@dataclass(frozen=True)
class Sentence:
    """A sentence with its concept from `start` to `end`, denied or not; `where` names its line."""

    text: str
    start: int
    end: int
    denied: bool
    where: str


def ours(reader: Reader) -> Denies:
    """How our reader tells."""

    def denies(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
        return [reader.status_at(text, start, end) == ABSENT for start, end in spans]

    return denies


def locate(text: str, concept: str) -> Optional[tuple[int, int]]:
    """Where a concept stands in capitals in a text, whatever the spaces between its words; else where it stands at all.

    >>> locate("No RED HAT of  mine; red hat", '"red  hat"')
    (3, 10)
    """
    words = concept.strip(' "').split()
    pattern = r"\s+".join(re.escape(word.upper()) for word in words)
    found = re.search(pattern, text) or re.search(pattern, text, re.IGNORECASE)
    return found.span() if found and words else None


def sentences(path: Path) -> tuple[list[Sentence], int]:
    """The sentences of a file, and how many others have no such concept in them."""
    found, lost = [], 0
    for number, row in enumerate(rows(path, "sentence", "concept", "negation"), 1):
        place = locate(row["sentence"], row["concept"])
        if place is None:
            lost += 1
            continue
        where = f"line {number}"
        found.append(Sentence(row["sentence"], *place, denied=row["negation"].lower().startswith("neg"), where=where))
    return found, lost


def negation_part(folder: Path, reader: Reader, peers: Mapping[str, Denies]) -> Part:
    """The figures of the sentences in a folder, ours and those of the peers."""
    found, lost = sentences(folder / FILE)
    given = [ours(reader)(each.text, [(each.start, each.end)])[0] for each in found]
    denied = sum(each.denied for each in found)
    notes = (f"{lost} sentences left out: their concept does not stand in them.",) if lost else ()
    comparisons = {"Signpost": _f(f"{KEY}.signpost.f", found, given)}
    for name, peer in peers.items():
        judged = [peer(each.text, [(each.start, each.end)])[0] for each in found]
        comparisons[name] = _f(f"{KEY}.peer.{name.lower()}.f", found, judged)
    return Part(
        key=KEY,
        title="Negation: negex_context",
        about=f"{len(found)} sentences of hospital records with one concept each, {denied} of them denied.",
        figures=(
            *figures_of(f"{KEY}.negated", "Negated", _counts(found, given), _METHOD),
            Figure.of(
                f"{KEY}.accuracy",
                "Accuracy",
                Proportion(sum(each.denied == read for each, read in zip(found, given)), len(found)),
                _METHOD,
            ),
        ),
        comparisons=(Comparison("F of Negated", comparisons, asked=f"{KEY}.negated.f"),) if peers else (),
        faults=tuple(
            Fault(
                each.where,
                f"{'denied' if each.denied else 'said'}, read as {'denied' if read else 'said'}",
                _near(each),
            )
            for each, read in zip(found, given)
            if each.denied != read
        ),
        notes=notes,
    )


def _counts(found: Sequence[Sentence], given: Sequence[bool]) -> list[Counts]:
    return [
        Counts(int(each.denied and read), int(read and not each.denied), int(each.denied and not read))
        for each, read in zip(found, given)
    ]


def _f(key: str, found: Sequence[Sentence], given: Sequence[bool]) -> Figure:
    return Figure.f(key, "F of Negated", _counts(found, given), _METHOD)


def _near(sentence: Sentence) -> str:
    return sentence.text[max(0, sentence.start - 90) : sentence.end + 60]
