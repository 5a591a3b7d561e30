"""Entries of a YAML file with the lines they stand on, so that a fault can be named by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class EntryError(ValueError):
    """Entries cannot be used: a line for each fault, with the file, the line, what was read and what was expected."""

    @property
    def faults(self) -> tuple[str, ...]:
        """One line for each fault."""
        return tuple(str(self).splitlines())


def entries(path: Path, name: str, what: str) -> list[tuple[yaml.Node, Any]]:
    """The entries of a file that holds a list of `what`, each with its node. `name` is what errors call the file.

    Raises EntryError.
    """
    text = path.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise EntryError(f"{name}:{mark.line + 1 if mark else 0}: cannot be read: {error.problem}") from error
    if not isinstance(root, yaml.SequenceNode):
        read = "nothing" if data is None else f"a {type(data).__name__}"
        raise EntryError(f"{name}:1: expected a list of {what}, read {read}.")
    return list(zip(root.value, data))


def lines(node: yaml.MappingNode) -> dict[str, int]:
    """The line of each key of a mapping."""
    return {key.value: key.start_mark.line + 1 for key, _ in node.value}


def flat(text: str) -> str:
    """The text on one line, with one space between words."""
    return " ".join(text.split())
