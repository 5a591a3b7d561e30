"""`signpost review export`: approved drafts as one patch to knowledge/, data/nlu/ and tests/, and its check."""

from __future__ import annotations

import difflib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine, Row

from bot.console.draft_check import DraftCheck
from bot.console.drafting import one_line
from bot.console.review import WORDS
from bot.interview.proof import check
from bot.knowledge import load
from bot.records.audit import COMMAND_LINE, Audit
from bot.records.database import writing
from bot.records.drafts import ENTRY, NLU, RULE_CASE, SCENARIO, mark_exported, ready
from bot.settings import Settings
from bot.web.texts import Texts

TREE = Path(__file__).resolve().parents[2]
ENTRIES = "knowledge/archive/reviewed/entries.jsonl"


@dataclass
class Export:
    """What an export did: the patch, the drafts in it, those that could not be placed and why, and what the check says
    of the patched knowledge."""

    patch: Path | None = None
    exported: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: int = 0

    @property
    def status(self) -> int:
        """The exit status: 1 where a draft was refused or the check fails."""
        return 1 if self.refused or self.problems else 0


def export_command(engine: Engine, settings: Settings, folder: Path) -> int:
    """Exports, and prints what was done. Gives the exit status."""
    result = export(engine, settings, folder, datetime.now(timezone.utc))
    for number, why in result.refused:
        print(f"draft {number} stays where it is: {why}")
    if result.patch is None:
        print("no approved draft waits for an export" if not result.refused else "nothing was written")
        return result.status
    print(f"{len(result.exported)} drafts in {result.patch}: {', '.join(map(str, result.exported))}")
    print(f"to use it: git apply {result.patch}")
    for problem in result.problems:
        print(problem)
    print(f"knowledge check of the patched copy: {len(result.problems)} problems, {result.warnings} warnings")
    if result.problems:
        print("the patch is written all the same: a case that fails asks for another rule. Change both together")
    return result.status


def export(engine: Engine, settings: Settings, folder: Path, at: datetime, tree: Path = TREE) -> Export:
    """Writes the approved drafts that were not exported yet as one patch in `folder`, and notes that they have left.

    Where the file cannot be written, none has. The check runs on a copy of the knowledge with the patch in it.
    """
    knowledge_path = settings.knowledge_path
    knowledge = load(knowledge_path)
    checks = DraftCheck(knowledge, Texts(knowledge, settings, WORDS))
    result = Export()
    with writing(engine) as connection:
        files = _Files(tree, knowledge_path)
        for row in ready(connection):
            # What was approved under older knowledge may have lost its rule since.
            faults = checks.check(row.kind, row.content).problems
            if faults:
                result.refused.append((row.id, faults[0]))
                continue
            try:
                _place(files, row, checks, {rule.id: rule.file for rule in knowledge.rules.values()})
            except ValueError as error:
                result.refused.append((row.id, str(error)))
                continue
            result.exported.append(row.id)
        if not result.exported:
            return result
        folder.mkdir(parents=True, exist_ok=True)
        result.patch = _free(folder, at)
        result.patch.write_text(files.patch(), encoding="utf-8", newline="\n")
        mark_exported(connection, result.exported, at)
        audit = Audit(engine, settings.with_secrets().secret or "")
        audit.append(connection, COMMAND_LINE, "export", "drafts", count=len(result.exported))
    with tempfile.TemporaryDirectory(prefix="signpost-export-") as copied:
        copy = Path(copied) / "knowledge"
        shutil.copytree(knowledge_path, copy)
        files.write_knowledge(copy)
        found = check(copy, at.date())
    result.problems = [str(problem) for problem in found if not problem.warning]
    result.warnings = len(found) - len(result.problems)
    return result


class _Files:
    """Files of the tree as they are and as they become."""

    def __init__(self, tree: Path, knowledge: Path) -> None:
        self._tree, self._knowledge = tree, knowledge
        self._before: dict[str, str | None] = {}
        self._after: dict[str, str] = {}

    def read(self, name: str) -> str:
        """A file as it becomes so far; empty where there is none."""
        if name not in self._after:
            root, _, rest = name.partition("/")
            path = self._knowledge / rest if root == "knowledge" else self._tree / name
            self._before[name] = path.read_text(encoding="utf-8") if path.is_file() else None
            self._after[name] = self._before[name] or ""
        return self._after[name]

    def put(self, name: str, text: str) -> None:
        """Puts a text in place of a file's."""
        self.read(name)
        self._after[name] = text

    def patch(self) -> str:
        """All changes as one patch that git applies."""
        return "".join(
            _diff(name, self._before[name], after)
            for name, after in sorted(self._after.items())
            if after != (self._before[name] or "")
        )

    def write_knowledge(self, root: Path) -> None:
        """Writes the changed files of knowledge/ below `root`."""
        for name, text in self._after.items():
            if name.startswith("knowledge/"):
                path = root / name.partition("/")[2]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")


def _place(files: _Files, row: Row, checks: DraftCheck, rule_files: dict[str, str]) -> None:
    """Puts a draft where it belongs. Raises ValueError where there is no such place."""
    origin = _origin(row)
    if row.kind == RULE_CASE:
        rule_id, case = checks.case(row.content)
        name = f"knowledge/{rule_files[rule_id]}"
        files.put(name, _with_case(files.read(name), rule_id, case, origin))
    elif row.kind == NLU:
        files.put(f"data/nlu/reviewed/draft_{row.id}.yml", f"# {origin}\n{_ended(row.content)}")
    elif row.kind == SCENARIO:
        files.put(f"tests/dialogue/scenarios/reviewed_{row.id}.yml", f"# {origin}\n{_ended(row.content)}")
    elif row.kind == ENTRY:
        entry = {**json.loads(row.content), "id": f"review-draft-{row.id}", "provenance": origin}
        files.put(ENTRIES, files.read(ENTRIES) + json.dumps(entry, ensure_ascii=False) + "\n")


def _with_case(text: str, rule_id: str, case: dict[str, Any], origin: str) -> str:
    """The text of a rules file with a case added as the last one of a rule, everything else as it was."""
    lines = text.split("\n")
    heads = (f"  {rule_id}:", f'  "{rule_id}":', f"  '{rule_id}':")
    try:
        rule = next(number for number, line in enumerate(lines) if line.rstrip() in heads)
        cases = next(number for number in range(rule + 1, len(lines)) if lines[number].rstrip() == "    cases:")
    except StopIteration:
        raise ValueError(f"rule {rule_id} has no list of cases where one is expected") from None
    if any(line.startswith("  ") and line[2:3] not in (" ", "#", "") for line in lines[rule + 1 : cases]):
        raise ValueError(f"rule {rule_id} has no list of cases where one is expected")
    last = cases
    for number in range(cases + 1, len(lines)):
        if lines[number].strip() and not lines[number].startswith("      "):
            break
        last = number if lines[number].strip() else last
    lines[last + 1 : last + 1] = [f"      # {origin}", f"      - {one_line(case)}"]
    return "\n".join(lines)


def _origin(row: Row) -> str:
    """Where a draft comes from, on one line: nothing of it leads to a conversation or names anybody in full."""
    days = f"{row.made_at:%Y-%m-%d}, approved by {initials(row.approver)} {row.approved_at:%Y-%m-%d}"
    version = (row.knowledge_version or "unknown")[:10]
    return f"review draft {row.id} by {initials(row.maker)} {days}; seen with knowledge {version}"


def initials(name: str) -> str:
    """The initials of a name.

    >>> initials("Ada Brown"), initials("lead")
    ('A.B.', 'L.')
    """
    return "".join(f"{letter.upper()}." for letter in (word[0] for word in name.split()) if letter.isalnum()) or "?"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _diff(name: str, before: str | None, after: str) -> str:
    """One file's part of the patch."""
    # By newlines alone: other signs that Python takes for the end of a line are none to git.
    old, new = (_lines(text) for text in (before or "", after))
    source = "/dev/null" if before is None else f"a/{name}"
    body = "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, source, f"b/{name}")
    )
    return f"diff --git a/{name} b/{name}\n" + ("new file mode 100644\n" if before is None else "") + body


def _lines(text: str) -> Sequence[str]:
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _free(folder: Path, at: datetime) -> Path:
    """A name that no file in the folder has: an earlier patch is never written over."""
    name = f"signpost-review-{at:%Y-%m-%d}"
    paths = (folder / f"{name}{f'-{number}' if number > 1 else ''}.patch" for number in range(1, 10_000))
    return next(path for path in paths if not path.exists())
