"""Erasing while messages are on their way: afterwards nothing of the conversation is anywhere, whoever was first."""

from __future__ import annotations

import json
import sqlite3
import threading
import urllib.request
from urllib.error import HTTPError

import pytest

from tests.dialogue.chat import Chat
from tests.dialogue.server import Server

pytestmark = pytest.mark.xdist_group("dialogue")

SECRET = "quondam"
TRIES, AT_ONCE = 6, 5


def call(server: Server, token: str, method: str, path: str, body: object = None) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.address + path, data=data, headers=headers, method=method)
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except HTTPError as error:
        error.close()


def kept(server: Server) -> list[tuple[str, int]]:
    """The tables in which the word still stands, with how many rows."""
    database = sqlite3.connect(server.database)
    found = []
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
        like = " OR ".join(f'CAST("{column}" AS TEXT) LIKE ?' for column in columns)
        (count,) = database.execute(
            f'SELECT count(*) FROM "{table}" WHERE {like}', [f"%{SECRET}%"] * len(columns)
        ).fetchone()
        found += [(table, count)] if count else []
    database.close()
    return found


def test_what_is_on_its_way_leaves_nothing_behind(server: Server) -> None:
    for _ in range(TRIES):
        chat = Chat(server).begin()
        chat.say(f"my left cheek twitches, says {SECRET}")
        said = [
            threading.Thread(
                target=call,
                args=(
                    server,
                    chat.token,
                    "POST",
                    "/api/conversations/messages",
                    {"id": f"r{n}", "text": f"{SECRET} {n}"},
                ),
            )
            for n in range(AT_ONCE)
        ]
        erasing = threading.Thread(target=call, args=(server, chat.token, "DELETE", "/api/conversations"))
        for thread in (*said[:2], erasing, *said[2:]):
            thread.start()
        for thread in (*said, erasing):
            thread.join()
    assert kept(server) == []
