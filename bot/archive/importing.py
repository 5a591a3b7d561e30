"""Importing answered questions: files and folders in, an account of every entry out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, IntegrityError

from bot.archive import levels
from bot.archive.columns import Columns
from bot.archive.entry import Account, Entry, Refusal, Refused, shown
from bot.archive.near import NearIndex
from bot.archive.pages import parse_page
from bot.archive.store import Store
from bot.archive.tables import parse_csv, parse_json_line
from bot.records.database import writing

Progress = Callable[[int, int], None]
"""Told, after each batch, how many bytes are read and how many there are."""

KINDS: Final = (".txt", ".jsonl", ".ndjson", ".csv")
BATCH: Final = 500
LARGEST_PAGE: Final = 300_000
LARGEST_LINE: Final = 1_000_000


def import_paths(
    paths: Iterable[Path | str],
    engine: Engine,
    progress: Progress | None = None,
    reply_levels: levels.ReplyLevels | None = None,
    columns: Columns | None = None,
    account: Account | None = None,
) -> Account:
    """Imports files, and all files of a known kind in folders; each batch of entries is one transaction.

    An entry that is there already is updated, by its id, or by title, question and doctor where it has none: an import
    that was broken off is simply run again. What cannot be read is refused in the account and stops nothing else.
    `columns` says where rows of CSV and JSON lines have their fields. `account` is filled as the import goes on, for
    those who have to tell of one that was broken off. Raises SQLAlchemyError where the database cannot be used.
    """
    account = account if account is not None else Account()
    batches = _Batches(engine, account, reply_levels or levels.load())
    files = list(_files([Path(path) for path in paths], account))
    total = sum(size for _, _, size in files)
    batch: list[Entry] = []
    before = waiting = 0
    for path, name, size in files:
        for entry, position in _read(path, name, size, columns or Columns()):
            waiting += 1
            if isinstance(entry, Refusal):
                account.refused.append(entry)
                account.read += entry.line is not None
            else:
                batch.append(entry)
            if waiting >= BATCH:
                batches.store(batch)
                batch, waiting = [], 0
                if progress:
                    progress(before + position, total)
        before += size
    batches.store(batch)
    if progress:
        progress(total, total)
    return account


class _Batches:
    """Stores batches, each in a transaction of its own, and counts in the account what is kept."""

    def __init__(self, engine: Engine, account: Account, reply_levels: levels.ReplyLevels) -> None:
        self._engine = engine
        self._account = account
        self._levels = reply_levels
        self._near = NearIndex()

    def store(self, batch: Sequence[Entry]) -> None:
        """Stores a batch. An entry that the database does not take is refused, and the others of its batch stored."""
        if not batch:
            return
        try:
            with writing(self._engine) as connection:
                counts = Store(connection, self._levels, self._near).add(batch)
        except (DataError, IntegrityError) as error:
            # What the index of near-duplicates took in of this batch is not there.
            self._near = NearIndex()
            if len(batch) > 1:
                half = len(batch) // 2
                self.store(batch[:half])
                self.store(batch[half:])
                return
            self._account.read += 1
            told = " ".join(str(error.orig).split())
            expected = "an entry that the database takes"
            self._account.refused.append(Refusal(batch[0].file, batch[0].line, shown(told), expected))
            return
        # Counted when it is kept: a batch that fails is in nobody's account.
        self._account.read += len(batch)
        for name, value in counts.items():
            setattr(self._account, name, getattr(self._account, name) + value)


def _files(paths: Sequence[Path], account: Account) -> Iterator[tuple[Path, str, int]]:
    """Each file with the name it is told by, which holds no more of the machine's folders than was given."""
    for path in paths:
        try:
            if path.is_dir():
                for each in sorted(path.rglob("*")):
                    if each.is_file() and each.suffix.lower() in KINDS:
                        yield each, str(Path(path.name) / each.relative_to(path)), each.stat().st_size
                    else:
                        account.ignored += each.is_file()
            elif path.suffix.lower() in KINDS or not path.exists():
                yield path, path.name, path.stat().st_size
            else:
                expected = f"one of {', '.join(KINDS)}"
                account.refused.append(Refusal(path.name, None, f'a file of kind "{path.suffix}"', expected))
        except OSError as error:
            what = "no such file or folder" if isinstance(error, FileNotFoundError) else str(error.strerror)
            account.refused.append(Refusal(str(path), None, what, "a file or a folder that can be read"))


def _read(path: Path, name: str, size: int, columns: Columns) -> Iterator[tuple[Entry | Refusal, int]]:
    """The entries and refusals of one file, each with the number of bytes read so far."""
    try:
        kind = path.suffix.lower()
        if kind in (".jsonl", ".ndjson"):
            yield from _read_lines(path, name, columns)
        elif kind == ".txt" and size > LARGEST_PAGE:
            yield Refusal(name, 1, f"a page of {size:,} bytes", f"at most {LARGEST_PAGE:,} bytes"), size
        elif kind == ".txt":
            yield from ((entry, size) for entry in parse_page(path.read_text(encoding="utf-8"), name))
        else:
            with path.open("rb") as file:
                lines = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
                yield from ((entry, file.tell()) for entry in parse_csv(lines, name, columns))
    except Refused as refused:
        yield refused.refusal, size
    except UnicodeDecodeError as error:
        yield Refusal(name, 1, f"bytes that are not UTF-8, at byte {error.start}", "a text in UTF-8"), size
    except OSError as error:
        yield Refusal(name, None, str(error.strerror or error), "a file that can be read"), size


def _read_lines(path: Path, name: str, columns: Columns) -> Iterator[tuple[Entry | Refusal, int]]:
    position = 0
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LARGEST_LINE), b""), 1):
            position += len(line)
            if len(line) == LARGEST_LINE and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = file.readline(LARGEST_LINE)
                    position += len(line)
                yield Refusal(name, number, "a longer line", f"at most {LARGEST_LINE:,} bytes"), position
                continue
            if not line.strip():
                continue
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                yield parse_json_line(text.strip(), name, number, columns), position
            except Refused as refused:
                yield refused.refusal, position
            except UnicodeDecodeError as error:
                yield Refusal(name, number, f"bytes that are not UTF-8, at byte {error.start}", "UTF-8"), position
