"""Sets of messages that others wrote, in a folder of their own: JSON lines, and label files beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Optional

import yaml


class SetError(ValueError):
    """A set cannot be used: the file, the line, and what was expected."""


def rows(path: Path, *needed: str) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines, each with the fields that are needed. Raises SetError."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise SetError(f"{path}:{number}: not JSON: {error.msg}") from None
        missing = [name for name in needed if not isinstance(row, dict) or name not in row]
        if missing:
            raise SetError(f"{path}:{number}: {', '.join(missing)} missing")
        found.append(row)
    return found


def labels(path: Path) -> Optional[dict[str, Any]]:
    """The hand labels of a YAML file that maps names to lists; None where there is no such file. Raises SetError."""
    if not path.is_file():
        return None
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or not all(isinstance(each, list) for each in data.values()):
        raise SetError(f"{path}: expected names, each with a list")
    return {str(name): each for name, each in data.items()}
