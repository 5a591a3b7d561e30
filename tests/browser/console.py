"""Signing in at the console of a running server, as people do."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Union

from playwright.sync_api import BrowserContext, Page, expect

from bot.records import database
from bot.records.users import Users
from tests.dialogue.server import Server

PASSWORD = "correct horse battery"


def sign_in(where: Union[BrowserContext, Page], running: Server, role: str, name: str = "") -> Page:
    """A page that is signed in, by default as a user of the role's own name, whose account is made if missing."""
    name = name or role
    engine = database.engine(f"sqlite:///{running.database}")
    users = Users(engine)
    if users.add(name, name.title(), role, datetime.now(timezone.utc)):
        row = users.named(name)
        assert row is not None
        users.set_password(row.id, PASSWORD)
    engine.dispose()
    page = where if isinstance(where, Page) else where.new_page()
    page.goto(f"{running.address}/console/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page
