"""Measures the understanding of messages: our own labelled ones, and the sets of others that a folder holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from bot.evaluation.figure import Card, Part
from bot.evaluation.understanding import complaints, durations, messages, negation
from bot.evaluation.understanding.labelled import fingerprint, load_labelled
from bot.evaluation.understanding.own import own_parts, read_all
from bot.evaluation.understanding.peers import Peers
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader


@dataclass(frozen=True)
class Form:
    """A form of set: the file (or the files) by which it is recognised in a folder, and how it is measured."""

    key: str
    file: str
    measure: Callable[[Path, Reader, Knowledge, Peers], Part]


FORMS = (
    Form(
        negation.KEY,
        f"{negation.KEY}/{negation.FILE}",
        lambda folder, reader, knowledge, peers: negation.negation_part(folder, reader, peers.denies),
    ),
    *(
        Form(
            key,
            f"{key}/*.jsonl",
            lambda folder, reader, knowledge, peers: durations.durations_part(
                folder.name, folder, reader, peers.durations
            ),
        )
        for key in (durations.RECOGNIZERS, durations.DUCKLING)
    ),
    Form(
        complaints.KEY,
        f"{complaints.KEY}/{complaints.FILE}",
        lambda folder, reader, knowledge, peers: complaints.complaints_part(folder, reader, knowledge),
    ),
    Form(
        f"{messages.KEY}.neuro",
        f"{messages.KEY}/{messages.NEURO}",
        lambda folder, reader, knowledge, peers: messages.neuro_part(folder, reader, knowledge),
    ),
    Form(
        f"{messages.KEY}.random_other",
        f"{messages.KEY}/{messages.OTHERS}",
        lambda folder, reader, knowledge, peers: messages.others_part(folder, reader, knowledge),
    ),
)
"""The forms of sets that are known."""


def measure(
    knowledge: Knowledge, reader: Reader, own: Path, data: Optional[Path] = None, peers: Optional[Peers] = None
) -> Card:
    """Measures the labelled messages in `own`, and every set of a known form in `data`.

    Raises LabelError and SetError where one of them cannot be used.
    """
    peers = peers or Peers()
    labelled = load_labelled(own, knowledge)
    parts = list(own_parts(read_all(labelled, reader, knowledge), knowledge, peers))
    if not labelled:
        parts.append(Part("own", "Own messages", "", skipped="there are none in this installation"))
    if data is not None:
        parts += [_measured(form, data, reader, knowledge, peers) for form in FORMS]
    return Card(knowledge.version, fingerprint(labelled), tuple(parts))


def _measured(form: Form, data: Path, reader: Reader, knowledge: Knowledge, peers: Peers) -> Part:
    if not any(data.glob(form.file)):
        return Part(form.key, form.key, "", skipped=f"no {form.file} in that folder")
    return form.measure(data / form.file.split("/")[0], reader, knowledge, peers)
