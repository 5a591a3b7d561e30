"""The dashboard in a browser: drawn, accessible in both colour schemes and on a phone, printed, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.records.database import engine
from tests.browser.conftest import PATIENCE, Faults
from tests.browser.console import sign_in
from tests.browser.test_accessibility import STILL, violations
from tests.dialogue.server import Server
from tests.records.test_trends import lookup, message, reader, review, talk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LEVELS = ("emergency", "same_day", "within_2_weeks", "routine", "self_care", None)
# More than a month ago: the newest conversations of the other tests stay the newest.
AGO = 40


@pytest.fixture(scope="module")
def address(running: Server) -> str:
    """The dashboard of a few days that have something in every plot."""
    database = engine(f"sqlite:///{running.database}")
    last = datetime.combine(datetime.now(timezone.utc).date() - timedelta(days=AGO), time(12), timezone.utc)
    for number in (901, 902):
        reader(database, number)
    for number in range(24):
        name, at, level = f"plot{number}", last - timedelta(days=number % 9), LEVELS[number % 6]
        talk(database, name, at, topics=("tremor", "muscle_cramp")[: 1 + number % 2], level=level, questions=number % 7)
        sent = message(database, name, at, 20 + 7 * number)
        lookup(database, name, sent, at, ("none", "shown", "withheld")[number % 3], "calmer")
        for who in (901, 902):
            review(database, name, who, ("right", "too_calm", "right")[number % 3], level=level or "none")
    database.dispose()
    first = (last - timedelta(days=9)).date()
    return f"{running.address}/console/dashboard?from={first}&to={last.date()}"


@pytest.fixture
def clinician(browser: Browser, running: Server, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Somebody who is signed in; the test fails if a page raised an error or broke its own security policy."""
    mark = request.node.get_closest_marker("visitor")
    context = browser.new_context(**(mark.kwargs if mark else {}))
    context.set_default_timeout(PATIENCE)
    faults = Faults()
    context.on("page", faults.watch)
    sign_in(context, running, "lead").close()
    yield context
    context.close()
    assert faults == []


@pytest.fixture
def desk(clinician: BrowserContext) -> Page:
    return clinician.new_page()


def drawn(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-drawn", str(page.locator(".drawing").count()))


@pytest.mark.parametrize(
    "look",
    [
        pytest.param("light", marks=pytest.mark.visitor(**STILL)),
        pytest.param("dark", marks=pytest.mark.visitor(color_scheme="dark", **STILL)),
        pytest.param("phone", marks=pytest.mark.visitor(viewport={"width": 320, "height": 640}, **STILL)),
    ],
)
def test_axe_finds_nothing(desk: Page, address: str, look: str) -> None:
    drawn(desk, address)
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_nothing_where_there_is_nothing(desk: Page, address: str) -> None:
    desk.goto(f"{address.split('?')[0]}?from=2001-01-01&to=2001-01-02")
    expect(desk.locator("canvas")).to_have_count(0)
    expect(desk.get_by_text("Nothing in this period yet.").first).to_be_visible()
    assert violations(desk) == []


def test_every_plot_is_drawn_and_hidden_from_who_listens(desk: Page, address: str) -> None:
    drawn(desk, address)
    assert desk.locator(".drawing").count() >= 10
    blank = desk.evaluate(
        """() => [...document.querySelectorAll(".drawing")].filter((place) => {
            const canvas = place.querySelector("canvas");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return !data.some((value) => value) || place.getAttribute("aria-hidden") !== "true";
        }).length"""
    )
    assert blank == 0
    for section in desk.locator("section.plot").all():
        expect(section.get_by_role("region")).to_be_visible()
        expect(section.get_by_role("table")).to_have_count(1)


def test_the_colours_follow_the_page(desk: Page, address: str) -> None:
    drawn(desk, address)
    ink = "Chart.getChart(document.querySelector('#by_day canvas')).options.plugins.legend.labels.color"
    assert desk.evaluate(ink) == "#14232b"
    desk.emulate_media(color_scheme="dark")
    # Not with `wait_for_function`: the page's policy lets nobody evaluate a string.
    for _ in range(50):
        if desk.evaluate(ink) == "#e8eef0":
            break
        desk.wait_for_timeout(100)
    assert desk.evaluate(ink) == "#e8eef0"


def test_a_keyboard_reaches_periods_and_tables(desk: Page, address: str) -> None:
    drawn(desk, address)
    desk.get_by_role("link", name="7 days").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    desk.goto(address)
    desk.get_by_label("From").fill("2001-01-01")
    desk.get_by_label("Up to").fill("2001-01-03")
    desk.get_by_role("button", name="Show").press("Enter")
    expect(desk.get_by_text("from 2001-01-01 to 2001-01-03")).to_be_visible()


def test_a_table_is_downloaded(desk: Page, address: str) -> None:
    drawn(desk, address)
    with desk.expect_download() as started:
        desk.get_by_role("link", name=re.compile("Conversations by topic.*CSV")).click()
    text = started.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines() == ["topic,conversations", "tremor,24", "muscle_cramp,12"]


@pytest.mark.visitor(java_script_enabled=False)
def test_without_scripts_the_tables_are_there(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.locator("canvas").first).to_be_hidden()
    expect(desk.get_by_role("table").first).to_be_visible()


@pytest.mark.visitor(color_scheme="dark")
def test_it_is_printed_light_and_without_what_is_pressed(desk: Page, address: str) -> None:
    drawn(desk, address)
    assert len(desk.pdf(format="A4")) > 20_000
    desk.emulate_media(media="print")
    expect(desk.get_by_role("button", name="Show")).to_be_hidden()
    assert desk.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
