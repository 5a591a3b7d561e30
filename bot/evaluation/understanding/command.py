"""`signpost evaluate nlu`: measures, prints, and writes what was asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Optional

from rich.console import Console

from bot.evaluation.bar import broken
from bot.evaluation.output import write
from bot.evaluation.sets import SetError
from bot.evaluation.understanding.bars import bars
from bot.evaluation.understanding.labelled import TREE, LabelError
from bot.evaluation.understanding.measuring import measure
from bot.evaluation.understanding.page import page
from bot.evaluation.understanding.peers import Peers, load_peers
from bot.evaluation.understanding.table import show
from bot.knowledge import load
from bot.nlu.reader import Reader


def nlu_command(
    knowledge_path: Path,
    data: Optional[Path],
    as_json: Optional[Path],
    html: Optional[Path],
    must_clear: bool,
    with_peers: bool = False,
    own: Path = TREE,
) -> int:
    """Measures our own labelled messages and the sets in the folder `data`, and prints the card; `with_peers` beside
    the peers that are installed.

    Writes it as JSON and as HTML to the files given. Gives the exit status: 1 where `must_clear` and a bar is broken,
    and where labels or a set cannot be used: each fault is then a line on standard error. Raises KnowledgeError and
    OSError.
    """
    if data is not None and not data.is_dir():
        print(f"signpost: no such folder: {data}", file=sys.stderr)
        return 1
    knowledge = load(knowledge_path)
    try:
        card = measure(knowledge, Reader(knowledge), own, data, _peers() if with_peers else None)
    except (LabelError, SetError) as error:
        for line in str(error).splitlines():
            print(f"signpost: {line}", file=sys.stderr)
        return 1
    show(card, Console(highlight=False))
    if as_json is not None:
        write(as_json, json.dumps(card.to_json(), indent=1, ensure_ascii=False) + "\n")
    if html is not None:
        write(html, page(card))
    return 1 if must_clear and broken(bars(card)) else 0


def _peers() -> Peers:
    peers = load_peers()
    for line in peers.missing:
        print(line)
    return peers
