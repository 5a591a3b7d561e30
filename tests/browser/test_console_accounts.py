"""The console's door and accounts in a browser: by keyboard, and with real one-time codes."""

from __future__ import annotations

from datetime import datetime, timezone

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.console import PASSWORD, sign_in
from tests.browser.test_accessibility import violations
from tests.dialogue.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.visitor(color_scheme="dark", viewport={"width": 320, "height": 640})
def test_the_door_says_what_is_wrong_and_is_used_by_keyboard(page: Page, running: Server) -> None:
    page.goto(f"{running.address}/console/audit")
    assert violations(page) == []
    page.get_by_label("Name").focus()
    page.keyboard.type("nobody")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    assert violations(page) == []
    expect(page.get_by_label("Name")).to_have_value("nobody")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_the_link_to_one_time_codes(visitor: BrowserContext, page: Page, running: Server) -> None:
    admin = sign_in(page, running, "admin")
    admin.goto(f"{running.address}/console/users")
    admin.get_by_label("Name", exact=True).fill("grace")
    admin.get_by_label("Shown as").fill("Grace <b>H</b>")
    admin.get_by_label("Reviewer").check()
    admin.get_by_role("button", name="Make the account").click()
    link = admin.locator("code.secret").inner_text()
    assert violations(admin) == []
    own = visitor.browser.new_context()  # type: ignore[union-attr]
    hers = own.new_page()
    hers.goto(link)
    assert violations(hers) == []
    hers.get_by_label("New password", exact=True).fill(PASSWORD)
    hers.get_by_label("New password again").fill(PASSWORD)
    hers.get_by_role("button", name="Save and sign in").click()
    hers.get_by_role("link", name="Grace <b>H</b>: your account").click()
    hers.get_by_role("link", name="Turn one-time codes on").click()
    device = pyotp.TOTP(hers.locator("code.secret").inner_text())
    hers.get_by_label("Code").fill(device.at(datetime.now(timezone.utc)))
    hers.get_by_label("Current password").fill(PASSWORD)
    hers.get_by_role("button", name="Turn one-time codes on").click()
    expect(hers.get_by_role("status")).to_contain_text("are on")
    hers.get_by_role("button", name="Sign out", exact=True).click()
    expect(hers.get_by_role("status")).to_contain_text("signed out")
    hers.go_back()
    hers.reload()
    expect(hers.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    own.close()
