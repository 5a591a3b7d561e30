"""Reading at the console in a browser: the list, saved filters, the queue, marks; and axe on every page there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.database import engine
from bot.records.outbox import Outbox, Parcel, post
from bot.records.users import Users
from tests.browser.conftest import PATIENCE, Faults
from tests.browser.console import sign_in
from tests.browser.test_accessibility import violations
from tests.console.judged import talk
from tests.console.test_permissions import OPEN, TABLE
from tests.dialogue.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NO_PAGES = {
    "/console/rules/{topic}.svg",
    "/console/dashboard/{name}.csv",
    "/console/dashboard/{name}.json",
    "/console/audit/export",
    "/console/sign-in/oidc",
    "/console/sign-in/oidc/back",
}
"""What is downloaded, and what leads elsewhere."""
MORE = {"/console/audit": "?check=1"}
PAGES = sorted(path for method, path in TABLE if method == "GET" and path not in NO_PAGES)


@pytest.fixture(scope="module")
def one(running: Server, knowledge: Knowledge) -> str:
    """A conversation to read, with replies that could not be delivered."""
    made, now = engine(f"sqlite:///{running.database}"), datetime.now(timezone.utc)
    name = talk(Conversations(made), knowledge, "reading-one")
    for reason, urgent in (("blocked", True), ("http_400", False)):
        with made.begin() as connection:
            post(connection, Parcel(f"reading-{reason}", name, "telegram", "somebody", "sealed", urgent), now)
        # Taken, as by a server that delivers; then given up.
        outbox = Outbox(made, "reading")
        for row in outbox.claim(now, urgent):
            outbox.failed(row.id, reason, now)
    made.dispose()
    return name


@pytest.fixture(scope="module")
def drafted(browser: Browser, running: Server, one: str) -> str:
    """The number of a draft of that conversation's verdict."""
    page = sign_in(browser.new_context(), running, "lead", "drafter")
    page.goto(f"{running.address}/console/conversations/{one}/review")
    page.locator("input[name=level_verdict][value=right]").check()
    page.get_by_label("Finished").check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#saved")).to_have_text("Saved.")
    page.get_by_role("button", name="A dialogue scenario").click()
    expect(page.get_by_label("Text of the draft")).to_be_visible()
    number = page.url.rstrip("/").rpartition("/")[2]
    page.context.close()
    return number


@pytest.fixture
def desk(browser: Browser, running: Server) -> Iterator[Page]:
    """The console of a lead."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    faults = Faults()
    context.on("page", faults.watch)
    yield sign_in(context, running, "lead", "reader")
    context.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_any_page(
    page: Page, running: Server, one: str, drafted: str, path: str, scheme: Any
) -> None:
    roles = TABLE["GET", path]
    if "{number}" in path:
        sign_in(page, running, "lead", "drafter")
    elif roles is not OPEN:
        sign_in(page, running, sorted(roles)[0])
    made = engine(f"sqlite:///{running.database}")
    users, now = Users(made), datetime.now(timezone.utc)
    users.add("invited", "Invited", "reviewer", now)
    row = users.named("invited")
    assert row is not None
    parts = {"number": drafted, "code": users.invite(row.id, now)}
    parts["id"] = one if "conversations" in path else str(row.id if "users" in path else 1)
    made.dispose()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    answer = page.goto(running.address + path.format(**parts) + MORE.get(path, ""))
    assert answer is not None and answer.status == 200, answer
    assert violations(page) == [], scheme
    page.set_viewport_size({"width": 320, "height": 640})
    assert violations(page) == [], "small"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_filter_is_made_by_keyboard_kept_used_renamed_and_forgotten(desk: Page, running: Server, one: str) -> None:
    desk.goto(f"{running.address}/console")
    everything = total(desk)
    desk.get_by_label("Words that were written").focus()
    desk.keyboard.type('"see double"')
    desk.keyboard.press("Enter")
    desk.wait_for_url("**text=*")
    assert 0 < total(desk) <= everything
    desk.get_by_label("Channel").select_option("web")
    desk.get_by_label("Sort by").select_option("level")
    desk.get_by_role("button", name="Show", exact=True).press("Enter")
    desk.wait_for_url("**sort=level*")
    expect(desk.get_by_role("link", name=re.compile(one[:12]))).to_be_visible()
    desk.get_by_label("Name for this filter").fill("Double")
    desk.keyboard.press("Enter")
    kept = desk.get_by_role("navigation", name="Saved filters").get_by_role("link", name="Double")
    expect(kept).to_be_visible()
    assert violations(desk) == []
    desk.goto(f"{running.address}/console")
    kept.press("Enter")
    desk.wait_for_url("**sort=level*")
    expect(desk.get_by_label("Words that were written")).to_have_value('"see double"')
    desk.get_by_label("New name for Double").fill("Twice")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Twice").first).to_be_visible()
    desk.get_by_role("button", name="Delete Twice").press("Enter")
    expect(desk.get_by_role("link", name="Twice")).to_have_count(0)


def test_what_cannot_be_read_of_a_link_is_said(desk: Page, running: Server) -> None:
    desk.goto(f"{running.address}/console?from=yesterday&level=routine&after=nonsense")
    expect(desk.get_by_role("alert")).to_contain_text("Last message from")
    assert violations(desk) == []


def test_the_next_one_is_taken_flagged_and_put_back(desk: Page, running: Server, knowledge: Knowledge) -> None:
    made = engine(f"sqlite:///{running.database}")
    for number in range(3):
        talk(Conversations(made), knowledge, f"queue-{number}")
    made.dispose()
    desk.goto(f"{running.address}/console/next")
    desk.get_by_role("button", name="Give me the next one").press("Enter")
    marks = desk.get_by_role("region", name="For other reviewers")
    expect(marks).to_contain_text("In review with Reader")
    name = desk.url.partition("#")[0].rpartition("/")[2]
    marks.get_by_role("button", name="Flag this conversation").press("Enter")
    expect(marks).to_contain_text("Flagged")
    assert violations(desk) == []
    desk.goto(f"{running.address}/console?flagged=1")
    expect(desk.get_by_role("link", name=re.compile(name[:12]))).to_be_visible()
    desk.goto(f"{running.address}/console/next")
    desk.get_by_role("button", name=f"Put back {name[:12]}").press("Enter")
    expect(desk.get_by_role("link", name=re.compile(name[:12]))).to_have_count(0)
    desk.goto(f"{running.address}/console/conversations/{name}")
    expect(marks).not_to_contain_text("with Reader")
    marks.get_by_label("Status").select_option("in_review")
    marks.get_by_role("button", name="Set").press("Enter")
    expect(marks).to_contain_text("In review with Reader")


def test_two_who_press_at_once_are_given_two_conversations(
    desk: Page, browser: Browser, running: Server, knowledge: Knowledge
) -> None:
    made = engine(f"sqlite:///{running.database}")
    for number in range(2):
        talk(Conversations(made), knowledge, f"both-{number}")
    made.dispose()
    other = sign_in(browser.new_context(), running, "reviewer", "other")
    for page in (desk, other):
        page.goto(f"{running.address}/console/next")
    for page in (desk, other):
        page.get_by_role("button", name="Give me the next one").click(no_wait_after=True)
    for page in (desk, other):
        page.wait_for_url("**/console/conversations/*")
    assert desk.url != other.url
    other.context.close()


def total(page: Page) -> int:
    """How many the list says that there are."""
    return int(page.locator("[data-total]").get_attribute("data-total") or "")
