"""`signpost channels`: what the messaging platforms have and lack, and telling a platform where to deliver.

As in `bot.cli`, everything but Typer is imported inside the command that needs it.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from bot.lines import CommandError

if TYPE_CHECKING:
    from rich.table import Table

    from bot.channels.base import Channel
    from bot.settings import Settings
    from bot.web.texts import Texts

channels = typer.Typer(help="Messaging platforms: what they have and lack.", no_args_is_help=True)

ON, INCOMPLETE, OFF = "on", "incomplete", "off"
_COLOURS = {ON: "green", INCOMPLETE: "yellow", OFF: "dim"}

Database = Annotated[
    Optional[str],
    typer.Option("--database", metavar="URL", help="Instead of SIGNPOST_DATABASE_URL.", show_default=False),
]


@dataclass(frozen=True)
class State:
    """Where a platform stands. `set` and `missing` are names of settings; no value of one is ever in it. `webhook` is
    None without a public address."""

    name: str
    title: str
    state: str
    set: tuple[str, ...]
    missing: tuple[str, ...]
    webhook: Optional[str]
    next: str


@channels.command("check")
def channels_check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    database: Database = None,
) -> None:
    """Tell what each messaging platform has, lacks and needs next; status 1 where one is half set up. Asks nobody."""
    settings = _settings(database)
    texts = _texts(settings)
    states = [_state(name, settings, texts) for name in _platforms()]
    waiting, why = _waiting(settings.database_url, texts)
    if as_json:
        told = {"public_url": settings.public_url or None, "platforms": [asdict(each) for each in states]}
        print(json.dumps({**told, "waiting": waiting}, ensure_ascii=False))
    else:
        _show(states, settings.public_url, texts("waiting", **waiting) if waiting else why, texts)
    raise typer.Exit(1 if any(each.state == INCOMPLETE for each in states) else 0)


@channels.command("set-webhook")
def channels_set_webhook(
    name: Annotated[str, typer.Argument(metavar="PLATFORM", help="telegram or line; the others are told by hand.")],
) -> None:
    """Tell a platform to deliver to SIGNPOST_PUBLIC_URL, and read back that it does."""
    settings = _settings(None)
    texts = _texts(settings)
    channel, url = _told_by_us(name, settings, texts)
    from bot.channels.base import Retry, Undeliverable

    title = channel.title
    try:
        found = asyncio.run(_set(channel, url))
    except Retry as failure:
        raise CommandError(texts("set.unreachable", title=title, reason=failure.reason)) from None
    except Undeliverable as failure:
        key = "set.token" if failure.reason == "not_allowed" else "set.refused"
        raise CommandError(texts(key, title=title, name=name.upper(), reason=failure.reason)) from None
    if found != url:
        raise CommandError(texts("set.other", title=title, url=found or texts("set.nowhere")))
    print(texts("set.done", title=title, url=url))
    if name == "line":
        print(texts("set.then_line"))


async def _set(channel: Any, url: str) -> str:
    """Sets a platform's webhook; gives what the platform then says it is."""
    from bot.channels.worker import new_client

    async with new_client() as client:
        await channel.set_webhook(url, client)
        return str(await channel.webhook(client))


def _told_by_us(name: str, settings: Settings, texts: Texts) -> tuple[Channel, str]:
    """A platform that can be told by us where to deliver, and that address. Raises CommandError."""
    if name not in _platforms():
        raise CommandError(texts("set.unknown", name=name, names=", ".join(_platforms())))
    from bot.channels.registry import lacking, platform

    made, url = platform(name), _webhook(name, settings)
    if not hasattr(made, "set_webhook"):
        where = url or texts("no_webhook")
        raise CommandError(texts("set.by_hand", title=made.title, next=texts(f"next.{name}"), url=where))
    if missing := lacking(made, settings):
        raise CommandError(texts("set.incomplete", title=made.title, missing=", ".join(missing)))
    if url is None:
        raise CommandError(texts("set.no_address", title=made.title))
    if not url.startswith("https://"):
        raise CommandError(texts("set.http", title=made.title))
    return made(settings.channels[name], settings.public_url), url


def _state(name: str, settings: Settings, texts: Texts) -> State:
    from bot.channels.registry import lacking, platform

    made, keys = platform(name), settings.channels.get(name) or {}
    missing = lacking(made, settings)
    return State(
        name=name,
        title=made.title,
        state=OFF if not keys else INCOMPLETE if missing else ON,
        set=tuple(f"SIGNPOST_{name}_{key}".upper() for key in keys),
        missing=missing,
        webhook=_webhook(name, settings),
        next=texts(f"next.{name}"),
    )


def _webhook(name: str, settings: Settings) -> Optional[str]:
    from bot.channels.webhooks import PATH

    return settings.public_url + PATH.format(name=name) if settings.public_url else None


def _waiting(url: str, texts: Texts) -> tuple[Optional[dict[str, int]], str]:
    """How much waits and how much was given up; None, and why, where that is not known. Changes nothing: a server of
    another version may be at work."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from bot.records.database import engine, version
    from bot.records.inbox import Inbox
    from bot.records.migrations import HEAD
    from bot.records.outbox import Outbox, Undelivered

    file = make_url(url).database if url.startswith("sqlite") else None
    if url.startswith("sqlite") and not (file and Path(file).exists()):
        return None, texts("no_database")
    opened = engine(url)
    try:
        found = version(opened)
        if found != HEAD:
            return None, texts("no_database" if found is None else "old_database")
        inbox, outbox = Inbox(opened, "").waiting(), Outbox(opened, "").waiting()
        return {"inbox": inbox, "outbox": outbox, "undelivered": Undelivered(opened).count()}, ""
    except SQLAlchemyError as error:
        return None, texts("bad_database", reason=type(error).__name__)
    finally:
        opened.dispose()


def _show(states: list[State], public_url: str, waiting: str, texts: Texts) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    console.print(escape(texts("address", url=public_url) if public_url else texts("no_address")))
    if public_url.startswith("http://"):
        console.print(texts("http"), style="yellow")
    for each in states:
        console.print(f"\n[bold]{escape(each.title)}[/bold]: [{_COLOURS[each.state]}]{texts(f'state.{each.state}')}[/]")
        # Words wrap beneath one another; the address stays in one piece, to be copied.
        console.print(_rows(each, texts), soft_wrap=False)
        console.print(f"  {texts('row.webhook'):<11} {escape(each.webhook or texts('no_webhook'))}")
    console.print(f"\n{escape(waiting)}")


def _rows(state: State, texts: Texts) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
    table.add_column(no_wrap=True, min_width=9)
    table.add_column()
    if state.set:
        table.add_row(texts("row.set"), ", ".join(state.set))
    if state.missing:
        table.add_row(texts("row.missing"), ", ".join(state.missing))
    table.add_row(texts("row.next"), escape(state.next))
    return table


def _platforms() -> tuple[str, ...]:
    from bot.channels.registry import PLATFORMS

    return tuple(PLATFORMS)


def _settings(database: str | None) -> Settings:
    from bot.settings import Settings

    return Settings.read({**os.environ, **({"SIGNPOST_DATABASE_URL": database} if database else {})})


def _texts(settings: Settings) -> Texts:
    from bot.knowledge import load
    from bot.web.texts import Texts

    return Texts(load(settings.knowledge_path), settings, "channels_check")
