"""Whether an archived reply names medicines or doses, by the words of `knowledge/archive/drugs.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.archive.cue_file import read_cues
from bot.knowledge.loading import TREE

_LISTS = ("endings", "not_medicines", "names", "forms", "units", "per", "times", "takes")
_KEYS = {"id", "version", "status", "reviewed", "source", *_LISTS}


class DrugsError(ValueError):
    """The file of drugs cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Medicines:
    """The words that name medicines and doses, ready to be looked for."""

    named: re.Pattern[str]
    dose: re.Pattern[str]
    times: re.Pattern[str]
    takes: re.Pattern[str]
    endings: tuple[str, ...]
    not_medicines: frozenset[str]

    def named_in(self, reply: str) -> str | None:
        """The first words found that name a medicine, a form that medicines come in, or a dose; None without any.

        A number before a unit is a dose, unless it is so much of something in so much blood ("100 mg/dl"). How often
        a day counts only beside a word for taking, for teeth are brushed twice daily too.
        """
        text = reply.casefold()
        found = self.named.search(text) or self.dose.search(text)
        if found:
            return found[0]
        for word in re.findall(r"[^\W\d_]+", text):
            if word.endswith(self.endings) and word not in self.not_medicines and word not in self.endings:
                return str(word)
        for sentence in re.split(r"[.!?;\n]", text):
            often = self.times.search(sentence)
            if often and self.takes.search(sentence):
                return often[0]
        return None


@cache
def load(path: Path = TREE / "archive" / "drugs.yml") -> Medicines:
    """The words of a file, read once. Raises DrugsError that names the file and what is wrong in it."""
    data = read_cues(path, _KEYS, DrugsError)
    lists = {name: tuple(_flat(data[name])) for name in _LISTS}
    for name, words in lists.items():
        bad = [word for word in words if not isinstance(word, str) or not word.strip()] if words else [None]
        if bad:
            raise DrugsError(f"{path.name}: read {bad[0]!r} in {name}; expected words, in quotes where YAML needs them")
    return Medicines(
        named=_words(lists["names"] + lists["forms"]),
        # "5 to 10 mg", "0.25mg", "500mg/day", but not "100 mg/dl".
        dose=re.compile(rf"\d+\s?-?{_any(lists['units'])}(?!\w)(?!\s?(?:/|per)\s?{_any(lists['per'])}(?!\w))"),
        times=_words(lists["times"]),
        takes=_words(lists["takes"]),
        endings=lists["endings"],
        not_medicines=frozenset(lists["not_medicines"]),
    )


def _flat(words: Any) -> Iterable[Any]:
    """The words of a list, and of the lists in it."""
    for word in words if isinstance(words, list) else [words]:
        if isinstance(word, list):
            yield from word
        else:
            yield word


def _words(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){_any(words)}(?![\w-])")


def _any(words: Sequence[str]) -> str:
    longest_first = sorted((word.casefold() for word in words), key=len, reverse=True)
    return "(?:" + "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first) + ")"
