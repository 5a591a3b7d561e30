"""The journal: turns that the database would not take, kept in a file until it does."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.records.canonical import canonical
from bot.records.conversations import Conversations
from bot.records.turn_record import TurnRecord


@dataclass(frozen=True)
class Drained:
    """What draining did: turns that are stored now, and lines that stay, each with the reason."""

    stored: int
    left: tuple[str, ...] = ()


class Journal:
    """A file of JSON lines, one a turn, readable by its owner only. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.Lock()

    def append(self, record: TurnRecord) -> None:
        """Writes a turn and waits until it is on the disk. Raises OSError where the disk does not take it."""
        line = canonical(record.to_json()).encode() + b"\n"
        with self._locked():
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                size = os.fstat(file).st_size
                if size and os.pread(file, 1, size - 1) != b"\n":
                    # The last writer died within its line: that line is lost to it, but must not take ours along.
                    line = b"\n" + line
                while line:
                    line = line[os.write(file, line) :]
                os.fsync(file)
            finally:
                os.close(file)

    def drain(self, conversations: Conversations) -> Drained:
        """Stores the turns, oldest first; a line that cannot be stored stays. Costs nothing where there are none."""
        if not self.waiting():
            return Drained(0)
        with self._locked():
            lines = self._path.read_bytes().splitlines() if self._path.exists() else []
        # Storing waits for the database, and an emergency must not wait for that: the lock is free meanwhile.
        stored, reasons = set(), []
        for number, line in enumerate(lines, 1):
            try:
                conversations.store_turn(TurnRecord.from_json(json.loads(line)))
                stored.add(line)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                reasons.append(f"{self._path.name}:{number}: not a turn: {type(error).__name__}: {error}")
            except OperationalError as error:
                # Locked or gone, and so for every other line too: each would wait as long as this one did.
                reasons.append(f"{self._path.name}:{number}: the database does not take it: {error.orig}")
                break
            except SQLAlchemyError as error:
                # The reason without its parameters: those are what the person said.
                cause = str(getattr(error, "orig", None) or type(error).__name__)
                reasons.append(f"{self._path.name}:{number}: the database does not take it: {cause}")
        if stored:
            with self._locked():
                now = self._path.read_bytes().splitlines() if self._path.exists() else []
                self._rewrite([line for line in now if line not in stored])
        return Drained(len(stored), tuple(reasons))

    def forget(self, conversation_id: str) -> int:
        """Removes the turns of a conversation that was erased; gives how many."""
        if not self.waiting():
            return 0
        with self._locked():
            lines = self._path.read_bytes().splitlines()
            kept = [line for line in lines if not _belongs(line, conversation_id)]
            if len(kept) < len(lines):
                self._rewrite(kept)
        return len(lines) - len(kept)

    def waiting(self) -> bool:
        """Whether any line waits to be stored."""
        return self._path.exists() and self._path.stat().st_size > 0

    def _rewrite(self, lines: list[bytes]) -> None:
        if not lines:
            self._path.unlink(missing_ok=True)
            return
        beside = self._path.with_suffix(".new")
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as handle:
            handle.writelines(line + b"\n" for line in lines)
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._thread_lock, open(self._path.with_suffix(".lock"), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _belongs(line: bytes, conversation_id: str) -> bool:
    try:
        turn = json.loads(line)
    except ValueError:
        return False
    return isinstance(turn, dict) and turn.get("conversation_id") == conversation_id
