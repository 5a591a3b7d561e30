"""Files of words in `knowledge/archive`: read whole, with exactly the keys that are expected."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml


def read_cues(path: Path, keys: Collection[str], wrong: type[ValueError]) -> dict[str, Any]:
    """The mapping of a file. Raises `wrong`, which names the file and what is wrong in it."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise wrong(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(data, dict) or set(data) != set(keys):
        found = sorted(set(keys) ^ set(data)) if isinstance(data, dict) else "no mapping"
        raise wrong(f"{path.name}: expected exactly the keys {', '.join(sorted(keys))}; missing or unknown: {found}")
    return data
