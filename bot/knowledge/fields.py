"""The fields of one entry of a knowledge file, taken so that a fault can be named with its place."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Mapping, Optional

from bot.knowledge.problems import KeyPath, KnowledgeError, nearest


def not_a_word(item: Optional[bool]) -> str:
    """What is wrong with an item of a list of words that YAML reads as a truth value, or as nothing."""
    read = {True: "true", False: "false", None: "nothing"}[item]
    return f"expected a word, read {read}, as YAML takes it. Put the word in quotation marks."


class Fields:
    """The fields of one entry, taken with their place in mind so that a fault can be named."""

    def __init__(self, file: str, keys: KeyPath, data: Any, valid: tuple[str, ...]) -> None:
        self.file, self.keys = file, keys
        if not isinstance(data, dict):
            raise KnowledgeError(file, keys, f"expected {', '.join(valid)} with values, read {data!r}.")
        for name in data:
            if name not in valid:
                raise KnowledgeError(file, (*keys, name), f'unknown word "{name}". {nearest(name, valid)}')
        self.data = data

    def need(self, name: str) -> Any:
        """The value of a field that every entry has."""
        if self.data.get(name) in (None, "", []):
            raise KnowledgeError(self.file, self.keys, f'"{name}" is missing. Every entry here needs it.')
        return self.data[name]

    def text(self, name: str) -> str:
        """A needed text, on one line."""
        return " ".join(str(self.need(name)).split())

    def maybe(self, name: str) -> Optional[str]:
        """A text, None where there is none."""
        return self.text(name) if self.data.get(name) else None

    def known(self, name: str, valid: Mapping[str, Any], what: str, where: str) -> Optional[str]:
        """The name of a thing (`what`) that is declared elsewhere (`where`), None where there is none."""
        word = self.maybe(name)
        if word is not None and word not in valid:
            raise KnowledgeError(
                self.file,
                (*self.keys, name),
                f'unknown {what} "{word}". {nearest(word, valid)} They are declared in {where}.',
            )
        return word

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty where there is none. A bare true or nothing at all is no text."""
        for place, item in enumerate(self.sequence(name)):
            if item is None or isinstance(item, bool):
                raise KnowledgeError(self.file, (*self.keys, name, place), not_a_word(item))
        return tuple(" ".join(str(item).split()) for item in self.sequence(name))

    def sequence(self, name: str) -> list[Any]:
        """A list of anything, empty where there is none."""
        value = self.data.get(name) or []
        if not isinstance(value, list):
            raise KnowledgeError(self.file, (*self.keys, name), f"expected a list, read {value!r}.")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Names with values under them, empty where there are none."""
        value = self.data.get(name) or {}
        if not isinstance(value, dict):
            raise KnowledgeError(
                self.file, (*self.keys, name), f"expected names with values under them, read {value!r}."
            )
        return value

    def whole(self, name: str) -> int:
        """A whole number, 0 where there is none."""
        value = self.data.get(name, 0)
        if not re.fullmatch(r"\d+", str(value)):
            raise KnowledgeError(self.file, (*self.keys, name), f"expected a whole number, read {value!r}.")
        return int(value)

    def one_of(self, name: str, valid: tuple[str, ...]) -> str:
        """A needed word, one of the valid ones."""
        value = self.need(name)
        if value not in valid:
            raise KnowledgeError(self.file, (*self.keys, name), f'unknown {name} "{value}". {nearest(value, valid)}')
        return str(value)

    def names(self, name: str, valid: Mapping[str, Any], what: str, where: str) -> tuple[str, ...]:
        """A list of names of things (`what`) that are declared elsewhere (`where`)."""
        for place, word in enumerate(self.texts(name)):
            if word not in valid:
                raise KnowledgeError(
                    self.file,
                    (*self.keys, name, place),
                    f'unknown {what} "{word}". {nearest(word, valid)} They are declared in {where}.',
                )
        return self.texts(name)

    def day(self, name: str) -> date:
        """A needed date."""
        value = self.need(name)
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise KnowledgeError(
                self.file, (*self.keys, name), f'"{value}" is no date. Write it as 2026-11-23.'
            ) from None
