"""The word lists of a language (knowledge/language), by the names of their files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.knowledge.fields import not_a_word
from bot.knowledge.problems import KeyPath, KnowledgeError


def word_lists(documents: Mapping[str, Any]) -> dict[str, Any]:
    """Documents such as "language/en/cues.yml" by their short names. Raises KnowledgeError where a list of words holds
    a truth value or nothing, which is what YAML makes of a bare "true" or "null"."""
    for file, data in documents.items():
        _check(file, (), data)
    return {file.split("/")[-1][:-4]: data for file, data in documents.items()}


def _check(file: str, keys: KeyPath, data: Any) -> None:
    if isinstance(data, Mapping):
        for name, value in data.items():
            if name is None or isinstance(name, bool):
                raise KnowledgeError(file, (*keys, str(name).lower()), not_a_word(name))
            _check(file, (*keys, name), value)
    elif isinstance(data, list):
        for place, item in enumerate(data):
            if item is None or isinstance(item, bool):
                raise KnowledgeError(file, (*keys, place), not_a_word(item))
            _check(file, (*keys, place), item)
