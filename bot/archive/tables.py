"""Entries in rows, as JSON lines or CSV: title, question and reply, and the fields that may go with them."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.archive.columns import REQUIRED, Columns
from bot.archive.entry import Entry, Refusal, Refused, shown, source_id
from bot.archive.identity import REMOVED
from bot.archive.people import without_contacts, without_nickname, without_salutation, without_signature
from bot.records.canonical import storable

SEPARATORS = (",", ";", "\t")
LARGEST_TEXT = 100_000
_DATE = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$")
_ENDS = ("...", "…")
# What a byte that is not UTF-8 becomes where a file is read on in spite of it.
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_AS_IT_IS = Columns()


def parse_json_line(text: str, file: str, line: int, columns: Columns = _AS_IT_IS) -> Entry:
    """The entry of one JSON line. Raises Refused."""
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"{shown(text)} ({error.msg} at character {error.pos + 1})"
        raise Refused(Refusal(file, line, what, "one JSON object on the line")) from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits, and lists in lists in lists.
        raise Refused(Refusal(file, line, shown(text), "one JSON object on the line")) from error
    if not isinstance(row, dict):
        raise Refused(Refusal(file, line, shown(text), "one JSON object on the line"))
    return _entry(row, file, line, columns)


def parse_csv(lines: Iterable[str], file: str, columns: Columns = _AS_IT_IS) -> Iterator[Entry | Refusal]:
    """The entries of CSV whose first line names the columns; a refusal in place of each that cannot be read.

    The columns are separated by commas, semicolons or tabs, whichever the first line has most of. Of a row that cannot
    be read, its first line alone is left out: a quote that is never closed does not take the rest of the file with it.
    Bytes that are not UTF-8 are expected as Python's "surrogateescape" gives them.
    """
    rows = _Rows(lines)
    try:
        names = rows.header()
    except csv.Error as error:
        yield Refusal(file, 1, str(error), "a first line that names the columns")
        return
    if any(_BAD_BYTE.search(name) for name in names):
        yield Refusal(file, 1, "bytes that are not UTF-8", "a text in UTF-8")
        return
    missing = columns.missing(names)
    if missing:
        wanted = ", ".join(dict.fromkeys(columns.column(name) for name in (*REQUIRED, *columns.by_field)))
        read = f"columns {', '.join(names) or 'none'}"
        yield Refusal(file, 1, read, f"a first line that names the columns {wanted} ({', '.join(missing)} missing)")
        return
    for line, row in rows:
        if isinstance(row, csv.Error):
            yield Refusal(file, line, str(row), "a row of CSV, its quotes closed")
        elif any(value.strip() for value in row[len(names) :]):
            # Most likely a comma in a text without quotes: the text would be cut off there, and look whole.
            expected = f"at most {len(names)}, as in the first line; a text with the separator in it needs quotes"
            yield Refusal(file, line, f"{len(row)} columns", expected)
        elif any(_BAD_BYTE.search(value) for value in row):
            yield Refusal(file, line, "bytes that are not UTF-8", "a text in UTF-8")
        elif any(value.strip() for value in row):
            try:
                yield _entry({name: value for name, value in zip(names, row) if value.strip()}, file, line, columns)
            except Refused as refused:
                yield refused.refusal


class _Rows:
    """The rows of CSV with the line that each begins on; an error in place of a row that cannot be read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._separator = SEPARATORS[0]
        self._number = 1

    def header(self) -> list[str]:
        """The names in the first line. Raises csv.Error."""
        first = next(self._lines, "").lstrip("\ufeff")
        self._separator = max(SEPARATORS, key=first.count)
        self._again.append(first)
        row: list[str] = next(self._reader(), [])
        self._forget()
        return [name.strip() for name in row]

    def __iter__(self) -> Iterator[tuple[int, list[str] | csv.Error]]:
        reader = self._reader()
        while True:
            line = self._number
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # Where the row would have ended nobody knows: the lines after its first are read again, as new rows.
                self._again.extendleft(reversed(self._taken[1:]))
                del self._taken[1:]
                self._forget()
                reader = self._reader()
                yield line, error
                continue
            self._forget()
            if row:
                yield line, row

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._next_lines(), delimiter=self._separator, strict=True)

    def _next_lines(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line

    def _forget(self) -> None:
        self._number += len(self._taken)
        self._taken.clear()


def _entry(given: Mapping[str, Any], file: str, line: int, columns: Columns) -> Entry:
    row = columns.fields(given)
    missing = [name for name in REQUIRED if not (isinstance(row.get(name), str) and row[name].strip())]
    if missing:
        found = ", ".join(sorted(str(name) for name in given)) or "none"
        wanted, lacking = (", ".join(map(columns.column, names)) for names in (REQUIRED, missing))
        expected = f"text in {wanted} ({lacking} missing or empty)"
        raise Refused(Refusal(file, line, f"fields {found}", expected))
    for name in REQUIRED:
        if len(row[name]) > LARGEST_TEXT:
            read = f"{name} of {len(row[name]):,} characters"
            raise Refused(Refusal(file, line, read, f"at most {LARGEST_TEXT:,} characters"))
    given_id = row.get("id")
    if given_id is not None and (
        isinstance(given_id, bool) or not isinstance(given_id, (str, int)) or len(str(given_id)) > 120
    ):
        raise Refused(
            Refusal(file, line, f"id {shown(str(given_id))}", "a text or a whole number of up to 120 characters")
        )
    nickname = _text(row, "nickname", file, line) or ""
    title = without_contacts(without_nickname(row["title"].strip(), nickname)) or REMOVED
    question = without_contacts(without_nickname(without_signature(row["question"].strip(), nickname), nickname))
    if not question:
        raise Refused(Refusal(file, line, "a question that is only a name", "a question"))
    doctor = _text(row, "doctor", file, line)
    reply = without_contacts(without_salutation(row["reply"].strip(), nickname))
    if not reply:
        raise Refused(Refusal(file, line, f"reply {shown(row['reply'])}", "a reply that goes on after its salutation"))
    unsigned = _text(row, "unsigned_text", file, line)
    return Entry(
        title=title,
        question=question,
        reply=reply,
        source_id=(
            f"id:{storable(str(given_id)).strip()}"
            if given_id is not None and str(given_id).strip()
            else source_id(title, question, doctor)
        ),
        file=file,
        line=line,
        doctor=doctor,
        specialty=_text(row, "specialty", file, line),
        ask_date=_date(row, "ask_date", file, line),
        reply_date=_date(row, "reply_date", file, line),
        unsigned_text=without_contacts(without_salutation(unsigned, nickname)) if unsigned else None,
        sample=row.get("sample") is True or str(row.get("sample")).strip().casefold() in ("true", "yes"),
        cut_off=reply.endswith(_ENDS),
        tags=_tags(row.get("tags"), file, line),
    )


def _text(row: Mapping[str, Any], name: str, file: str, line: int) -> str | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused(Refusal(file, line, f"{name} {shown(str(value))}", "a text"))
    return storable(value).strip() or None


def _date(row: Mapping[str, Any], name: str, file: str, line: int) -> date | None:
    text = _text(row, name, file, line)
    if text is None:
        return None
    found = _DATE.match(text[:10].rstrip("T "))
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        # A date that no calendar has, such as the 31st of June, is refused like one that is no date.
        pass
    raise Refused(Refusal(file, line, f"{name} {shown(text)}", "a date as YYYY-MM-DD"))


def _tags(value: Any, file: str, line: int) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = re.split(r"[;|]", value)
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise Refused(Refusal(file, line, f"tags {shown(str(value))}", "a list of texts"))
    return tuple(storable(tag).strip() for tag in value if tag.strip())
