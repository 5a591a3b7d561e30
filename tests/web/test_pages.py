"""What machines and browsers fetch: health, counters, the page, its files and words."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from bot.knowledge import Knowledge
from bot.settings import Settings
from bot.web import pages
from bot.web.app import create_app
from bot.web.errors import STATUS
from bot.web.texts import Texts
from tests.web.conftest import FakeDesk, begin

STATIC = Path(pages.__file__).parent / "static"
SOURCE = Path(__file__).resolve().parents[2] / "widget" / "src"
WORDS = Path(__file__).resolve().parents[2] / "knowledge" / "messages" / "en"
MESSAGES = "/api/conversations/messages"


def test_alive(client: TestClient) -> None:
    assert client.get("/livez").json() == {"alive": True}


def test_ready_names_every_part(client: TestClient, knowledge: Knowledge) -> None:
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "ready": True,
        "checks": {"model": True, "database": True},
        "knowledge_version": knowledge.version,
    }


def test_not_ready_says_what_is_missing_while_emergencies_are_answered(client: TestClient, desk: FakeDesk) -> None:
    desk.checks = {"model": False, "database": True}
    missing = client.get("/readyz")
    assert missing.status_code == 503 and missing.json()["checks"] == desk.checks
    assert missing.json()["error"]["code"] == "not_ready" and "model" in missing.json()["error"]["message"]
    answered = client.post(MESSAGES, json={"id": "1", "text": "My face droops"}, headers=begin(client))
    assert answered.json()["messages"][0]["kind"] == "emergency"


@pytest.mark.parametrize("path", ["/demo", "/embed"])
def test_pages_for_operators_are_not_shown_to_patients(
    make_client: Any, settings: Settings, desk: FakeDesk, conversations: Any, knowledge: Knowledge, path: str
) -> None:
    page = make_client().get(path)
    assert page.status_code == 200 and "signpost-chat" in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on\w+=", page.text)
    said = re.sub(r"/static/\S+", "", page.text)
    assert not re.search(r"\b(demo|embed)\.\w", said), "a text is missing"
    public = TestClient(create_app(replace(settings, public=True), desk, conversations, knowledge))
    assert public.get(path).status_code == 404


def test_the_embedding_lines_name_this_server(client: TestClient) -> None:
    page = client.get("/embed").text
    assert '&lt;script src="http://testserver/widget.js" defer&gt;' in page and "script-src http://testserver;" in page


def test_the_words_come_in_the_nearest_language(make_client: Any, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    shutil.copytree(WORDS, tmp_path / "messages" / "en")
    (tmp_path / "messages" / "ar-XB").mkdir()
    translated = {"language": {"name": "ybeW", "direction": "rtl"}, "page": {"name": "tsopngiS"}}
    (tmp_path / "messages" / "ar-XB" / "widget.json").write_text(json.dumps(translated))
    client = make_client(settings=replace(settings, knowledge_path=tmp_path))
    for wanted, found in (("ar-XB", "ar-XB"), ("ar", "ar-XB"), ("ar-xb-latn", "ar-XB"), ("de-AT", "en"), ("", "en")):
        assert client.get("/api/texts", params={"language": wanted}).json()["language"] == found
    words = client.get("/api/texts", params={"language": "ar-XB"}).json()
    assert words["direction"] == "rtl" and words["texts"]["page.name"] == "tsopngiS"
    assert words["texts"]["page.tagline"] == client.get("/api/texts").json()["texts"]["page.tagline"]
    assert [each["tag"] for each in words["languages"]] == ["en", "ar-XB"]


def test_metrics_count_and_hold_nothing_that_was_written(client: TestClient, bearer: dict[str, str]) -> None:
    client.post(MESSAGES, json={"id": "1", "text": "unmistakable"}, headers=bearer)
    client.post(MESSAGES, json={"id": "2", "choices": ["none"]}, headers=bearer)
    client.get("/nowhere")
    text = client.get("/metrics").text
    assert 'signpost_replies_total{kind="advice",level="routine"} 1' in text
    assert 'signpost_replies_total{kind="question",level="none"} 1' in text
    assert 'signpost_errors_total{code="not_found"} 1' in text
    assert "signpost_conversations_total 1" in text
    assert "signpost_turn_seconds_count 2" in text
    assert "unmistakable" not in text
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.]+', line), line


def test_the_page_shows_the_number_before_any_script_ran(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    assert "999" in page.text and "<signpost-chat" in page.text
    assert "not yet reviewed by a clinician" in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on\w+=", page.text)


@pytest.mark.parametrize("path", ["/", "/widget.js", "/static/page.css", "/api/texts", "/nowhere", "/console"])
def test_every_response_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"


def test_what_is_private_is_kept_in_no_cache(client: TestClient, bearer: dict[str, str]) -> None:
    assert client.get(MESSAGES, headers=bearer).headers["Cache-Control"] == "no-store"
    assert client.get("/console").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", sorted(path.name for path in STATIC.iterdir() if path.is_file()))
def test_the_files_are_served_and_ask_nobody_else(client: TestClient, path: str) -> None:
    served = client.get(f"/static/{path}")
    assert served.status_code == 200
    addresses = re.findall(r"https?://[\w.-]+[^\s\"')`]*", served.text)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


def test_no_script_turns_text_into_markup() -> None:
    for path in [*STATIC.glob("*.js"), *SOURCE.rglob("*.ts")]:
        script = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script), (
            path
        )


def test_the_widget_has_its_words(client: TestClient) -> None:
    words = client.get("/api/texts").json()
    assert words["numbers"] == {"emergency_number": "999", "urgent_number": "111"}
    assert words["demonstration"] is True
    assert not {key for key in words["texts"] if key.split(".")[0] in {"errors", "hints", "details", "serve"}}
    used = {
        key for path in SOURCE.rglob("*.ts") for key in re.findall(r"""\bt\(\s*["']([\w.]+)["']""", path.read_text())
    }
    assert len(used) > 50 and used - set(words["texts"]) == set()


@pytest.mark.parametrize(
    "name", ["web.yml", "console.yml", "reading.yml", "undelivered.yml", "pages.yml", "widget.json"]
)
def test_every_word_is_used(name: str) -> None:
    """A text that nobody says any more is taken out, so that translators do not work for nothing."""
    # The words for conditions and drawings are the console's, and said where the knowledge is put into words.
    rooms = [*(Path(pages.__file__).parents[1] / room for room in ("web", "console", "knowledge")), SOURCE]
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in rooms
        for path in room.rglob("*")
        if path.suffix in {".py", ".ts", ".html"}
    )
    words = yaml.safe_load((WORDS / name).read_text(encoding="utf-8"))
    words.pop("language", None)
    assert [key for key in _keys(words) if not _said(key, code)] == []


def test_every_error_has_its_words(knowledge: Knowledge) -> None:
    for code in STATUS:
        assert knowledge.messages.has(f"web.errors.{code}") and knowledge.messages.has(f"web.hints.{code}")


def test_a_country_without_an_urgent_number_is_told_in_words(settings: Settings, knowledge: Knowledge) -> None:
    texts = Texts(knowledge, replace(settings, urgent_number=None), "widget")
    assert "None" not in texts("consent.declined") and "urgent care" in texts("consent.declined")


def _keys(data: Any, prefix: str = "") -> list[str]:
    if not isinstance(data, dict):
        return [prefix]
    return [key for name, inner in data.items() for key in _keys(inner, f"{prefix}.{name}" if prefix else str(name))]


def _said(key: str, code: str) -> bool:
    group, _, last = key.rpartition(".")
    built = rf"[\"'`](web\.|console\.)?{re.escape(group)}\.(\$?\{{|[\"'`] *[+~])"  # put together: `levels.${level}`
    whole = rf"[\"'`](web\.|console\.)?{re.escape(key)}[\"'`]"
    named = rf"[\"'`]{re.escape(last)}[\"'`]" if group.split(".")[0] in {"errors", "hints"} else None
    built_group = re.search(built, code) or re.search(rf"\$\{{name\}}\.{last}\b", code)
    counted = rf"[\"'`]{re.escape(key)}\.[\"'`] *~"  # a list, whose places are counted through
    return bool(re.search(rf"{whole}|{counted}", code) or built_group or (named and re.search(named, code)))
