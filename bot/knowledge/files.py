"""The files of the knowledge folder: read fast as plain data; line numbers are looked up only for what is wrong."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Mapping, Optional

import ryaml
import yaml

from bot.knowledge.problems import KeyPath, KnowledgeError

FOLDERS = ("findings", "rules", "topics", "messages", "language")
SINGLES = ("sources.yml", "interview.yml")

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Loader):  # type: ignore[misc, valid-type]
    """Dates stay text, so that what is stored as JSON reads back the same; a repeated key is an error."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.MarkedYAMLError(
                problem=f'"{key}" is here twice (first on line {seen[key]}). Keep one of them.',
                problem_mark=key_node.start_mark,
            )
        seen[key] = key_node.start_mark.line + 1
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True) for key, value in node.value
    }


# "no", "on" and "yes" are words that patients say, not truth values; only true and false are.
_PlainLoader.yaml_implicit_resolvers = {
    letter: [each for each in resolvers if letter in "tTfF" or each[0] != "tag:yaml.org,2002:bool"]
    for letter, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def read_plain(text: str) -> Any:
    """Plain data of one YAML (or JSON) text, read as the knowledge is. Raises yaml.YAMLError.

    ryaml reads a text in a sixth of PyYAML's time, and every command begins with it. It does not know the place of a
    fault as well, nor every corner of YAML, so what it refuses is read again by PyYAML, whose word counts.
    """
    try:
        return ryaml.loads(text)
    except ValueError:
        return yaml.load(text, Loader=_PlainLoader)


def read_documents(root: Path) -> dict[str, Any]:
    """Every knowledge file as plain data, keyed by its path relative to `root`; the archive is no part of it.

    Raises KnowledgeError for a folder that is not there or a file that is not YAML, with its line.
    """
    if not (root / "findings").is_dir():
        raise KnowledgeError(str(root), (), "this is no knowledge folder: it has no findings/ in it. Give its path.")
    paths = [path for name in FOLDERS for path in sorted((root / name).rglob("*.yml"))]
    paths += sorted((root / "messages" / "en").glob("*.json"))
    paths += [root / name for name in SINGLES if (root / name).is_file()]
    documents: dict[str, Any] = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        try:
            data = read_plain(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            words = error.problem or "this is not YAML"
            raise KnowledgeError(name, (), f"cannot be read: {words}", mark.line + 1 if mark else 0) from error
        if not isinstance(data, dict):
            node = yaml.compose(text, Loader=_Loader)
            read = "nothing" if data is None else f"a {type(data).__name__}"
            words = f"expected names with values under them, read {read}."
            raise KnowledgeError(name, (), words, node.start_mark.line + 1 if node else 0)
        documents[name] = data
    return documents


def canonical(documents: Mapping[str, Any]) -> bytes:
    """The one JSON form of the knowledge: what is stored once a version, and what the version is the hash of.

    Names stay in the order of the files: the order of the questions means something, and a decision must replay from
    what is stored byte for byte.
    """
    return json.dumps(documents, ensure_ascii=False, separators=(",", ":")).encode()


def version_of(data: bytes) -> str:
    """The version of the knowledge: SHA-256 of its canonical JSON, in hex."""
    return hashlib.sha256(data).hexdigest()


def line_of(root: Path, file: str, keys: KeyPath) -> int:
    """The line of the place that `keys` leads to, or of the last part of the way that exists; 0 if none does."""
    path = root / file
    if not path.is_file():
        return 0
    node: Optional[yaml.Node] = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    line = 0
    for key in keys:
        found = None
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                if key_node.value == str(key):
                    line, found = key_node.start_mark.line + 1, value_node
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = node.value[key]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line
