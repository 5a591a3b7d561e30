"""What can be set, run or called is written down, and what is written down exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.routing import Mount
from typer.main import get_command

from bot.cli import app as command_line
from bot.settings import VARIABLES, Settings

TREE = Path(__file__).resolve().parent.parent
REFERENCE = (TREE / "docs" / "guides" / "reference.md").read_text(encoding="utf-8")
PAGES = {
    path: path.read_text(encoding="utf-8") for path in [TREE / "README.md", *(TREE / "docs" / "guides").glob("*.md")]
}


def commands(command: Any, name: str = "signpost") -> Iterator[tuple[str, Any]]:
    """Each command that does something, by the words that call it."""
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            yield from commands(inner, f"{name} {word}")
    else:
        yield name, command


COMMANDS = dict(commands(get_command(command_line)))


def routes(tmp_path: Path) -> set[str]:
    """The path of every route of the application; a mounted folder by its own."""
    from bot.channels import webhooks
    from bot.knowledge import load
    from bot.records.conversations import Conversations
    from bot.records.database import engine
    from bot.web.app import create_app

    settings = Settings(home=tmp_path, secret="s" * 32)
    # Messaging platforms, as far as routes go.
    messaging: Any = SimpleNamespace(routes=lambda metrics: webhooks.routes({}, None, metrics))
    served: Any = create_app(settings, None, Conversations(engine("sqlite://")), load(), messaging=messaging)
    return {f"{route.path}/..." if isinstance(route, Mount) else route.path for route in served.routes}


def documented(pattern: str) -> set[str]:
    """What stands in backticks in the reference and looks like `pattern`."""
    return {found for words in re.findall(r"`([^`\n]+)`", REFERENCE) for found in re.findall(pattern, words)}


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_is_in_the_reference(name: str) -> None:
    assert f"| `{name}` |" in REFERENCE


def test_the_docs_name_no_setting_that_is_not_there() -> None:
    for path, text in PAGES.items():
        assert set(re.findall(r"SIGNPOST_[A-Z_]*[A-Z]", text)) <= set(VARIABLES), path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_flag_is_in_the_reference(name: str) -> None:
    row = next((line for line in REFERENCE.splitlines() if re.match(rf"\| `{name}\b", line)), None)
    assert row, f"no row for `{name}` in docs/guides/reference.md"
    flags = {flag for parameter in COMMANDS[name].params for flag in parameter.opts if flag.startswith("--")}
    assert {flag for flag in flags - {"--help"} if flag not in row} == set()


def test_the_docs_name_no_command_that_is_not_there() -> None:
    groups = {" ".join(name.split()[:2]) for name in COMMANDS}
    for path, text in PAGES.items():
        for words in re.findall(r"`signpost ([a-z]+)", text):
            assert f"signpost {words}" in groups, path
    known = {flag for command in COMMANDS.values() for parameter in command.params for flag in parameter.opts}
    assert documented(r"--[a-z][a-z-]*") - {"--help"} <= known


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in COMMANDS.items() if not command.help] == []


def test_every_route_is_in_the_reference(tmp_path: Path) -> None:
    served = routes(tmp_path)
    assert len(served) > 8
    assert served - documented(r"/[^\s,]*") == set()


def test_the_reference_names_no_route_that_is_not_there(tmp_path: Path) -> None:
    addresses = REFERENCE.split("## Addresses")[1].split("##")[0]
    rows = re.findall(r"^\| (`.+?) \|", addresses, re.MULTILINE)
    named = {path for row in rows for path in re.findall(r"(?:GET |POST |DELETE |`)(/[^\s`]*)", row)}
    assert named == routes(tmp_path)


def test_every_target_of_make_says_what_it_does() -> None:
    makefile = (TREE / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    assert targets and [name for name in targets if not re.search(rf"^{name}:.*## \w", makefile, re.MULTILINE)] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    for path in [*PAGES, *(TREE / "docs").rglob("*.md"), TREE / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
            assert target.startswith(("http", "mailto:")) or (path.parent / target).exists(), f"{path.name}: {target}"
