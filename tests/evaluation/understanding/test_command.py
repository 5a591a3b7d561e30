"""`signpost evaluate nlu`: what it prints and writes, and when it fails."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.evaluation.understanding import command, peers
from bot.evaluation.understanding.command import nlu_command
from bot.evaluation.understanding.durations import Span
from bot.evaluation.understanding.peers import Peers
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from tests.evaluation.understanding.labels import EYELID, WRONG, folder_with

KNOWLEDGE = Path(__file__).resolve().parents[3] / "knowledge"
SCRIPT = """\
- text: "<script>alert(1)</script> I have a fever."
  findings: [{id: tremor, status: present}]
"""


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge, reader: Reader) -> None:
    """Loading the knowledge anew for each test would only take time."""
    monkeypatch.setattr(command, "load", lambda path: knowledge)
    monkeypatch.setattr(command, "Reader", lambda loaded: reader)


class Tags(HTMLParser):
    """The tags of a page with their attributes, and what refers to anywhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def run(tmp_path: Path, *, must_clear: bool = False, with_peers: bool = False, **parts: str) -> int:
    own = folder_with(tmp_path / "own", **parts)
    return nlu_command(
        KNOWLEDGE, None, tmp_path / "out" / "nlu.json", tmp_path / "out" / "nlu.html", must_clear, with_peers, own
    )


def test_it_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, worked_with=EYELID, kept_aside=WRONG) == 0
    printed = capsys.readouterr().out
    assert "Own messages worked with" in printed and "Own messages kept aside" in printed and "BROKEN" in printed
    written: dict[str, Any] = json.loads((tmp_path / "out" / "nlu.json").read_text(encoding="utf-8"))
    assert written["own.worked_with.finding_status.f"] == 1 and written["own.kept_aside.finding_status.f"] == 0
    assert written["own.all.finding_status.f.n"] == 3
    # "onset" is the time; the word for how it came on (suddenly, slowly) has a name of its own.
    assert {"own.worked_with.onset_word.right", "own.worked_with.onset_word.invented"} <= set(written)
    assert "own.worked_with.onset.right" not in written
    assert written["own.worked_with.onset.f"] == 1 and written["own.all.finding.eyelid_twitching.f"] == 1


def test_the_page_needs_nothing_beside_it_and_says_its_plots(tmp_path: Path) -> None:
    run(tmp_path, worked_with=EYELID + SCRIPT, kept_aside=WRONG)
    text = (tmp_path / "out" / "nlu.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(text)
    names = [tag for tag, _ in tags.found]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert not [value for _, attrs in tags.found for key, value in attrs.items() if key in ("src", "href")]
    plots = [attrs for tag, attrs in tags.found if tag == "svg"]
    # The bars, and of each part a matrix of statuses and the findings.
    assert len(plots) == 1 + 2 * 3
    assert all(attrs["role"] == "img" and len(attrs["aria-label"] or "") > 20 for attrs in plots)
    assert any("absent: 1 absent" in (attrs["aria-label"] or "") for attrs in plots)
    assert "&lt;script&gt;alert(1)" in text


def test_a_broken_bar_gives_status_1_only_where_it_must(tmp_path: Path) -> None:
    assert run(tmp_path / "good", worked_with=EYELID, must_clear=True) == 0
    assert run(tmp_path / "bad", worked_with=EYELID, kept_aside=WRONG, must_clear=True) == 1


def test_faulty_labels_are_lines_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, worked_with="- {text: hi}\n- {findings: []}") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("signpost: worked_with/some.yml:") for line in lines)


def test_peers_are_measured_beside_ours_and_missing_ones_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Peers(
        denies={"Naysayer": lambda text, spans: [True for _ in spans]},
        times={"Clock": lambda text, as_of: [Span(0, 1, 14 * 86_400), Span(2, 3, 1)]},
        missing=("Absentee is not compared: it is not installed (make peers)",),
    )
    monkeypatch.setattr(command, "load_peers", lambda: fake)
    assert run(tmp_path, worked_with=EYELID, with_peers=True) == 0
    printed = capsys.readouterr().out
    assert "Absentee is not compared" in printed and "Naysayer" in printed
    written = json.loads((tmp_path / "out" / "nlu.json").read_text(encoding="utf-8"))
    assert written["own.worked_with.compared.absent.signpost.f"] == 1
    assert written["own.worked_with.compared.absent.naysayer.f"] == pytest.approx(2 / 3, abs=1e-4)
    assert written["own.worked_with.compared.times.clock.f"] == 0.4
    assert "Beside other programs" in (tmp_path / "out" / "nlu.html").read_text(encoding="utf-8")


def test_peers_that_are_not_installed_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(module: str) -> Any:
        raise ImportError(module)

    monkeypatch.setattr(peers.importlib, "import_module", nothing)
    peers._duckling.cache_clear()
    found = peers.load_peers()
    assert (found.denies, found.durations, found.times) == ({}, {}, {})
    assert [line.split()[0] for line in found.missing] == ["medspaCy", "negspaCy", "Duckling"]


def test_a_folder_without_time_zones_is_never_given_to_duckling(tmp_path: Path) -> None:
    (tmp_path / "UTC").write_bytes(b"none")
    assert peers.zones_folder([str(tmp_path), str(tmp_path / "nothing")]) is None
    (tmp_path / "UTC").write_bytes(b"TZif2")
    assert peers.zones_folder([str(tmp_path)]) == tmp_path
    assert peers.zones_folder() is not None


def test_the_command_knows_its_folder(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "nlu", "--data", str(tmp_path / "nothing")])
    assert result.exit_code == 1
