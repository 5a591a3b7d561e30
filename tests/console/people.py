"""People at the console, for tests: each with an account of a role, and a client that is theirs."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from starlette.testclient import TestClient

from bot.records.users import Users

PASSWORD = "correct horse"
CREATED = datetime(2026, 1, 2, 8, 0, tzinfo=timezone.utc)


def somebody(client: TestClient, role: str, name: str = "") -> TestClient:
    """A client signed in as a user of a role, by default one of the role's own name; the account is made if missing."""
    app: Any = client.app
    name = name or role
    Users(app.state.door.engine).add(name, name.title(), role, CREATED)
    theirs = TestClient(app, raise_server_exceptions=False)
    theirs.auth = (name, PASSWORD)
    return theirs
