"""What `signpost archive import` does: progress while it runs, and an account at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from sqlalchemy.engine import Engine

from bot.archive import meaning
from bot.archive.columns import Columns
from bot.archive.embedding import embed, pending
from bot.archive.entry import Account
from bot.archive.importing import import_paths
from bot.records import database

MOST_REFUSALS = 50
COUNTS = {
    "read": "read",
    "imported": "imported",
    "updated": "updated",
    "unchanged": "unchanged",
    "merged": "merged",
    "near": "nearly the same as another",
    "linked": "linked",
}


def import_command(
    paths: Sequence[Path | str],
    database_url: str,
    *,
    maps: Sequence[str] = (),
    console: Console | None = None,
    as_json: bool = False,
    later: bool = False,
) -> int:
    """Imports files and folders, shows progress and then the account; gives the exit status.

    Then the entries are read for what they mean, unless that is left for `later`: `embed_command` does it any time.

    `maps` says in which columns the fields are, such as "title=Subject". The status is 1 where nothing at all could be
    taken of what was given, or a path could not be read; an entry that is refused among others is told in the account
    only. Raises DatabaseError, and ColumnError before anything is read. The schema is made where there is none. An
    import that is interrupted tells what it has done so far.
    """
    out = console or Console()
    columns = Columns.read(maps)
    engine = database.engine(database_url)
    database.migrate(engine)
    account = Account()
    with Progress(
        TextColumn("importing"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[entries]:,} entries"),
        TimeRemainingColumn(),
        console=out,
        transient=True,
        disable=as_json or not out.is_terminal,
    ) as progress:
        task = progress.add_task("importing", total=None, entries=0)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=max(total, 1), entries=account.read)

        try:
            import_paths(paths, engine, show, columns=columns, account=account)
        except KeyboardInterrupt:
            progress.stop()
            if not as_json:
                show_account(account, out)
                out.print("Interrupted: what was stored stays. The same command again goes on from there.")
            raise
    if as_json:
        out.print_json(json.dumps(account.to_json()))
    else:
        show_account(account, out)
    if not later:
        embed_entries(engine, out, quiet=as_json)
    taken = account.read - sum(refusal.line is not None for refusal in account.refused)
    return 1 if any(refusal.line is None for refusal in account.refused) or not taken else 0


def embed_command(database_url: str, *, console: Console | None = None) -> int:
    """Reads the entries that wait for it; gives the exit status, 1 where there is no model to read them with."""
    engine = database.engine(database_url)
    database.migrate(engine)
    return 0 if embed_entries(engine, console or Console(), quiet=False) else 1


def embed_entries(engine: Engine, out: Console, *, quiet: bool) -> bool:
    """Reads the entries that wait, with progress; whether there was a model for it. Can be broken off at any time."""
    model = meaning.load()
    if model is None:
        if not quiet:
            out.print("There is no model: search goes by words alone, and finds less. `make setup` brings it.")
        return False
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("entries"), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=quiet or not out.is_terminal) as progress:
        task = progress.add_task("reading", total=None)
        try:
            done = embed(engine, model, lambda done, total: progress.update(task, completed=done, total=max(total, 1)))
        except KeyboardInterrupt:
            progress.stop()
            if not quiet:
                left = pending(engine, model.model)
                out.print(f"Interrupted: {left:,} entries wait. `signpost archive embed` goes on with them.")
            raise
    if not quiet:
        out.print(f"{done:,} read for what they mean", highlight=False)
    return True


def show_account(account: Account, out: Console) -> None:
    """Prints what an import did: the counts in one line, then every refusal, up to fifty of them."""
    counts = [f"{getattr(account, name):,} {words}" for name, words in COUNTS.items()]
    out.print(f"{', '.join(counts)}, {len(account.refused):,} refused", highlight=False, soft_wrap=True)
    if account.ignored:
        out.print(f"{account.ignored:,} files in folders are of no kind that is imported", highlight=False)
    for refusal in account.refused[:MOST_REFUSALS]:
        out.print(f"[red]refused[/red] {escape(str(refusal))}", highlight=False, soft_wrap=True)
    if len(account.refused) > MOST_REFUSALS:
        out.print(f"... and {len(account.refused) - MOST_REFUSALS:,} more: --json has them all", highlight=False)
