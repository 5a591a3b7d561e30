"""The lock files: every package by version and hash, no index named, and in step with pyproject.toml."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import tomli

TREE = Path(__file__).resolve().parent.parent
REASONS = TREE / "docs" / "adr" / "0003-dependencies.md"
LOCKS = sorted((TREE / "requirements").glob("*.lock"))
SETS_OF_HASHES = [*LOCKS, TREE / "scripts" / "uv.txt"]
ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==([^ \\]+)", re.IGNORECASE)


def entries(path: Path) -> dict[str, tuple[str, int]]:
    """Each package of a lock file with its version and its number of hashes."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.lstrip().startswith("#"):
            continue
        if line.startswith("    --hash=sha256:"):
            version, hashes = found[name]
            found[name] = (version, hashes + 1)
            continue
        entry = ENTRY.match(line)
        assert entry, f"{path.name}: neither a pinned package nor a hash: {line!r}"
        name = entry[1].lower()
        found[name] = (entry[2], 0)
    return found


def test_there_are_four() -> None:
    assert [path.name for path in LOCKS] == ["dev.lock", "peers.lock", "runtime.lock", "tensorflow.lock"]


@pytest.mark.parametrize("path", SETS_OF_HASHES, ids=lambda path: path.name)
def test_every_entry_has_a_version_and_a_hash(path: Path) -> None:
    assert [name for name, (_, hashes) in entries(path).items() if not hashes] == []


@pytest.mark.parametrize("path", SETS_OF_HASHES, ids=lambda path: path.name)
def test_no_lock_names_an_index_or_an_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?:|file:|--(?:extra-)?index|--find-links|--trusted-host", text) == []


def test_the_locks_agree_where_they_overlap() -> None:
    locked = {path.stem: {name: version for name, (version, _) in entries(path).items()} for path in LOCKS}
    for inner, outer in (("runtime", "dev"), ("dev", "peers")):
        assert {name: locked[outer].get(name) for name in locked[inner]} == locked[inner]
    assert set(locked["dev"]) <= set(locked["tensorflow"])


def test_tensorflow_is_only_in_its_own_lock() -> None:
    locked = {
        path.stem: {name for name in entries(path) if name.startswith(("tensorflow", "keras", "jax"))} for path in LOCKS
    }
    assert locked["runtime"] == locked["dev"] == locked["peers"] == set()
    assert "tensorflow-cpu" in locked["tensorflow"]


def test_every_direct_dependency_is_locked() -> None:
    project = tomli.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "runtime": project["project"]["dependencies"],
        "dev": project["dependency-groups"]["dev"],
        "tensorflow": project["dependency-groups"]["tensorflow"],
        "peers": project["dependency-groups"]["peers"],
    }
    for lock, requirements in asked.items():
        locked = entries(TREE / "requirements" / f"{lock}.lock")
        names = {re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}
        assert names - set(locked) == set(), f"run `make lock`: {lock}.lock"


def test_no_file_hides_uv_from_pyenv() -> None:
    assert not (TREE / ".python-version").exists()


def test_every_direct_dependency_has_its_reason_and_its_licence() -> None:
    project = tomli.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    asked = {re.split(r"[\[<>=~! ;]", requirement)[0].lower() for group in groups for requirement in group}
    python, _, widget = REASONS.read_text(encoding="utf-8").partition("## The widget")
    assert set(re.findall(r"^\| ([a-z0-9-]+) \| .+ \| .+ \|$", python, re.MULTILINE)) - {"package"} == asked
    package = json.loads((TREE / "widget" / "package.json").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| ([@a-z0-9/., -]+) \| .+ \| .+ \|$", widget, re.MULTILINE)
    named = {name for row in rows for name in row.split(", ")} - {"package"}
    assert named == {*package["dependencies"], *package["devDependencies"]}


def test_the_widgets_lock_has_a_hash_for_every_package_and_names_no_registry() -> None:
    packages = json.loads((TREE / "widget" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 20
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name
