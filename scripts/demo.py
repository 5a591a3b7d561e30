"""Fills a home of its own with a believable clinic's month, and serves it: `make demo`.

    python scripts/demo.py [--size 420] [--only-seed]

Every conversation is real: made-up people (scripts/demo_people.py) write to the same desk that serves patients, with
the real model, and it answers, decides and records. Then there are accounts, and verdicts on some of the
conversations. The home is var/demo, unless SIGNPOST_HOME says otherwise; a second run finds it full and serves it. To
begin anew, remove it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sys
import time
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE))
sys.path.insert(0, str(TREE / "scripts"))

from bot.dialogue import quiet  # noqa: E402  (the tree is no installed package of its scripts)

quiet.hush()
# Rasa's frozen libraries warn about one another's futures, and turn their warnings on again.
warnings.showwarning = lambda *_, **__: None

from demo_people import Person, Said  # noqa: E402
from demo_reviews import PEOPLE, judge  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: E402
from sqlalchemy import update  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

from bot.dialogue.desk import Desk  # noqa: E402
from bot.dialogue.opening import load_dialogue, open_archive, open_desk  # noqa: E402
from bot.knowledge import load  # noqa: E402
from bot.nlu.reader import Reader  # noqa: E402
from bot.records import database  # noqa: E402
from bot.records.conversations import Conversations  # noqa: E402
from bot.records.feedback import Feedback  # noqa: E402
from bot.records.models import messages  # noqa: E402
from bot.settings import TREE as ROOT  # noqa: E402
from bot.settings import Settings  # noqa: E402

SIZE = 420
STATE, PASSWORD = "demo.json", "demo-password"
# More at once only wait for one another: reading and deciding is work for the processor.
AT_ONCE = 3


async def talk(desk: Desk, engine: Engine, person: Person, until: datetime) -> None:
    """One whole conversation of a person with the desk."""
    Conversations(engine).open(person.id, person.channel, True, person.opened)
    at, number, said, took = person.opened, 0, person.first(), {}

    async def send(said: Said) -> dict[str, Any]:
        nonlocal at, number
        number += 1
        at = min(at + person.pause(), until)
        began = time.perf_counter()
        key = f"demo-{number}"
        replies = await desk.receive(person.id, key, said.text, said.choices, person.channel, at)
        took[key] = round((time.perf_counter() - began) * 1000)
        return replies[-1]

    reply = await send(said)
    while (following := person.next(reply)) is not None:
        reply = await send(following)
    for said in person.after(reply):
        await send(said)
    await asyncio.to_thread(_note, engine, person, took, reply, at)


def _note(engine: Engine, person: Person, took: dict[str, int], reply: dict[str, Any], at: datetime) -> None:
    """Notes how long the replies took, where the desk itself does not, and what the person says of the advice."""
    with database.writing(engine) as connection:
        for key, milliseconds in took.items():
            here = (messages.c.conversation_id == person.id, messages.c.client_id == key, messages.c.took_ms.is_(None))
            connection.execute(update(messages).where(*here).values(took_ms=milliseconds))
    word = person.feedback() if reply["kind"] == "advice" else None
    if word is not None and Conversations(engine).exists(person.id):
        Feedback(engine).give(person.id, reply["id"], word[0], word[1] or None, at)


async def converse(settings: Settings, engine: Engine, size: int, until: datetime, console: Console) -> None:
    """All the conversations, a few at once, with a bar that moves."""
    knowledge = load(settings.knowledge_path)
    reader = Reader(knowledge)
    desk = open_desk(settings, engine, knowledge, reader, open_archive(engine, knowledge, reader))
    if not await load_dialogue(desk, engine, settings.home, console.print):
        raise SystemExit("The dialogue model could not be loaded, and without it nobody can be talked to.")
    gate = asyncio.Semaphore(AT_ONCE)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Conversations", total=size)

        async def one(number: int) -> None:
            async with gate:
                await talk(desk, engine, Person(number, until), until)
            progress.advance(task)

        await asyncio.gather(*(one(number) for number in range(size)))


def seed(settings: Settings, size: int, console: Console) -> None:
    """Everything that the home lacks. What a run that was broken off has done stays done."""
    from bot.archive.commands import embed_entries
    from bot.archive.importing import import_paths

    path = settings.home / STATE
    state = json.loads(path.read_text()) if path.exists() else {}
    if state.get("done"):
        console.print(
            f"[green]{settings.home} is full already[/green], since {state['until'][:10]}; remove it to begin anew."
        )
        return
    began = time.perf_counter()
    state = state or {"until": datetime.now(timezone.utc).isoformat(), "size": size}
    settings.home.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(state))
    _share_models(settings.home)
    engine, until = database.engine(settings.database_url), datetime.fromisoformat(state["until"])
    database.migrate(engine)
    with console.status("Filling the archive with its sample"):
        import_paths([settings.knowledge_path / "archive" / "sample"], engine)
        embed_entries(engine, console, quiet=True)
    asyncio.run(converse(settings, engine, state["size"], until, console))
    _people(engine, until, settings.home)
    judged = judge(engine, until)
    path.write_text(json.dumps({**state, "done": True}))
    engine.dispose()
    seconds = time.perf_counter() - began
    console.print(f"{state['size']} conversations, {judged} verdicts, {len(PEOPLE)} accounts in {seconds:.0f} s.")


def _share_models(home: Path) -> None:
    """The model that the tree has trained already serves the demonstration too."""
    trained, ours = ROOT / "var" / "models", home / "models"
    if trained.is_dir() and not ours.exists() and trained != ours:
        ours.symlink_to(trained, target_is_directory=True)


def _people(engine: Engine, at: datetime, home: Path) -> None:
    """An account of each role; where accounts have passwords of their own, with one that is kept in the home."""
    from bot.records.users import Users

    users: Any = Users(engine)
    for name, (display, role) in PEOPLE.items():
        users.add(name, display, role, at - timedelta(days=60))
        now = datetime.now(timezone.utc)
        users.accept(users.invite(users.named(name).id, now), _password(home), now)


def _password(home: Path) -> str:
    path = home / PASSWORD
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(4)) + "\n")
    return path.read_text().strip()


def main() -> None:
    """Seeds where that is needed, then becomes the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=SIZE, help="how many conversations (%(default)s)")
    parser.add_argument("--only-seed", action="store_true", help="do not serve it")
    asked = parser.parse_args()
    os.environ.setdefault("SIGNPOST_HOME", str(ROOT / "var" / "demo"))
    console = Console(highlight=False, soft_wrap=True)
    settings = Settings.read().with_secrets()
    seed(settings, asked.size, console)
    if (settings.home / PASSWORD).exists():
        names = ", ".join(f"{name} ({role})" for name, (_, role) in PEOPLE.items())
        console.print(f"Sign in to the console as {names}; the password of each is in {settings.home / PASSWORD}")
    if not asked.only_seed:
        signpost = Path(sys.executable).with_name("signpost")
        sys.stdout.flush()
        os.execv(signpost, [str(signpost), "serve"])


if __name__ == "__main__":
    main()
