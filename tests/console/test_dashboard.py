"""The dashboard: its page, its downloads, who may see them, and names that want to be markup or formulas."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.records.trends_of_reviews import ReviewTrends
from tests.console.people import somebody
from tests.records.test_trends import lookup, message, reader, review, talk
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]

PAGE = "/console/dashboard"
HOSTILE = "</script><img src=x onerror=alert(1)>"
PLOTS = [
    "by_day",
    "by_level",
    "by_topic",
    "by_channel",
    "verdicts",
    "questions",
    "understood",
    "unanswered",
    "withheld",
    "response_times",
]


def noon(days_ago: int = 0) -> datetime:
    today = datetime.now(timezone.utc).date()
    return datetime.combine(today - timedelta(days=days_ago), time(12), timezone.utc)


@pytest.fixture
def full(engine: Engine) -> None:
    """A few conversations with something in every plot."""
    for number in (11, 12):
        reader(engine, number)
    for number in range(4):
        level = "emergency" if number == 0 else "routine"
        talk(engine, f"c{number}", noon(number), topics=("tremor",), level=level, not_understood=number == 3)
        sent = message(engine, f"c{number}", noon(number), 20 + number)
        lookup(engine, f"c{number}", sent, noon(number), "none" if number % 2 else "withheld", "calmer")
        review(engine, f"c{number}", 11, "right" if number else "too_calm", level=level)
        review(engine, f"c{number}", 12, "right", level=level)


class Tables(HTMLParser):
    """The cells of each section's table, by the section's id; and the JSON beside its canvas."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.drawings: dict[str, Any] = {}
        self._section, self._inside = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "section":
            self._section = str(found["id"])
            self.tables[self._section] = []
        elif tag == "tr":
            self.tables[self._section].append([])
        elif tag in ("th", "td"):
            self.tables[self._section][-1].append("")
        self._inside = tag if tag in ("th", "td") or found.get("type") == "application/json" else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.drawings[self._section] = json.loads(data)
        elif self._inside:
            self.tables[self._section][-1][-1] += data


def test_every_plot_has_its_table_and_its_drawing(client: TestClient, full: None) -> None:
    page = somebody(client, "lead").get(PAGE)
    assert page.status_code == 200
    found = Tables(page.text)
    assert set(PLOTS) <= set(found.tables)
    assert set(found.drawings) == set(found.tables)
    by_day = found.tables["by_day"]
    assert by_day[0][:3] == ["Day", "Conversations", "Emergency"] and len(by_day) == 31
    assert by_day[-1][:3] == [noon().date().isoformat(), "1", "1"]
    assert found.tables["by_topic"] == [["Topic", "Conversations"], ["Tremor", "4"]]
    assert found.tables["verdicts"][1][:6] == ["All levels", "4", "0", "0 %", "0 %", "49 %"]
    assert found.tables["understood"][-1][1:] == ["1", "1", "100 %"]


def test_what_is_drawn_is_what_stands_in_the_table(client: TestClient, full: None) -> None:
    found = Tables(somebody(client, "lead").get(PAGE).text)
    for name in ("by_day", "by_topic", "by_channel", "by_level", "questions", "withheld", "response_times"):
        table, drawing = found.tables[name], found.drawings[name]
        assert drawing["labels"] == [row[0] for row in table[1:]], name
        for series in drawing["series"]:
            column = [row[table[0].index(series["label"])] for row in table[1:]]
            assert column == ["–" if value is None else str(value) for value in series["values"]], name


@pytest.mark.parametrize("name", PLOTS)
def test_what_is_downloaded_is_the_table(client: TestClient, full: None, name: str) -> None:
    lead = somebody(client, "lead")
    table = Tables(lead.get(PAGE).text).tables[name]
    as_csv, as_json = lead.get(f"{PAGE}/{name}.csv"), lead.get(f"{PAGE}/{name}.json")
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert re.fullmatch(rf'attachment; filename="signpost-{name}-[\d-]+\.csv"', as_csv.headers["content-disposition"])
    read = list(csv.reader(io.StringIO(as_csv.text.removeprefix("\ufeff"), newline="")))
    data = as_json.json()
    assert read[0] == data["columns"] and data["name"] == name
    assert read[1:] == [["" if cell is None else str(cell) for cell in row] for row in data["rows"]]
    assert len(data["rows"]) == len(table) - 1 and len(data["columns"]) == len(table[0])
    for shown, row in zip(table[1:], data["rows"]):
        for text, cell in zip(shown, row):
            if isinstance(cell, int):
                assert text == str(cell)
            elif isinstance(cell, float):
                assert text == f"{round(cell * 100, 1):g} %"
            elif cell is None:
                assert text == "–"


def test_the_period_of_the_page_goes_with_the_download(client: TestClient, full: None) -> None:
    lead = somebody(client, "lead")
    page = lead.get(PAGE, params={"days": "7"}).text
    address = re.search(r'href="(/console/dashboard/by_day\.csv\?[^"]+)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    assert len(lead.get(address).text.splitlines()) == 8


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"days": "7"}, 7),
        ({"days": "90"}, 90),
        ({"days": "365"}, 365),
        ({}, 30),
        ({"from": noon().date().isoformat(), "to": noon().date().isoformat()}, 1),
        ({"from": noon(9).date().isoformat()}, 10),
    ],
)
def test_periods(client: TestClient, full: None, asked: dict[str, str], rows: int) -> None:
    answer = somebody(client, "auditor").get(PAGE, params=asked)
    assert answer.status_code == 200 and len(Tables(answer.text).tables["by_day"]) == rows + 1


@pytest.mark.parametrize(
    "asked",
    [
        {"days": "0"},
        {"days": "-3"},
        {"days": "²"},
        {"days": "9" * 50},
        {"from": "yesterday", "to": "2026-01-01"},
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"to": "2026-01-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "9999-12-31", "to": "9999-12-31"},
        {"from": HOSTILE, "to": HOSTILE},
    ],
)
def test_a_period_that_cannot_be_read_is_said(client: TestClient, full: None, asked: dict[str, str]) -> None:
    lead = somebody(client, "lead")
    page = lead.get(PAGE, params=asked)
    assert page.status_code == 422 and 'role="alert"' in page.text and "<img" not in page.text
    assert len(Tables(page.text).tables["by_day"]) == 31
    assert lead.get(f"{PAGE}/by_day.csv", params=asked).status_code == 404


def test_without_data_it_says_so_in_words(client: TestClient) -> None:
    page = somebody(client, "lead").get(PAGE)
    assert page.status_code == 200 and page.text.count("Nothing in this period yet.") >= len(PLOTS)
    assert "<canvas" not in page.text and "<table" not in page.text


def test_a_day_without_conversations_beside_one_with_some(client: TestClient, engine: Engine) -> None:
    talk(engine, "only", noon(), topics=("tremor",))
    page = somebody(client, "lead").get(PAGE, params={"days": "7"}).text
    shares = [row[3] for row in Tables(page).tables["understood"][1:]]
    assert shares == ["–"] * 6 + ["100 %"]


@pytest.mark.parametrize("role", ["reviewer", "lead", "knowledge_owner", "admin", "auditor"])
def test_every_role_sees_it_and_some_download(client: TestClient, full: None, role: str) -> None:
    theirs, may = somebody(client, role), role in ("lead", "knowledge_owner")
    page = theirs.get(PAGE)
    assert page.status_code == 200 and (".csv" in page.text) is may
    for form in ("csv", "json"):
        assert theirs.get(f"{PAGE}/by_day.{form}").status_code == (200 if may else 403)


def test_nobody_sees_it_unasked(client: TestClient) -> None:
    for path in ("", "/by_day.csv", "/by_day.json"):
        assert client.get(f"{PAGE}{path}", follow_redirects=False).status_code in (302, 303, 401)


def test_there_is_no_other_table(client: TestClient) -> None:
    lead = somebody(client, "lead")
    for name in ("users", "by_day.csv", "__class__", "%3Cscript%3E"):
        assert lead.get(f"{PAGE}/{name}.csv").status_code == 404


def test_hostile_names_are_text_everywhere(client: TestClient, engine: Engine) -> None:
    talk(engine, "c", noon(), topics=(HOSTILE, "=cmd|' /C calc'!A0"), channel="{{7*7}}<!--", level=HOSTILE[:32])
    lead = somebody(client, "lead")
    page = lead.get(PAGE).text
    assert "<img" not in page and "<!--" not in page and page.count("</script>") == page.count("<script")
    found = Tables(page)
    assert [row[0] for row in found.tables["by_topic"][1:]] == [HOSTILE, "=cmd|' /C calc'!A0"]
    assert found.drawings["by_topic"]["labels"] == [HOSTILE, "=cmd|' /C calc'!A0"]
    assert found.tables["by_channel"][1] == ["{{7*7}}<!--", "1"]
    assert found.tables["by_level"][-2] == [HOSTILE[:32], "1"]
    text = lead.get(f"{PAGE}/by_topic.csv").text
    assert "'=cmd" in text and "\n=cmd" not in text


def test_today_is_the_last_day(client: TestClient, engine: Engine) -> None:
    talk(engine, "c", datetime.now(timezone.utc))
    last = Tables(somebody(client, "lead").get(PAGE).text).tables["by_day"][-1]
    assert date.fromisoformat(last[0]) <= datetime.now(timezone.utc).date() and last[1] == "1"


def test_agreement_is_shown_where_kappa_can_be_calculated(
    make_client: Any, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenths = partial(ReviewTrends, kappa=lambda pairs: len(pairs) / 10)
    monkeypatch.setattr("bot.console.dashboard.ReviewTrends", tenths)
    page = somebody(make_client(), "lead").get(PAGE).text
    table = Tables(page).tables["agreement"]
    assert table[0] == ["First reader", "Right", "Too calm", "Too alarmed"]
    assert table[1:] == [["Right", "3", "0", "0"], ["Too calm", "1", "0", "0"], ["Too alarmed", "0", "0", "0"]]
    assert "3 of 4 pairs" in page and "kappa: 0.4" in page


def test_agreement_is_left_out_in_words_where_kappa_cannot_be_calculated(
    make_client: Any, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.dashboard.ReviewTrends", partial(ReviewTrends, kappa=None))
    theirs = somebody(make_client(), "lead")
    page = theirs.get(PAGE).text
    assert "agreement" not in Tables(page).tables and "kappa cannot be calculated" in page
    assert theirs.get(f"{PAGE}/agreement.csv").status_code == 404
