"""`signpost evaluate triage`: measures, prints, and writes what was asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Optional

from rich.console import Console

from bot.evaluation.bar import broken
from bot.evaluation.bars import bars
from bot.evaluation.output import write
from bot.evaluation.page import page
from bot.evaluation.table import show
from bot.evaluation.triage import evaluate
from bot.evaluation.vignette import TREE, VignetteError, load_vignettes
from bot.knowledge import load
from bot.nlu.reader import Reader

# Random patients for each topic: enough for a 90th percentile, done in seconds.
_RANDOMS = 30


def triage_command(
    knowledge_path: Path, data: Optional[Path], as_json: Optional[Path], html: Optional[Path], must_clear: bool
) -> int:
    """Measures the vignettes in `data` (those that come with the program without it) and prints the card.

    Writes it as JSON and as HTML to the files given. Gives the exit status: 1 where `must_clear` and a bar is broken,
    and where a vignette is faulty: each fault is then a line on standard error. Raises KnowledgeError and OSError.
    """
    knowledge = load(knowledge_path)
    try:
        vignettes = load_vignettes(data or TREE, knowledge)
    except VignetteError as error:
        for fault in error.faults:
            print(f"signpost: {fault}", file=sys.stderr)
        return 1
    card = evaluate(vignettes, knowledge, Reader(knowledge), randoms=_RANDOMS)
    show(card, Console(highlight=False))
    if as_json is not None:
        write(as_json, json.dumps(card.to_json(), indent=1, ensure_ascii=False) + "\n")
    if html is not None:
        write(html, page(card, knowledge))
    return 1 if must_clear and broken(bars(card)) else 0
