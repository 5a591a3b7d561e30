"""Messages of our own with what a careful reader understands from each, as the YAML files of a folder hold them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Optional

import yaml

from bot.evaluation.entries import EntryError, entries, flat
from bot.knowledge import Knowledge
from bot.knowledge.problems import nearest
from bot.nlu.reading import ABSENT, OTHER, PAST, PATIENT, PRESENT, UNCERTAIN

TREE = Path(__file__).resolve().parents[3] / "tests" / "nlu" / "labelled"
AS_OF = date(2026, 11, 23)
"""The day on which the messages are read: their labels count from it. Other sets without a day are read on it too."""

STATUSES = (PRESENT, ABSENT, UNCERTAIN, PAST)
WORDS = {
    "side": ("left", "right", "both"),
    "severity": ("mild", "moderate", "severe"),
    "trend": ("worse", "better", "spreading", "unchanged"),
    "onset": ("sudden", "gradual"),
}
"""What an attribute of one word may be."""
NUMBERS = ("began_days", "ended_days", "bout_seconds", "every_days")
LISTS = ("set_off_by", "eased_by", "disturbs")
_LABEL_FIELDS = ("id", "status", "experiencer", "optional", "site", *WORDS, *NUMBERS, *LISTS)
_PERSON_FIELDS = ("age", "sex", "pregnant", "conditions", "medicines", "events")
_FIELDS = ("text", "findings", "person")


class LabelError(EntryError):
    """Labelled messages cannot be used."""


@dataclass(frozen=True)
class Label:
    """One finding that a reader understands: in whom, with which status, and whatever else was said of it.

    `optional` ones count neither way: readers may differ. Times are numbers of days, but bouts are in seconds.
    """

    id: str
    status: str
    experiencer: str = PATIENT
    optional: bool = False
    sites: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Labelled:
    """A message and its labels. `part` is the sub-folder it comes from, `person` what is said of the patient."""

    text: str
    labels: tuple[Label, ...]
    person: dict[str, Any]
    part: str
    file: str
    line: int

    @property
    def required(self) -> tuple[Label, ...]:
        """The labels that count."""
        return tuple(each for each in self.labels if not each.optional)

    @property
    def optional(self) -> tuple[Label, ...]:
        """The labels that readers may differ on."""
        return tuple(each for each in self.labels if each.optional)


def fingerprint(messages: Iterable[Labelled]) -> str:
    """SHA-256, in hex, over the messages and their labels, whatever file they stand in and in whatever order."""
    said = sorted(
        json.dumps([each.text, [vars(label) for label in each.labels], each.person], sort_keys=True)
        for each in messages
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def load_labelled(folder: Path, knowledge: Knowledge) -> tuple[Labelled, ...]:
    """Every message of the `.yml` files below a folder, in the order of files and lines; none where there is none.

    Raises LabelError with every fault there is.
    """
    found: dict[str, Labelled] = {}
    faults: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        name = path.relative_to(folder).as_posix()
        try:
            listed = entries(path, name, "messages")
        except EntryError as error:
            faults += error.faults
            continue
        for node, data in listed:
            line = node.start_mark.line + 1
            try:
                each = _message(data, node, name, knowledge)
            except LabelError as error:
                faults.append(f"{name}:{line}: {error}")
                continue
            before = found.setdefault(each.text, each)
            if before is not each:
                faults.append(f"{name}:{line}: the same text is also in {before.file}:{before.line}.")
    if faults:
        raise LabelError("\n".join(faults))
    return tuple(found.values())


def _message(data: Any, node: yaml.Node, name: str, knowledge: Knowledge) -> Labelled:
    if not isinstance(data, dict):
        raise LabelError(f"expected text and findings, read {data!r}.")
    _known(data, _FIELDS, "")
    text, findings = data.get("text"), data.get("findings")
    if not isinstance(text, str) or not text.strip():
        raise LabelError(f"text is {text!r}. Expected a message.")
    if not isinstance(findings, list):
        raise LabelError("findings is missing. Expected a list; [] where the message states nothing.")
    part = name.split("/")[0] if "/" in name else "unsorted"
    labels = tuple(_label(each, knowledge) for each in findings)
    person = _person(data.get("person") or {}, knowledge)
    return Labelled(text, labels, person, part, name, node.start_mark.line + 1)


def _label(data: Any, knowledge: Knowledge) -> Label:
    if not isinstance(data, dict) or not isinstance(data.get("id"), str):
        raise LabelError(f"expected findings with an id, read {data!r}.")
    _known(data, _LABEL_FIELDS, f"{data['id']}: ")
    _finding(data["id"], knowledge)
    status = data.get("status")
    if status not in STATUSES:
        raise LabelError(f"{data['id']}: status is {status!r}. Expected {', '.join(STATUSES)}.")
    experiencer = data.get("experiencer", PATIENT)
    if experiencer not in (PATIENT, OTHER):
        raise LabelError(f"{data['id']}: experiencer is {experiencer!r}. Expected {PATIENT} or {OTHER}.")
    for name, valid in WORDS.items():
        if name in data and data[name] not in valid:
            raise LabelError(f"{data['id']}: {name} is {data[name]!r}. Expected {', '.join(valid)}.")
    for name in NUMBERS:
        if name in data and (not isinstance(data[name], (int, float)) or data[name] < 0):
            raise LabelError(f"{data['id']}: {name} is {data[name]!r}. Expected a number.")
    return Label(
        id=data["id"],
        status=status,
        experiencer=experiencer,
        optional=bool(data.get("optional", False)),
        sites=_texts(data, "site"),
        words={name: data[name] for name in WORDS if name in data},
        numbers={name: float(data[name]) for name in NUMBERS if name in data},
        lists={name: _texts(data, name) for name in LISTS if name in data},
    )


def _person(data: Any, knowledge: Knowledge) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise LabelError(f"person is {data!r}. Expected age, sex and the like.")
    _known(data, _PERSON_FIELDS, "person: ")
    for name in ("conditions", "medicines", "events"):
        for each in _texts(data, name):
            _finding(each, knowledge)
    said: dict[str, Optional[Any]] = {name: data[name] for name in ("age", "sex", "pregnant") if name in data}
    return {**said, **{name: _texts(data, name) for name in ("conditions", "medicines", "events") if name in data}}


def _texts(data: dict[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name, [])
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in listed):
        raise LabelError(f"{name} is {value!r}. Expected a word or a list of words.")
    return tuple(flat(each) for each in listed)


def _known(data: dict[str, Any], fields: tuple[str, ...], where: str) -> None:
    for name in data:
        if name not in fields:
            raise LabelError(f'{where}unknown word "{name}". {nearest(str(name), fields)}')


def _finding(name: str, knowledge: Knowledge) -> None:
    if name not in knowledge.findings:
        raise LabelError(f'unknown finding "{name}". {nearest(name, knowledge.findings)}')
