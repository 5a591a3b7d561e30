"""Messages as examples for the language model, in Rasa's format and written by Rasa's own writer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.console.places import edited

INTENT, ENTITY = "inform", "finding"
# What Rasa would read as an annotation: brackets that another bracket follows at once.
_LIKE_AN_ANNOTATION = re.compile(r"\](?=[({\[])")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Marked:
    """Characters of an example that mean a finding."""

    start: int
    end: int
    finding: str


@dataclass(frozen=True)
class Example:
    """One example, with what is marked in it."""

    text: str
    marks: Sequence[Marked] = ()


def examples_yaml(examples: Sequence[Example]) -> str:
    """The examples as a file of Rasa's training data, each with the intent of somebody who tells what troubles them.

    Importing Rasa takes seconds where the process has not done it yet: call this in a thread.
    """
    from bot.dialogue import quiet, without_tensorflow

    quiet.hush()
    without_tensorflow.stand_in()
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLWriter
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    built = []
    for example in map(_plain, examples):
        entities = [
            {"start": mark.start, "end": mark.end, "value": mark.finding, "entity": ENTITY} for mark in example.marks
        ]
        built.append(Message.build(text=example.text, intent=INTENT, entities=entities))
    return str(RasaYAMLWriter().dumps(TrainingData(training_examples=built)))


def _plain(example: Example) -> Example:
    """The example on one line, without what Rasa would take for an annotation, its marks apart from one another."""
    edits = [(match.start(), match.end(), " ") for match in _SPACES.finditer(example.text) if match.group() != " "]
    edits += [(match.start(), match.end(), "] ") for match in _LIKE_AN_ANNOTATION.finditer(example.text)]
    placed = edited(example.text, edits)
    text = placed.text.rstrip()
    begins = len(text) - len(text.lstrip())
    marks: list[Marked] = []
    for mark in sorted(example.marks, key=lambda each: (each.start, -each.end)):
        start, end = placed.after(mark.start, mark.end)
        start, end = max(start, begins), min(end, len(text))
        inside = text[start:end]
        # Rasa's annotation ends at the first closing bracket.
        if inside.strip() and "]" not in inside and "[" not in inside and (not marks or start >= marks[-1].end):
            marks.append(Marked(start, end, mark.finding))
    return Example(text[begins:], [Marked(one.start - begins, one.end - begins, one.finding) for one in marks])
