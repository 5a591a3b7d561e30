"""Lines in, lines out: how a command answers each line of standard input, and how any failure becomes one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


class CommandError(Exception):
    """A command cannot do what was asked. Its text, one line, says what to do."""


def one_line(error: Exception) -> str:
    """What to print of an exception: our own errors and the system's speak for themselves, a fault names its place."""
    kind = type(error)
    if kind.__module__.startswith("bot.") or isinstance(error, OSError):
        return " ".join(str(error).split())
    if kind.__module__.startswith("sqlalchemy."):
        return f"the database cannot be used: {' '.join(str(getattr(error, 'orig', None) or error).split())}"
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    return f"a fault of the program, please report it: {kind.__name__}{where}: {' '.join(str(error).split())}"


def answer_lines(one: Callable[[dict[str, Any]], dict[str, Any]], show: Callable[[dict[str, Any]], str] | None) -> int:
    """Answers each line of standard input with one of its own, as they come; gives 1 if any of them failed, or 0.

    Lines are JSON objects, and so are the answers. With `show` a line may also be plain text, and `show` words the
    answer for a person.
    """
    if show and sys.stdin.isatty():
        print("Type a message and press Enter; Ctrl-D ends.", file=sys.stderr)
    failed = False
    for line in sys.stdin.buffer:
        result = _answer(one, line.rstrip(b"\r\n"), plain=show is not None)
        failed = failed or "error" in result
        if show is None:
            print(json.dumps(result), flush=True)
        else:
            print(f"error: {result['error']}" if "error" in result else show(result), flush=True)
    return 1 if failed else 0


def _answer(one: Callable[[dict[str, Any]], dict[str, Any]], line: bytes, plain: bool) -> dict[str, Any]:
    """The answer to one line. A line that cannot be answered gets an error in its place, and the next one its turn."""
    item: Any = None
    try:
        item = _item(line, plain)
        if not isinstance(item, dict):
            raise CommandError(f"expected an object with id and text, read {json.dumps(item)[:60]}")
        return one(item)
    except Exception as wrong:  # one message that fails must not cost the messages after it theirs
        return {"id": item.get("id") if isinstance(item, dict) else None, "error": one_line(wrong)}


def _item(line: bytes, plain: bool) -> Any:
    """What a line holds. Raises CommandError where that cannot be read."""
    if not line.strip():
        raise CommandError("the line is empty")
    try:
        text = line.decode("utf-8-sig")
        if plain and not text.lstrip().startswith("{"):
            return {"id": None, "text": text}
        return _DECODER.decode(text)
    except UnicodeDecodeError as wrong:
        raise CommandError(f"not UTF-8: byte {wrong.start} of the line") from None
    except json.JSONDecodeError as wrong:
        raise CommandError(f"not JSON: {wrong.msg} at character {wrong.pos}") from None
    except ValueError as wrong:  # NaN, Infinity, and numbers of thousands of digits
        raise CommandError(f"not JSON: {wrong}") from None
    except RecursionError:
        raise CommandError("not a message: nested too deeply") from None


def _not_a_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


# Python's json takes NaN and Infinity, which no other reader of our answers would.
_DECODER = json.JSONDecoder(parse_constant=_not_a_number)
