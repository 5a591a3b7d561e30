"""How fast a platform's webhook acknowledges 200 messages a second, and that none of them is lost.

    .venv/bin/python bench/channels.py [--rate 200] [--seconds 10] [--people 300] [--json FILE]

A real `signpost serve` with its model on SQLite, and a fake of Telegram's API on loopback. First every person writes
and agrees; then, at a fixed rate whatever the answers take, they write symptoms, one message in twenty an emergency.
Beside it stands the peer: GET /livez at the same rate in the same run, the server idle, which is what a request costs
here at all. Afterwards everything is waited for: each message must be in the inbox once and handled, and be answered.
Prints p50 and p95 in milliseconds; status 1 where the p95 is over LIMIT or a message is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from sqlalchemy import create_engine, func, select

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE))

from bot.records.models import correspondents, inbox, outbox  # noqa: E402  (the tree is no installed package here)
from tests.channels.fake import running  # noqa: E402
from tests.channels.telegram import FakeTelegram, person, update  # noqa: E402
from tests.dialogue.server import new_home, serving  # noqa: E402

LIMIT = 50.0
SYMPTOMS = (
    "My left eyelid has been twitching for three weeks",
    "none of these",
    "My fingers tingle at night and my hand feels numb",
    "It comes and goes and there is no pain",
)
EMERGENCY = "My face droops on one side and my arm is weak since this morning"


class Crowd(FakeTelegram):
    """A Telegram on which everybody is."""

    def _chat(self, body: Mapping[str, Any]) -> tuple[str, Any]:
        return str(body.get("chat_id")), None


def body(number: int, who: int, text: str = "", pressed: str = "") -> bytes:
    """One update of Telegram's, from one of many people."""
    chat = {"id": who, "type": "private", "first_name": "A"}
    message = {"message_id": number, "from": person(who), "chat": chat, "date": 1760000000}
    if pressed:
        query = {"id": str(number), "from": person(who), "message": {**message, "text": "?"}, "data": pressed}
        return update(str(number), callback_query=query)
    return update(str(number), message={**message, "text": text})


async def at_rate(send: Callable[[int], Awaitable[float]], rate: float, count: int) -> list[float]:
    """Sends so many at a rate, without waiting for the answers; milliseconds of each."""
    began, tasks = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.ensure_future(send(number)))
    return list(await asyncio.gather(*tasks))


def part(times: Sequence[float], share: float) -> float:
    """What so large a share of all takes at most."""
    return round(sorted(times)[min(len(times) - 1, int(len(times) * share))], 1)


async def measure(address: str, fake: FakeTelegram, options: argparse.Namespace, count: Callable[[str], int]) -> dict:
    """All phases of it."""
    console = Console()
    people = [5_100_000_000 + number for number in range(options.people)]
    total = options.rate * options.seconds
    url = f"{address.rstrip('/')}/channels/telegram/webhook"
    # The server ends what was silent for five seconds.
    connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=2)
    async with aiohttp.ClientSession(connector=connector) as client:

        async def deliver(raw: bytes) -> float:
            began = time.perf_counter()
            async with client.post(url, data=raw, headers=fake.sign(raw)) as answer:
                assert answer.status == 200, await answer.text()
            return (time.perf_counter() - began) * 1000

        async def live(_: int) -> float:
            began = time.perf_counter()
            async with client.get(f"{address.rstrip('/')}/livez") as answer:
                await answer.read()
            return (time.perf_counter() - began) * 1000

        peer = await at_rate(live, options.rate, total // 2)
        with console.status("Everybody agrees"):
            await at_rate(lambda number: deliver(body(number + 1, people[number], "Hello")), 40, len(people))
            await until(lambda: count("answered") >= len(people))
            agree = lambda number: deliver(body(100_000 + number, people[number], pressed="0:agree"))  # noqa: E731
            await at_rate(agree, 40, len(people))
            await until(lambda: count("agreed") == len(people) and not count("open"))
        before, began = count("handled"), time.perf_counter()

        async def write(number: int) -> float:
            text = EMERGENCY if number % 20 == 0 else SYMPTOMS[number // len(people) % len(SYMPTOMS)]
            return await deliver(body(200_000 + number, people[number % len(people)], text))

        console.print(f"{total:,} messages of {len(people)} people at {options.rate} a second")
        times = await at_rate(write, options.rate, total)
        behind = count("open")
        with console.status("Until everything is answered"):
            await until(lambda: not count("open"), 900)
        return {
            "peer": {"p50": part(peer, 0.5), "p95": part(peer, 0.95)},
            "webhook": {"p50": part(times, 0.5), "p95": part(times, 0.95), "most": round(max(times), 1)},
            "messages": total,
            "lost": total - (count("handled") - before),
            "waiting_at_the_end": behind,
            "all_handled_after_seconds": round(time.perf_counter() - began, 1),
            "undelivered": count("undelivered"),
        }


async def until(true: Callable[[], bool], seconds: float = 300) -> None:
    """Waits for something."""
    for _ in range(int(seconds * 5)):
        if true():
            return
        await asyncio.sleep(0.2)
    raise SystemExit("it took too long")


@contextmanager
def apart() -> Iterator[str]:
    """The platform in a process of its own, so that what it costs is not counted as the webhook's."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve_fake, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def serve_fake(pipe: Any) -> None:
    """Serves the fake until it is ended."""
    with running(Crowd().app()) as address:
        pipe.send(address)
        time.sleep(3_600)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    fake = Crowd()
    with tempfile.TemporaryDirectory() as folder, apart() as api:
        settings = {"SIGNPOST_TELEGRAM_API": api}
        settings |= {f"SIGNPOST_TELEGRAM_{key.upper()}": value for key, value in fake.keys.items()}
        with serving(new_home(Path(folder) / "home"), **settings) as server:
            engine = create_engine(f"sqlite:///{server.database}", future=True)
            asked = {
                "handled": select(func.count()).where(inbox.c.handled_at.is_not(None)),
                "open": select(func.count()).where(inbox.c.handled_at.is_(None)),
                "answered": select(func.count()).select_from(outbox),
                "agreed": select(func.count()).where(correspondents.c.consent == "given"),
                "undelivered": select(func.count()).where(outbox.c.sent_at.is_(None)),
            }

            def count(what: str) -> int:
                with engine.connect() as connection:
                    return int(connection.execute(asked[what]).scalar_one())

            found = asyncio.run(measure(server.address, fake, options, count))
            engine.dispose()
    for name, value in found.items():
        print(f"{name:28} {value}")
    if options.json:
        options.json.write_text(json.dumps({"limit": LIMIT, **found}, indent=1) + "\n", encoding="utf-8")
    sys.exit(found["webhook"]["p95"] > LIMIT or found["lost"] != 0)


if __name__ == "__main__":
    main()
