"""People at the console, for tests: each with an account of a role, and a client that is signed in as they are."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from bot.records import passwords
from bot.records.users import Users

PASSWORD = "correct horse battery"
CREATED = datetime(2026, 1, 2, 8, 0, tzinfo=timezone.utc)

# Hashing that takes no time; what it costs in truth is a test of its own (tests/records/test_passwords.py).
COSTLY = passwords.hasher
passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def somebody(client: TestClient, role: str, name: str = "") -> TestClient:
    """A client signed in as a user of a role, by default one of the role's own name; the account is made if missing."""
    app: Any = client.app
    name = name or role
    account(app.state.door.engine, role, name)
    theirs = TestClient(app, raise_server_exceptions=False)
    entered = sign_in(theirs, name, PASSWORD)
    assert entered.status_code == 303, entered.text
    return theirs


def account(engine: Any, role: str, name: str) -> Any:
    """The account of a name, with the password of these tests; made if missing."""
    users = Users(engine)
    if users.add(name, name.title(), role, CREATED):
        row = users.named(name)
        assert row is not None
        users.set_password(row.id, PASSWORD)
    return users.named(name)


def sign_in(client: TestClient, name: str, password: str, **more: str) -> Any:
    """Sends the form of the door; the answer, not followed."""
    seal = seal_of(client.get("/console/sign-in").text)
    fields = {"seal": seal, "name": name, "password": password, **more}
    return client.post("/console/sign-in", data=fields, follow_redirects=False)


def seal_of(page: str) -> str:
    """The seal of the page's own form, not of the button that signs out."""
    found = re.findall(r'name="seal" value="([^"]+)"', page)
    assert found, page
    return str(found[-1])
