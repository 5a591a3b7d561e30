"""The knowledge is read by two parsers, the fast one and the one that knows lines: they must agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import ryaml
import yaml

from bot.knowledge.files import _PlainLoader, read_plain
from bot.knowledge.loading import TREE

FILES = sorted(TREE.rglob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TREE).as_posix())
def test_both_parsers_read_the_shipped_files_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert json.dumps(ryaml.loads(text)) == json.dumps(yaml.load(text, Loader=_PlainLoader))


@pytest.mark.parametrize("text", ["say: [no, on, off, yes, y]", "day: 2026-11-23", "a: &it [x]\nb: *it"])
def test_words_and_dates_stay_words(text: str) -> None:
    assert ryaml.loads(text) == yaml.load(text, Loader=_PlainLoader)
    assert all(isinstance(word, str) for value in read_plain(text).values() for word in value)


def test_what_one_refuses_the_other_explains() -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="is here twice"):
        read_plain("a: 1\na: 2\n")
