"""Every word that the bot says, by key: the file's name, then the names inside it ("advice.headline.routine")."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from bot.knowledge.problems import nearest


class Messages:
    """The texts of one language."""

    def __init__(self, groups: Mapping[str, Any]) -> None:
        self._texts = dict(flatten(groups))

    def text(self, key: str, **values: object) -> str:
        """The text under `key` with its {placeholders} filled. Raises KeyError that names the nearest key."""
        try:
            text = self._texts[key]
        except KeyError:
            raise KeyError(f'no message "{key}" in knowledge/messages. {nearest(key, self._texts)}') from None
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is a text under `key`."""
        return key in self._texts

    def under(self, prefix: str) -> dict[str, str]:
        """All texts whose key begins with `prefix` and a dot, by the rest of the key."""
        start = prefix + "."
        return {key[len(start) :]: text for key, text in self._texts.items() if key.startswith(start)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


def flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of nested groups, each by its whole key, the names on the way joined by dots; a list counts from 0."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from flatten(inner, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from flatten(inner, f"{prefix}.{place}")
    else:
        yield prefix, str(value).strip()
