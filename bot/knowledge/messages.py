"""Every word that the bot says, by key: the file's name, then the names inside it ("advice.headline.routine")."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from bot.knowledge.problems import nearest


class Messages:
    """The texts of one language."""

    def __init__(self, groups: Mapping[str, Any]) -> None:
        self._texts = dict(_flatten("", groups))

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


def _flatten(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flatten(f"{prefix}.{name}" if prefix else str(name), inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _flatten(f"{prefix}.{place}", inner)
    else:
        yield prefix, str(value).strip()
