"""Vignettes: short stories of made-up patients, each as facts and in a patient's words, with the level expected."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Optional

import yaml

from bot.evaluation.entries import EntryError, entries, flat, lines
from bot.knowledge import Knowledge
from bot.knowledge.model import LEVELS
from bot.knowledge.problems import nearest
from bot.triage.case import Case
from bot.triage.facts import case_of

TREE = Path(__file__).resolve().parents[2] / "tests" / "vignettes"
NEEDED = ("id", "topic", "level", "why", "sources", "facts", "message")
FIELDS = (*NEEDED, "opening")
HELD_OUT = "held_out"
EMERGENCY_TOPIC = re.compile(r"ur-\d\d")
_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_TEXTS = ("id", "topic", "level", "why", "message", "opening")


class VignetteError(EntryError):
    """Vignettes cannot be used."""


@dataclass(frozen=True)
class Vignette:
    """One made-up patient.

    `topic` is a topic of the knowledge, or "ur-NN" for an emergency; `level` what the sources ask for, and `why`.
    `facts` are written as in the cases of a rule, `message` says all of them in a patient's words, and `opening`, where
    it is given, only what such a patient would write first.
    """

    id: str
    topic: str
    level: str
    why: str
    sources: tuple[str, ...]
    facts: Mapping[str, Any]
    message: str
    file: str
    line: int
    case: Case
    opening: Optional[str] = None

    @property
    def aside(self) -> bool:
        """Whether it is kept aside: in a folder `held_out`, which nobody looks at while working on rules or words."""
        return HELD_OUT in PurePosixPath(self.file).parts[:-1]

    @property
    def calm(self) -> bool:
        """Whether it is anything but an emergency: what may not be sent to one for nothing."""
        return self.level != "emergency"


def fingerprint(vignettes: Iterable[Vignette]) -> str:
    """SHA-256, in hex, over what the vignettes say and expect, and whether they are kept aside.

    The file they stand in does not matter otherwise, nor does their order.
    """
    said = sorted(
        [
            each.id,
            each.topic,
            each.level,
            json.dumps(each.facts, sort_keys=True),
            each.message,
            each.opening or "",
            each.aside,
        ]
        for each in vignettes
    )
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def load_vignettes(folder: Path, knowledge: Knowledge) -> tuple[Vignette, ...]:
    """Every vignette of the `.yml` files of a folder, by id. Raises VignetteError with every fault there is."""
    files = sorted(folder.rglob("*.yml"))
    if not files:
        raise VignetteError(f"{folder}: expected a folder with vignettes in .yml files, found none.")
    found: dict[str, Vignette] = {}
    faults: list[str] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            found_here = entries(path, name, "vignettes")
        except EntryError as error:
            faults += error.faults
            continue
        for node, data in found_here:
            try:
                each = _Entry(name, node, data, knowledge).vignette()
            except VignetteError as error:
                faults += error.faults
                continue
            before = found.setdefault(each.id, each)
            if before is not each:
                place = f"{before.file}:{before.line}"
                faults.append(f'{name}:{each.line}: vignette "{each.id}" is also in {place}. Rename one.')
    if faults:
        raise VignetteError("\n".join(faults))
    return tuple(found[name] for name in sorted(found))


class _Entry:
    """One entry of a file, with the lines of its fields."""

    def __init__(self, file: str, node: yaml.Node, data: Any, knowledge: Knowledge) -> None:
        self._file, self._data, self._knowledge = file, data, knowledge
        self._line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise self._error(f"expected {', '.join(NEEDED)} with values, read {data!r}.")
        self._lines = lines(node)
        self._check_repeats(node, "")
        for key_node, value_node in node.value:
            if key_node.value == "facts" and isinstance(value_node, yaml.MappingNode):
                self._check_repeats(value_node, "facts.")
                self._lines.update({f"facts.{key}": line for key, line in lines(value_node).items()})

    def vignette(self) -> Vignette:
        for name in self._data:
            if name not in FIELDS:
                raise self._error(f'unknown word "{name}". {nearest(str(name), FIELDS)}', str(name))
        for name in NEEDED:
            if self._data.get(name) in (None, "", [], {}):
                raise self._error(f'"{name}" is missing. Every vignette needs {", ".join(NEEDED)}.')
        for name in _TEXTS:
            if not isinstance(self._data.get(name, ""), str):
                raise self._error(f"{name} is {self._data[name]!r}. Expected a text.", name)
        self._check_words()
        opening = self._data.get("opening")
        return Vignette(
            id=self._data["id"],
            topic=self._data["topic"],
            level=self._data["level"],
            why=flat(self._data["why"]),
            sources=tuple(self._data["sources"]),
            facts=self._data["facts"],
            message=flat(self._data["message"]),
            file=self._file,
            line=self._line,
            case=self._case(),
            opening=flat(opening) if opening else None,
        )

    def _check_words(self) -> None:
        name, topic, level, sources = (self._data[key] for key in ("id", "topic", "level", "sources"))
        if not _NAME.fullmatch(name):
            raise self._error(f'id is "{name}". Expected small letters, digits, "-" and ".".', "id")
        if topic not in self._knowledge.topics and not EMERGENCY_TOPIC.fullmatch(topic):
            help = nearest(topic, self._knowledge.topics)
            raise self._error(f'topic is "{topic}". {help} An emergency of the sheets is "ur-01" and so on.', "topic")
        if level not in LEVELS:
            raise self._error(f'level is "{level}". {nearest(level, LEVELS)}', "level")
        if not isinstance(sources, list) or not all(isinstance(each, str) for each in sources):
            raise self._error(f"sources is {sources!r}. Expected a list of tags, such as [NHS-999].", "sources")

    def _case(self) -> Case:
        facts = self._data["facts"]
        if not isinstance(facts, dict):
            raise self._error(f"facts is {facts!r}. Expected facts as in the cases of a rule.", "facts")
        for key, value in facts.items():
            try:
                case_of({str(key): value}, self._knowledge)
            except ValueError as error:
                raise self._error(f"facts: {error}", f"facts.{key}") from error
        return case_of(facts, self._knowledge)

    def _check_repeats(self, node: yaml.MappingNode, prefix: str) -> None:
        seen: dict[str, int] = {}
        for key_node, _ in node.value:
            line = key_node.start_mark.line + 1
            if key_node.value in seen:
                first = seen[key_node.value]
                raise VignetteError(
                    f'{self._file}:{line}: "{prefix}{key_node.value}" is here twice (first on line {first}).'
                )
            seen[key_node.value] = line

    def _error(self, words: str, key: str = "") -> VignetteError:
        name = self._data.get("id") if isinstance(self._data, dict) else None
        whose = f'vignette "{name}": ' if isinstance(name, str) else ""
        line = self._lines.get(key, self._line) if key else self._line
        return VignetteError(f"{self._file}:{line}: {whose}{words}")
