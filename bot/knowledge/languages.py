"""The languages of the widget: a folder each in knowledge/messages, with its words in widget.json. English is complete;
what another language lacks is said in English. What the bot itself says is English alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.knowledge.messages import flatten
from bot.knowledge.problems import KeyPath, KnowledgeError, Problem, nearest

ENGLISH = "en"
DIRECTIONS = ("ltr", "rtl")
_FILE = "widget.json"
_SELF = "language"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Language:
    """One language: its BCP 47 tag, its name in its own words, its direction (ltr or rtl), and its texts by key."""

    tag: str
    name: str
    direction: str
    texts: Mapping[str, str]


def languages(root: Path) -> dict[str, Language]:
    """The languages in a knowledge folder by tag, English first; each has every text, in English where it lacks one.

    Raises KnowledgeError for a file that is not JSON, or does not say its language's name and direction.
    """
    read = {path.parent.name: _read(root, path) for path in sorted((root / "messages").glob(f"*/{_FILE}"))}
    if ENGLISH not in read:
        return {}
    english = read.pop(ENGLISH)
    whole = {
        tag: Language(tag, each.name, each.direction, {**english.texts, **each.texts}) for tag, each in read.items()
    }
    return {ENGLISH: english, **whole}


def nearest_language(wanted: str, known: Mapping[str, Language]) -> Language:
    """The language for a tag such as "de-AT": itself, else the same without its last parts, else one of the same first
    part, else English (RFC 4647, lookup). `known` must hold English."""
    by_tag = {tag.lower(): each for tag, each in known.items()}
    parts = [part for part in wanted.lower().replace("_", "-").split("-") if part]
    for length in range(len(parts), 0, -1):
        found = by_tag.get("-".join(parts[:length]))
        if found is not None:
            return found
    kin = [each for tag, each in by_tag.items() if parts and tag.split("-")[0] == parts[0]]
    return kin[0] if kin else known[ENGLISH]


def check_languages(root: Path) -> Iterator[Problem]:
    """The faults of the translations, each against English: unknown texts, other placeholders; and, as a warning,
    texts that are missing."""
    try:
        read = {path.parent.name: _read(root, path) for path in sorted((root / "messages").glob(f"*/{_FILE}"))}
    except KnowledgeError as error:
        yield error.problem
        return
    english = read.pop(ENGLISH, None)
    if english is None:
        return
    for tag, language in read.items():
        file = f"messages/{tag}/{_FILE}"
        for key, text in language.texts.items():
            keys: KeyPath = tuple(key.split("."))
            if key not in english.texts:
                yield Problem(file, keys, f'English has no text "{key}". {nearest(key, english.texts)}')
                continue
            expected, given = (set(_PLACEHOLDER.findall(each)) for each in (english.texts[key], text))
            if expected != given:
                words = f'"{key}" has the placeholders {_listed(given)}; in English it has {_listed(expected)}.'
                yield Problem(file, keys, words)
        missing = [key for key in english.texts if key not in language.texts]
        if missing:
            words = f"{len(missing)} texts are missing and are said in English, the first is {missing[0]!r}."
            yield Problem(file, (), words, warning=True)


def _read(root: Path, path: Path) -> Language:
    name = path.relative_to(root).as_posix()
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise KnowledgeError(name, (), f"this is not JSON: {error.msg}", error.lineno) from error
    about = data.get(_SELF) if isinstance(data, dict) else None
    if not isinstance(about, dict) or not about.get("name") or about.get("direction") not in DIRECTIONS:
        words = f'"{_SELF}" must give the name of the language, and its direction: {" or ".join(DIRECTIONS)}.'
        raise KnowledgeError(name, (_SELF,), words)
    texts = dict(flatten({key: value for key, value in data.items() if key != _SELF}))
    return Language(path.parent.name, str(about["name"]), about["direction"], texts)


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"
