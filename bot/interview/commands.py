"""The commands for authors of the knowledge: `signpost knowledge check` and `signpost parse`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from rich.console import Console

from bot.interview.proof import check
from bot.knowledge import load
from bot.knowledge.files import line_of
from bot.nlu.marking import marked
from bot.nlu.provenance import Maker, makers
from bot.nlu.reader import Reader


def check_command(path: Path, as_json: bool = False) -> int:
    """Prints every problem of a knowledge folder. Gives 1 where there is one that is more than a warning, or 0."""
    found = check(path)
    if as_json:
        print(json.dumps([str(problem) for problem in found], ensure_ascii=False, indent=1))
    else:
        for problem in found:
            print(problem)
        warnings = sum(1 for problem in found if problem.warning)
        beside = f" and {_count(warnings, 'warning')}" if warnings else ""
        print(f"{_count(len(found) - warnings, 'problem')}{beside} in {path}")
    return 0 if all(problem.warning for problem in found) else 1


def parse_command(text: str, path: Path, as_of: date, as_json: bool = False) -> None:
    """Prints the reading of a text: marked in it, or, with `as_json`, as one JSON object that `Reading.from_json` reads
    back, with what made each mention beside it."""
    knowledge = load(path)
    reader = Reader(knowledge)
    reading = reader.read(text, as_of)
    made_by = makers(reading, reader.lexicon)
    if as_json:
        print(json.dumps({**reading.to_json(), "made_by": [each.to_json() for each in made_by]}, ensure_ascii=False))
        return
    labels = {finding.id: finding.label for finding in knowledge.findings.values()}
    console = Console(highlight=False)
    for each in marked(reading, [(maker, _place(path, maker)) for maker in made_by], labels, console.width):
        console.print(each)


def _place(path: Path, maker: Maker) -> str:
    line = line_of(path, maker.file, maker.keys) if maker.file else 0
    return f"{maker.file}:{line}" if line else maker.file


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"
