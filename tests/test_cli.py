"""The command `signpost`, run as people and programs run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main

TREE = Path(__file__).resolve().parent.parent
SIGNPOST = str(Path(sys.executable).parent / "signpost")
URGENT = {"id": "e", "text": "My face drooped suddenly this morning and my speech is slurred", "as_of": "2026-11-23"}
MILD = {"id": "m", "text": "My left eyelid has been twitching for three weeks", "as_of": "2026-11-23"}
FIELDS = {
    *("id", "level", "could_become", "topics", "findings", "durations", "person"),
    *("not_understood", "rules", "next_question", "knowledge_version"),
}


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Ran]


@pytest.fixture
def signpost(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process, which has imported spaCy once; keywords but `given` go to the environment."""

    def run(*words: str, given: str = "", **environ: str) -> Ran:
        capsys.readouterr()
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.setattr("sys.argv", ["signpost", *words])
            patch.setattr("sys.stdin", TextIOWrapper(BytesIO(given.encode()), encoding="utf-8"))
            for name, value in environ.items():
                patch.setenv(name, value)
            main()
        captured = capsys.readouterr()
        return Ran(int(ended.value.code or 0), captured.out, captured.err)

    return run


def process(*words: str, given: str = "") -> Ran:
    """The same as a process of its own, for what only a process shows."""
    run = subprocess.run([SIGNPOST, *words], input=given, capture_output=True, text=True)
    return Ran(run.returncode, run.stdout, run.stderr)


def lines(*items: Any) -> str:
    return "".join(f"{json.dumps(item)}\n" for item in items)


def modules(*words: str, given: str = "") -> set[str]:
    """The top-level packages that a command has imported when it ends."""
    code = (
        "import sys\nfrom bot.cli import main\nsys.argv = ['signpost', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code, *words], input=given, capture_output=True, text=True, check=True)
    return set(run.stderr.splitlines()[-1].split())


def one_error_line(run: Ran) -> str:
    """What a failed command said, after making sure that it was one line and no trace."""
    assert run.returncode == 1 and run.stdout == ""
    assert run.stderr.startswith("signpost: ") and run.stderr.count("\n") == 1
    return run.stderr


def test_help_lists_the_commands_and_imports_no_room() -> None:
    shown = process("--help")
    assert shown.returncode == 0
    assert [
        word
        for word in ("serve", "assess", "archive", "knowledge", "replay", "rasa", "parse")
        if word not in shown.stdout
    ] == []
    assert {"yaml", "spacy", "rasa", "sqlalchemy", "starlette"} & modules("--help") == set()


def test_a_wrong_flag_is_a_usage_error(signpost: Command) -> None:
    run = signpost("assess", "--jsn")
    assert run.returncode == 2 and "--json" in run.stderr


def test_assess_answers_each_line_with_the_fields_of_the_contract(signpost: Command) -> None:
    run = signpost("assess", "--json", given=lines(URGENT, MILD))
    assert (run.returncode, run.stderr) == (0, "")
    urgent, mild = (json.loads(line) for line in run.stdout.splitlines())
    assert set(urgent) == set(mild) == FIELDS
    assert (urgent["id"], urgent["level"]) == ("e", "emergency")
    assert (mild["id"], mild["level"] == "emergency") == ("m", False)
    for found in mild["findings"]:
        assert MILD["text"][found["start"] : found["end"]] == found["text"]
        assert {"id", "status", "experiencer", "site", "side", "severity", "trend", "start", "end", "text"} <= set(
            found
        )
    for stretch in mild["durations"]:
        assert set(stretch) == {"kind", "seconds", "min", "max", "finding", "start", "end", "text"}
    assert [stretch["seconds"] for stretch in mild["durations"]] == [21 * 86400]
    for rule in urgent["rules"]:
        assert set(rule) == {"id", "version", "level", "sources", "reviewed"}
    assert urgent["next_question"] is None
    assert set(mild["next_question"]) == {"findings", "text"}
    assert urgent["knowledge_version"] == mild["knowledge_version"]


def test_assess_is_the_same_twice(signpost: Command) -> None:
    assert (
        signpost("assess", "--json", given=lines(MILD)).stdout == signpost("assess", "--json", given=lines(MILD)).stdout
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 1},
        {"id": 1, "text": 5},
        {"id": 1, "text": "a", "age": "old"},
        {"id": 1, "text": "a", "sex": "?"},
        {"id": 1, "text": "a", "as_of": "yesterday"},
    ],
)
def test_a_line_that_is_not_valid_gets_an_error_and_the_status_is_1(signpost: Command, wrong: dict[str, Any]) -> None:
    run = signpost("assess", "--json", given=lines(wrong, URGENT))
    first, second = (json.loads(line) for line in run.stdout.splitlines())
    assert run.returncode == 1 and set(first) == {"id", "error"} and first["id"] == 1
    assert second["level"] == "emergency"


def test_assess_answers_before_the_input_ends() -> None:
    with subprocess.Popen(
        [SIGNPOST, "assess", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin and run.stdout
        run.stdin.write(lines(MILD))
        run.stdin.flush()
        assert json.loads(run.stdout.readline())["id"] == "m"
        run.stdin.close()
        assert run.wait() == 0


def test_assess_imports_neither_rasa_nor_a_server_nor_a_database() -> None:
    heavy = {"rasa", "rasa_sdk", "tensorflow", "starlette", "uvicorn", "sqlalchemy", "alembic", "sanic", "matplotlib"}
    imported = modules("assess", "--json", given=lines(MILD))
    assert "spacy" in imported and heavy & imported == set()


def test_assess_for_a_person(signpost: Command) -> None:
    run = signpost("assess", given=f"{URGENT['text']}\n")
    assert run.returncode == 0 and run.stdout.startswith("emergency")


def test_whoever_stops_reading_sees_no_trace() -> None:
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run([SIGNPOST, "knowledge", "check"], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (run.returncode, run.stderr) == (1, "")


def test_answers_need_a_database_and_say_how_to_make_one(signpost: Command, tmp_path: Path) -> None:
    run = signpost("assess", "--json", "--answers", "--database", f"sqlite:///{tmp_path}/none.db", given=lines(MILD))
    assert "archive import" in one_error_line(run)
    assert list(tmp_path.iterdir()) == []


def test_archive_import_search_and_answers(signpost: Command, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signpost.db"
    entries = tmp_path / "entries.jsonl"
    entries.write_text(
        lines(
            {
                "id": "a",
                "title": "Eyelid jumps",
                "question": "My eyelid twitches, what is it?",
                "reply": "Rest. See a doctor if it lasts.",
            },
            {"id": "b", "title": "Sore knee", "question": "My knee hurts on stairs.", "reply": "Try a cold pack."},
        )
    )
    brought = signpost("archive", "import", str(entries), "--database", database)
    assert (brought.returncode, brought.stderr) == (0, "") and "2 read, 2 imported" in brought.stdout
    found = signpost(
        "archive", "search", "--json", "--database", database, given=lines({"id": 9, "text": "twitching eyelid"})
    )
    result = json.loads(found.stdout)
    assert result["id"] == 9 and result["results"][0]["title"] == "Eyelid jumps"
    assert set(result["results"][0]) == {"entry", "title", "score"}
    assessed = signpost("assess", "--json", "--answers", "--database", database, given=lines(MILD))
    assert assessed.returncode == 0
    for answer in json.loads(assessed.stdout)["answers"]:
        assert {"id", "title", "score", "shown"} <= set(answer)
    shown = signpost("archive", "search", "--database", database, given="twitching eyelid\n")
    assert "Eyelid jumps" in shown.stdout


def test_archive_import_names_what_it_cannot_read(signpost: Command, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signpost.db"
    page = tmp_path / "page.txt"
    page.write_text("no archive page\n")
    for path, says in ((page, "page.txt"), (tmp_path / "none", "no such file or folder")):
        run = signpost("archive", "import", str(path), "--database", database)
        assert run.returncode == 1 and says in run.stdout and run.stderr == ""
        account = json.loads(signpost("archive", "import", "--json", str(path), "--database", database).stdout)
        assert account["imported"] == 0 and says in account["refused"][0]


def test_archive_search_of_nothing_finds_nothing(signpost: Command, tmp_path: Path) -> None:
    run = signpost("archive", "search", "--json", given=lines({"id": 1, "text": "a"}), SIGNPOST_HOME=str(tmp_path))
    assert json.loads(run.stdout) == {"id": 1, "results": []}


def test_knowledge_check_passes_here_and_fails_where_it_should(signpost: Command, tmp_path: Path) -> None:
    good = signpost("knowledge", "check")
    assert good.returncode == 0 and "no problems" in good.stdout
    copy = shutil.copytree(TREE / "knowledge", tmp_path / "knowledge")
    (copy / "rules" / "broken.yml").write_text("rules: ]\n")
    bad = signpost("knowledge", "check", str(copy))
    assert bad.returncode == 1 and "rules/broken.yml:1" in bad.stdout and "1 problem in" in bad.stdout
    assert len(json.loads(signpost("knowledge", "check", "--json", str(copy)).stdout)) == 1
    assert "no such folder" in one_error_line(signpost("knowledge", "check", str(tmp_path / "none")))


def test_replay_of_an_empty_database_and_of_none(signpost: Command, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/signpost.db"
    assert "there is no database" in one_error_line(signpost("replay", "--database", database))
    signpost("archive", "search", "--database", database)
    assert signpost("replay", "--database", database).stdout == "0 of 0 decisions are the same\n"
    unknown = signpost("replay", "7", "--database", database)
    assert unknown.returncode == 1 and "decision 7: not in this database" in unknown.stdout


def test_a_file_that_is_no_database(signpost: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, though it is long enough to be one, is it not? " * 20)
    assert "not a database" in one_error_line(signpost("replay", "--database", f"sqlite:///{tmp_path}/notes.db"))


@pytest.mark.parametrize(
    "words", [("serve",), ("assess", "--json"), ("parse", "x"), ("replay",), ("knowledge", "check")]
)
def test_a_misspelt_setting_is_one_line(signpost: Command, words: tuple[str, ...]) -> None:
    error = one_error_line(signpost(*words, given=lines(MILD), SIGNPOST_DATABSE_URL="x"))
    assert "Did you mean SIGNPOST_DATABASE_URL?" in error


def test_parse_marks_what_it_understands(signpost: Command) -> None:
    run = signpost("parse", MILD["text"])
    assert run.returncode == 0 and MILD["text"] in run.stdout and "21 days" in run.stdout
    assert "[1-" in run.stdout and "[a-" in run.stdout and "by the sign twitching" in run.stdout
    assert "\x1b" not in run.stdout


def test_parse_gives_the_reading_as_json(signpost: Command) -> None:
    run = signpost("parse", "my hand is numb since yesterday", "--json", "--as-of", "2026-11-23")
    reading = json.loads(run.stdout)
    (found,), (made_by,) = reading["mentions"], reading["made_by"]
    assert found["finding"] == "hand_numbness" and (made_by["sign"], made_by["site"]) == ("numbness", "hand")
    assert "--as-of" in one_error_line(signpost("parse", "x", "--as-of", "soon"))


def test_rasa_gets_its_arguments_untouched() -> None:
    run = process("rasa", "data", "validate", "--help")
    assert run.returncode == 0 and "--fail-on-warnings" in run.stdout


def test_archive_search_answers_line_by_line(signpost: Command, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'archive.db'}"
    signpost("archive", "import", str(TREE / "tests" / "archive" / "pages"), "--database", database)
    asked = [
        '{"id": "a", "text": "my wrist aches when I type"}',
        '{"id": "b"',
        '{"text": "no id"}',
        '{"id": "c", "text": 5}',
        '"x"',
        '{"id": 0, "text": ""}',
    ]
    run = signpost("archive", "search", "--json", "--database", database, given="\n".join(asked) + "\n")
    assert run.returncode == 1
    a, b, no_id, c, x, empty = (json.loads(line) for line in run.stdout.splitlines())
    assert a["id"] == "a" and a["results"][0]["title"] == "Sore wrist when I type"
    assert set(a["results"][0]) == {"entry", "title", "score"} and len(a["results"]) <= 10
    assert b["id"] is None and b["error"].startswith("not JSON")
    assert no_id == {"id": None, "error": 'read fields text; expected an "id" and a text in "text"'}
    assert c == {"id": "c", "error": 'read fields id, text; expected an "id" and a text in "text"'}
    assert x == {"id": None, "error": 'expected an object with id and text, read "x"'}
    assert empty == {"id": 0, "results": []}


def test_archive_search_makes_a_database_that_is_not_there_yet(signpost: Command, tmp_path: Path) -> None:
    given = '{"id": 1, "text": "wrist"}\n'
    run = signpost("archive", "search", "--json", "--database", f"sqlite:///{tmp_path / 'new.db'}", given=given)
    assert (run.returncode, json.loads(run.stdout)) == (0, {"id": 1, "results": []})
