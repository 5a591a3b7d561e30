"""How urgent an archived reply is, read from what it tells people to do, by the cues of `knowledge/archive`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.archive.cue_file import read_cues
from bot.knowledge.loading import TREE

# From the calmest to the most urgent.
LEVELS = ("self_care", "routine", "within_2_weeks", "same_day", "emergency")
UNREADABLE = LEVELS[0]
_GAP = r"(?:\S+ ){0,4}?"
_KEYS = {
    "id",
    "version",
    "status",
    "reviewed",
    "groups",
    "denials",
    "conditions",
    "unconditional",
    "online",
    "in_person",
    "levels",
}


class CueError(ValueError):
    """The file of cues cannot be used; the message says where and why."""


@dataclass(frozen=True)
class ReadLevel:
    """A reply's level, and the words that it was read from; no words where nothing could be read."""

    level: str
    cue: str | None


@dataclass(frozen=True)
class Cue:
    """One cue; `needs` are the groups in it, without a word of which it cannot be there."""

    level: str
    pattern: re.Pattern[str]
    needs: frozenset[str]


@dataclass(frozen=True)
class ReplyLevels:
    """The cues, ready to be looked for, the most urgent first."""

    cues: tuple[Cue, ...]
    groups: Mapping[str, re.Pattern[str]]
    denial: re.Pattern[str]
    condition: re.Pattern[str]
    unconditional: re.Pattern[str]
    online: re.Pattern[str]
    in_person: re.Pattern[str]

    def read(self, reply: str) -> ReadLevel:
        """The most urgent level that a sentence of the reply asks for; "self_care" where no sentence can be read."""
        # A sentence a line: no cue goes over its end, and each cue is looked for once, if it can be there at all.
        text = "\n".join(self._sentences(reply))
        absent = {name for name, words in self.groups.items() if not words.search(text)}
        for cue in self.cues:
            for found in () if cue.needs & absent else cue.pattern.finditer(text):
                before = text.rfind("\n", 0, found.start()) + 1
                if not self.denial.search(text[before : found.end()]):
                    return ReadLevel(cue.level, found[0].strip())
        return ReadLevel(UNREADABLE, None)

    def _sentences(self, reply: str) -> Sequence[str]:
        # Quoted words are the asker's, or somebody's warning: not what this reply tells anybody to do.
        text = re.sub(r"[\"“][^\"”]*[\"”]", " ", reply.replace("’", "'"))
        text = re.sub(r"\b(dr|mr|mrs|ms|e\.g|i\.e)\.", r"\1", text, flags=re.IGNORECASE)
        sentences = []
        for part in re.findall(r"[^.!?;\n]+[.!?;\n]?", text):
            if part.rstrip().endswith("?"):
                continue
            words = " ".join(re.findall(r"[\w&'-]+", part.casefold()))
            # What sends people on to the site's own service is an advertisement, whatever doctor it names.
            advertises = self.online.search(self.in_person.sub(" ", words))
            if not advertises and not self.condition.search(self.unconditional.sub(" ", words)):
                sentences.append(f"^ {words} ")
        return sentences


def rank(level: str) -> int:
    """How urgent a level is, 0 for the calmest. "unknown", where no rule could place it, ranks as routine."""
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("routine")


@cache
def load(path: Path = TREE / "archive" / "reply_levels.yml") -> ReplyLevels:
    """The cues of a file, read once. Raises CueError that names the file and what is wrong in it."""
    data = read_cues(path, _KEYS, CueError)
    groups = {name: _any(words) for name, words in data["groups"].items()}
    by_level: dict[str, list[str]] = {}
    for each in data["levels"]:
        if each["level"] not in LEVELS:
            raise CueError(f'{path.name}: read level "{each["level"]}"; expected one of {", ".join(LEVELS)}')
        by_level[each["level"]] = each["cues"]
    cues = [
        Cue(level, _pattern(cue, groups, path), frozenset(re.findall(r"{(\w+)}", cue)))
        for level in sorted(by_level, key=LEVELS.index, reverse=True)
        for cue in by_level[level]
    ]
    return ReplyLevels(
        cues=tuple(cues),
        groups={name: re.compile(rf"(?<!\S){words} ") for name, words in groups.items()},
        denial=_phrases(data["denials"]),
        condition=_phrases(data["conditions"]),
        unconditional=_phrases(data["unconditional"]),
        online=_phrases(data["online"]),
        in_person=_phrases(data["in_person"]),
    )


def _pattern(cue: str, groups: Mapping[str, str], path: Path) -> re.Pattern[str]:
    made = r"(?<!\S)"
    for word in cue.split():
        if word == "*":
            made += _GAP
        elif word.startswith("{"):
            name = word.strip("{}")
            if name not in groups:
                raise CueError(f'{path.name}: read group "{name}" in cue "{cue}"; expected one of {", ".join(groups)}')
            made += groups[name] + " "
        else:
            made += re.escape(word) + " "
    return re.compile(made)


def _any(words: Sequence[Any]) -> str:
    longest_first = sorted((str(word).casefold() for word in words), key=len, reverse=True)
    return "(?:" + "|".join(_word(word) for word in longest_first) + ")"


def _word(word: str) -> str:
    # "-logist" is every word that ends so.
    return r"\S+" + re.escape(word[1:]) if word.startswith("-") else re.escape(word)


def _phrases(words: Sequence[Any]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S){_any(words)}(?!\S)")
