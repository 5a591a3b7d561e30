"""What `signpost archive import` does: progress while it runs, and an account at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.archive.entry import Account
from bot.archive.importing import import_paths
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
