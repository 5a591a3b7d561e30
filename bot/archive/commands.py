"""What `signpost archive` does: import with progress and an account, and search from lines to lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.archive.entry import Account, shown
from bot.archive.importing import import_paths
from bot.archive.search import Archive, ReadsTexts
from bot.records import database

BEST = 10
MOST_REFUSALS = 50
COUNTS = ("read", "imported", "updated", "unchanged", "merged", "linked", "ignored")


def import_command(
    paths: Sequence[Path | str], database_url: str, *, console: Console | None = None, as_json: bool = False
) -> int:
    """Imports files and folders, shows progress and then the account; gives the exit status.

    The status is 1 where nothing at all could be taken of what was given, or a path could not be read; an entry that
    is refused among others is told in the account only. Raises DatabaseError. The schema is made where there is none.
    """
    out = console or Console()
    engine = database.engine(database_url)
    database.migrate(engine)
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TextColumn("bytes"), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=as_json) as progress:
        task = progress.add_task("importing", total=None)
        account = import_paths(
            paths, engine, lambda done, total: progress.update(task, completed=done, total=max(total, 1))
        )
    if as_json:
        out.print_json(json.dumps(account.to_json()))
    else:
        show_account(account, out)
    taken = account.read - sum(refusal.line is not None for refusal in account.refused)
    return 1 if any(refusal.line is None for refusal in account.refused) or not taken else 0


def show_account(account: Account, out: Console) -> None:
    """Prints what an import did: the counts in one line, then every refusal, up to fifty of them."""
    counts = [f"{getattr(account, name):,} {name}" for name in COUNTS if getattr(account, name) or name != "ignored"]
    out.print(f"{', '.join(counts)}, {len(account.refused):,} refused", highlight=False)
    for refusal in account.refused[:MOST_REFUSALS]:
        out.print(f"[red]refused[/red] {escape(str(refusal))}", highlight=False, soft_wrap=True)
    if len(account.refused) > MOST_REFUSALS:
        out.print(f"... and {len(account.refused) - MOST_REFUSALS:,} more", highlight=False)


def search_command(
    lines: Iterable[str],
    out: TextIO,
    database_url: str,
    *,
    knowledge: Any = None,
    reader: ReadsTexts | None = None,
) -> int:
    """Answers {"id", "text"} lines with {"id", "results": [{"entry", "title", "score"}]}, in order; gives the status.

    The results are the best ten whatever their score. A line that is not valid gets {"id", "error"}, and the status
    is 1 at the end. With a reader (and its knowledge) what both texts say counts too. Raises DatabaseError.
    """
    engine = database.engine(database_url)
    database.migrate(engine)
    archive = Archive(engine, knowledge, reader)
    status = 0
    for line in lines:
        if not line.strip():
            continue
        answer: dict[str, Any]
        asked_id, text, error = _asked(line)
        if error:
            answer, status = {"id": asked_id, "error": error}, 1
        else:
            answer = {"id": asked_id, "results": [hit.to_json() for hit in archive.search(text, BEST)]}
        out.write(json.dumps(answer) + "\n")
        out.flush()
    return status


def _asked(line: str) -> tuple[Any, str, str | None]:
    """The id and the text of a line, or what is wrong with it."""
    try:
        asked = json.loads(line)
    except json.JSONDecodeError as error:
        return None, "", f"read {shown(line)}; expected one JSON object on the line: {error.msg} at {error.pos + 1}"
    if not isinstance(asked, dict):
        return None, "", f'read {shown(line)}; expected a JSON object with "id" and "text"'
    if "id" not in asked:
        return None, "", f'read fields {", ".join(asked) or "none"}; expected "id" and "text"'
    if not isinstance(asked.get("text"), str):
        return asked["id"], "", f'read fields {", ".join(asked)}; expected a text in "text"'
    return asked["id"], asked["text"], None
