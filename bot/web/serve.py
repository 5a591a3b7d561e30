"""Starting the server: everything that must be there is made, the door opens, and the model is loaded behind it."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Optional

import structlog
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.web.texts import Texts

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.archive.search import Archive
    from bot.channels.messaging import Messaging
    from bot.settings import Settings

log = structlog.get_logger(__name__)

BACKLOG = 512
# Name, display and role of the account that a demonstration begins with.
DEMO = ("demo", "Demonstration", "lead")


class ServeError(Exception):
    """The server cannot start as it was asked to; the message says why and what to do."""


def serve(settings: Settings) -> None:
    """Serves until it is stopped. `settings` must have their secrets (`with_secrets`).

    Connections are taken, and emergencies answered, before Rasa's model is loaded; /readyz says when all is there.
    Raises ServeError: rules without a signature where patients are to use it, or a port that is taken.
    """
    from bot.dialogue import quiet

    quiet.hush()
    if not sys.warnoptions:
        # Rasa's frozen libraries warn about one another's futures, and turn their warnings on again where they were
        # turned off: nothing that who starts a server can act on.
        warnings.showwarning = lambda *_, **__: None
    from bot.console.archive import Archives
    from bot.knowledge import load
    from bot.web.app import create_app, unsigned

    console = Console(highlight=False, soft_wrap=True)
    knowledge = load(settings.knowledge_path)
    texts = Texts(knowledge, settings, "web")
    rules = unsigned(knowledge)
    if settings.public and rules:
        raise ServeError(texts("serve.public_refused", count=len(rules), rules=", ".join(rules[:3])))
    listening = _listen(settings, texts)
    try:
        from bot.dialogue.opening import open_archive, open_desk
        from bot.nlu.reader import Reader
        from bot.records.conversations import Conversations
        from bot.records.database import engine, migrate

        database = engine(settings.database_url)
        migrate(database)
        if not settings.public:
            _sample_archive(settings, database, texts, console)
        reader = Reader(knowledge)
        archive = open_archive(database, knowledge, reader)
        if told := _archive_state(database, archive, texts):
            console.print(told)
        desk = open_desk(settings, database, knowledge, reader, archive)
        messaging = _messaging(settings, desk, database, knowledge, reader, texts, console)
        say = _sayer(settings, listening, texts, console, len(rules), lambda: _first_link(settings, database))
        app = create_app(
            settings,
            desk,
            Conversations(database),
            knowledge,
            archives=Archives.of(database, archive),
            reader=reader,
            messaging=messaging,
            lifespan=_lifespan(settings, desk, database, texts, say, messaging),
        )
        _run(app, listening)
    finally:
        listening.close()


def _messaging(
    settings: Settings, desk: Any, database: Engine, knowledge: Any, reader: Any, texts: Texts, console: Console
) -> Optional[Messaging]:
    """The messaging platforms that have their keys. Those that lack one are named, and stay off."""
    from bot.channels.messaging import open_messaging

    messaging, off = open_messaging(settings, desk, database, knowledge, reader, texts.of("channels"))
    for each in off:
        console.print(texts("serve.channel_off", title=each.title, missing=", ".join(each.missing)), style="yellow")
    if messaging is not None:
        console.print(texts("serve.channels_on", titles=", ".join(each.title for each in messaging.channels.values())))
    return messaging


def _run(app: Starlette, listening: socket.socket) -> None:
    import uvicorn

    # No access log: it tells nothing that the counters do not. No websockets: the library that Rasa pins is too old
    # for uvicorn, and nothing here speaks them.
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="none", server_header=False, timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listen(settings: Settings, texts: Texts) -> socket.socket:
    """A socket that listens already: who connects now waits a moment, and is not turned away."""
    listening = None
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        if listening is not None:
            listening.close()
        reason = error.strerror or str(error)
        values = {"host": settings.host, "port": settings.port, "other": settings.port + 1, "reason": reason}
        raise ServeError(texts("serve.port_taken", **values)) from error
    return listening


def _sample_archive(settings: Settings, database: Engine, texts: Texts, console: Console) -> None:
    """Fills an empty archive with the sample that comes with the program, which says of itself that it is one."""
    from bot.archive.commands import embed_entries
    from bot.archive.importing import import_paths
    from bot.records.models import archive_entries

    try:
        with database.connect() as connection:
            if connection.execute(select(archive_entries.c.id).limit(1)).first() is not None:
                return
        with console.status(texts("serve.importing")):
            account = import_paths([settings.knowledge_path / "archive" / "sample"], database)
            embed_entries(database, console, quiet=True)
        console.print(texts("serve.imported", count=account.imported))
    except (SQLAlchemyError, OSError, ValueError) as error:
        # The archive only illustrates: without it the rules decide as before.
        console.print(texts("serve.import_failed", reason=type(error).__name__))


def _archive_state(database: Engine, archive: Archive, texts: Texts) -> str:
    """What the operator should know of the archive's search: that it goes by words alone, for all entries or some."""
    from bot.archive.embedding import pending

    if archive.model is None:
        return texts("serve.no_archive_model")
    waiting = pending(database, archive.model)
    return texts("serve.entries_wait", count=waiting) if waiting else ""


def _first_link(settings: Settings, database: Engine) -> str:
    """The one-time code of an account to begin with, where it is a demonstration and nobody can sign in yet."""
    from bot.records.audit import COMMAND_LINE, Audit
    from bot.records.users import Users

    users, now = Users(database), datetime.now(timezone.utc)
    if settings.public or any(row.name != DEMO[0] or row.password for row in users.list()):
        return ""
    audit = Audit(database, settings.secret or "")
    if users.add(*DEMO, now):
        audit.write(COMMAND_LINE, "user_added", DEMO[0], role=DEMO[2])
    row = users.named(DEMO[0])
    if row is None or row.disabled_at is not None:
        return ""
    code = users.invite(row.id, now)
    audit.write(COMMAND_LINE, "link_made", row.name)
    return code


def _sayer(
    settings: Settings,
    listening: socket.socket,
    texts: Texts,
    console: Console,
    unsigned: int,
    first_link: Callable[[], str] = lambda: "",
) -> Callable[[str, Any], None]:
    """What the server tells whoever started it: where it is and what to try, then what happens to the model."""
    port = listening.getsockname()[1]
    host = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else settings.host
    address = f"http://{host}:{port}/"

    def say(what: str, value: Any = None) -> None:
        if what == "address":
            console.print(f"\n{texts('serve.ready_at')} [bold]{address}[/bold]")
            console.print(f"{texts('serve.console_at')}: {address}console")
            if code := first_link():
                console.print(f"{texts('serve.first_account')} {address}console/invite/{code}")
                console.print(texts("serve.more_accounts"))
            if not settings.public:
                console.print(f"{texts('serve.demo_at')}: {address}demo    {texts('serve.embed_at')}: {address}embed")
            console.print(texts("serve.try"))
            for name in ("one", "two", "three"):
                console.print(f"  {texts.of('widget')(f'try.{name}')}", style="italic")
            if unsigned:
                console.print(texts("serve.demonstration", count=unsigned), style="yellow")
            console.print(f"{texts('serve.stop')}\n")
        elif what == "ready":
            console.print(texts("serve.loaded", seconds=f"{value:.1f}"), style="green")
        elif what == "failed":
            console.print(texts("serve.model_failed"), style="red")
        else:
            console.print(value)

    return say


def _fill_summaries(database: Engine, stopping: threading.Event) -> None:
    """Makes what the console's list shows of conversations of an earlier version. The chat does not wait for it."""
    from bot.records.summaries import backfill

    try:
        backfill(database, stop=stopping.is_set)
    except SQLAlchemyError as error:
        log.error("summaries.backfill_failed", error=type(error).__name__)


def _lifespan(
    settings: Settings,
    desk: Any,
    database: Engine,
    texts: Texts,
    say: Callable[[str, Any], None],
    messaging: Optional[Messaging] = None,
) -> Callable[[Starlette], Any]:
    """Loads the model while the server answers already, and ends that with it."""
    started = time.perf_counter()

    async def bring_rasa() -> None:
        from bot.dialogue.opening import load_dialogue

        ready = await load_dialogue(desk, database, settings.home, lambda line: say("progress", line))
        # What is loaded now stays: to look through all of it for garbage takes a third of a second, in which nobody is
        # answered.
        gc.collect()
        gc.freeze()
        say("ready" if ready else "failed", time.perf_counter() - started)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        say("address", None)
        stopping = threading.Event()
        loading = asyncio.create_task(bring_rasa())
        if messaging is not None:
            messaging.start()
        summing = asyncio.create_task(asyncio.to_thread(_fill_summaries, database, stopping))
        try:
            yield
        finally:
            stopping.set()
            if messaging is not None:
                await messaging.stop()
            loading.cancel()
            await asyncio.gather(loading, summing, return_exceptions=True)

    return lifespan
