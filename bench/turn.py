"""How long a turn takes: our server beside a stock Rasa echo bot, in one run.

    .venv/bin/python bench/turn.py [--turns 110] [--json FILE]

Both are asked over HTTP, one message after another of one conversation. Ours is the whole server: screen, Rasa, rules,
records in SQLite. The stock bot is `rasa run` with an SQLite tracker store and `rasa run actions` over HTTP, its
light pipeline, and one action that repeats what was said. Needs no network. Prints the medians of all
turns and of the last ten, and our time as a part of the stock bot's.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

import httpx
import yaml

ROOT = Path(__file__).resolve().parents[1]
RASA = [sys.executable, "-c", "import sys; from bot.dialogue.rasa_command import run; sys.exit(run(sys.argv[1:]))"]
# What a person may say in the middle of an interview; none of it is an emergency.
SAID = ("no, none of those", "about two months", "I am not sure", "it is getting no worse", "yes", "why do you ask")
LIMIT = 0.4
# Rasa's own light pipeline, of the same size as ours.
STOCK_PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier", "max_iter": 500, "ranking_length": 3},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.02},
]


def main() -> None:
    """Runs both and prints the comparison; the exit status is 1 where ours takes more than LIMIT of its time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=110)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return _serve(options.serve)
    with tempfile.TemporaryDirectory() as folder:
        with stock_bot(Path(folder) / "stock") as ask:
            stock = timed(ask, options.turns)
        with our_server(Path(folder) / "ours") as ask:
            ours = timed(ask, options.turns)
    result = {
        "turns": options.turns,
        "stock_ms": summary(stock),
        "ours_ms": summary(ours),
        "ratio": {key: round(value / summary(stock)[key], 3) for key, value in summary(ours).items()},
        "limit": LIMIT,
    }
    print(f"{'':12}{'p50':>8}{'last ten':>10}   (ms a turn, {options.turns} turns)")
    for name in ("stock", "ours"):
        print(f"{name:12}{result[name + '_ms']['p50']:8.1f}{result[name + '_ms']['last_ten']:10.1f}")
    print(f"{'ratio':12}{result['ratio']['p50']:8.2f}{result['ratio']['last_ten']:10.2f}   (at most {LIMIT})")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(ratio > LIMIT for ratio in result["ratio"].values()))


def timed(ask: Callable[[str], None], turns: int) -> list[float]:
    """Milliseconds of each turn; three more before the first are not counted."""
    times = []
    for turn in range(-3, turns):
        began = time.perf_counter()
        ask(SAID[turn % len(SAID)])
        if turn >= 0:
            times.append((time.perf_counter() - began) * 1000)
    return times


def summary(times: list[float]) -> dict[str, float]:
    """The median of all turns, and of the last ten."""
    return {"p50": round(statistics.median(times), 2), "last_ten": round(statistics.median(times[-10:]), 2)}


@contextmanager
def our_server(folder: Path) -> Iterator[Callable[[str], None]]:
    """Our server on a free port with a home of its own."""
    port = free_port()
    environment = {**os.environ, "SIGNPOST_HOME": str(folder), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    with (
        running([sys.executable, __file__, "--serve", str(port)], ROOT, environment),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        wait_until(lambda: client.get("/readyz").status_code == 200)
        opened = client.post("/api/conversations", json={"consent": True}).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {opened['token']}"
        number = iter(range(1_000_000))

        def ask(text: str) -> None:
            body = {"id": f"m{next(number)}", "text": text}
            answer = client.post("/api/conversations/messages", json=body).raise_for_status().json()
            assert answer["messages"] and answer["messages"][0]["kind"] != "failure", answer

        yield ask


def _serve(port: int) -> None:
    """Our server, with limits of rate that no bench reaches."""
    import asyncio

    import uvicorn

    from bot.dialogue.opening import load_dialogue, open_desk
    from bot.knowledge import load
    from bot.records.conversations import Conversations
    from bot.records.database import engine, migrate
    from bot.settings import Settings
    from bot.web.app import create_app
    from bot.web.limits import Rate

    settings = Settings.read().with_secrets()
    database = engine(settings.database_url)
    migrate(database)
    knowledge = load(settings.knowledge_path)
    desk = open_desk(settings, database, knowledge)

    async def serve() -> None:
        await load_dialogue(desk, database, settings.home, print)
        fast = Rate(burst=1e9, per_second=1e9)
        app = create_app(settings, desk, Conversations(database), knowledge, by_conversation=fast, by_address=fast)
        await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none")).serve()

    asyncio.run(serve())


@contextmanager
def stock_bot(folder: Path) -> Iterator[Callable[[str], None]]:
    """A stock Rasa echo bot, trained in `folder`, and its action server."""
    write_stock_bot(folder, actions := free_port())
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    subprocess.run([*RASA, "train", "--quiet"], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    action_server = [*RASA, "run", "actions", "--actions", "echo", "-p", str(actions), "--quiet"]
    server = [*RASA, "run", "-p", str(port), "--quiet"]
    with (
        running(action_server, folder, environment),
        running(server, folder, environment),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        wait_until(lambda: httpx.get(f"http://127.0.0.1:{actions}/health").status_code == 200)

        def answers(text: str) -> list[dict[str, Any]]:
            body = {"sender": "bench", "message": text}
            return list(client.post("/webhooks/rest/webhook", json=body).raise_for_status().json())

        def ask(text: str) -> None:
            assert answers(text) == [{"recipient_id": "bench", "text": text}]

        # The server listens before its model is loaded, and then answers with nothing.
        wait_until(lambda: bool(answers("hello")))
        yield ask


def write_stock_bot(folder: Path, actions_port: int) -> None:
    """Our NLU data, Rasa's light pipeline, and one rule: every intent is echoed."""
    (folder / "data").mkdir(parents=True)
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    config["pipeline"] = STOCK_PIPELINE
    config["policies"] = [{"name": "RulePolicy"}]
    intents = []
    for source in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        text = source.read_text(encoding="utf-8")
        (folder / "data" / source.name).write_text(text, encoding="utf-8")
        intents += [group["intent"] for group in yaml.safe_load(text)["nlu"]]
    # `restart` would be Rasa's own action.
    rules = [
        {"rule": f"echo {intent}", "steps": [{"intent": intent}, {"action": "action_echo"}]}
        for intent in [*intents, "nlu_fallback"]
        if intent != "restart"
    ]
    files: dict[str, Any] = {
        "config.yml": config,
        "domain.yml": {"version": "3.1", "intents": [*intents, "nlu_fallback"], "actions": ["action_echo"]},
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "credentials.yml": {"rest": None},
        "endpoints.yml": {
            "action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"},
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")},
        },
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    (folder / "echo.py").write_text(
        "from rasa_sdk import Action\n\n\n"
        "class Echo(Action):\n"
        "    def name(self):\n        return 'action_echo'\n\n"
        "    def run(self, dispatcher, tracker, domain):\n"
        "        dispatcher.utter_message(text=tracker.latest_message['text'])\n        return []\n",
        encoding="utf-8",
    )


@contextmanager
def running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A process of ours, ended when we are done with it; what it printed is shown if the bench fails meanwhile."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            yield
        except BaseException:
            output.seek(0)
            sys.stderr.write(output.read()[-4_000:])
            raise
        finally:
            process.terminate()
            process.wait(20)


def wait_until(works: Callable[[], bool], seconds: float = 90) -> None:
    """Waits until something works. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if works():
                return
        except (httpx.HTTPError, ValueError):
            pass  # it has not started yet
        time.sleep(0.2)
    raise TimeoutError("the server did not get ready")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
