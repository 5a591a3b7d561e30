"""`signpost console`: what an operator does for the clinicians' pages."""

from __future__ import annotations

import os
from typing import Annotated, Optional

import typer

group = typer.Typer(help="The clinicians' pages: what they show, kept in step.", no_args_is_help=True)


@group.callback()
def _console() -> None:
    """The clinicians' pages: what they show, kept in step."""


@group.command("backfill")
def backfill_command(
    database: Annotated[
        Optional[str],
        typer.Option("--database", metavar="URL", help="Instead of SIGNPOST_DATABASE_URL.", show_default=False),
    ] = None,
) -> None:
    """Make the summaries that the list shows, for conversations that have none yet."""
    from bot.records.database import engine, migrate
    from bot.records.summaries import backfill
    from bot.settings import Settings

    given = {"SIGNPOST_DATABASE_URL": database} if database else {}
    opened = engine(Settings.read({**os.environ, **given}).database_url)
    migrate(opened)
    made = backfill(opened, lambda number: print(f"{number} made", flush=True))
    print(f"{made} summaries were missing and are made")
