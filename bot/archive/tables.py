"""Entries in rows, as JSON lines or CSV: title, question and reply, and the fields that may go with them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.archive.entry import Entry, Refusal, Refused, shown, source_id
from bot.archive.people import without_contacts, without_salutation
from bot.records.canonical import storable

REQUIRED = ("title", "question", "reply")
_DATE = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$")
_ENDS = ("...", "…")


def parse_json_line(text: str, file: str, line: int) -> Entry:
    """The entry of one JSON line. Raises Refused."""
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"{shown(text)} ({error.msg} at character {error.pos + 1})"
        raise Refused(Refusal(file, line, what, "one JSON object on the line")) from error
    if not isinstance(row, dict):
        raise Refused(Refusal(file, line, shown(text), "one JSON object on the line"))
    return _entry(row, file, line)


def parse_csv(text: str, file: str) -> Iterator[Entry | Refusal]:
    """The entries of a CSV file, whose first line names the fields; a refusal in place of each that cannot be read."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), strict=True)
    try:
        names = [name.strip().casefold() for name in rows.fieldnames or ()]
    except csv.Error as error:
        yield Refusal(file, 1, str(error), "a first line that names the fields")
        return
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        wanted = f"a first line that names the fields {', '.join(REQUIRED)}"
        yield Refusal(file, 1, f"fields {', '.join(names) or 'none'}", f"{wanted} ({', '.join(missing)} missing)")
        return
    rows.fieldnames = names
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
            yield _entry({name: value for name, value in row.items() if value}, file, line)
        except StopIteration:
            return
        except Refused as refused:
            yield refused.refusal
        except csv.Error as error:
            # The reader cannot tell where the next row begins: what it has read so far stands.
            yield Refusal(file, line, str(error), "CSV with quotes that close")
            return


def _entry(row: Mapping[str, Any], file: str, line: int) -> Entry:
    missing = [name for name in REQUIRED if not (isinstance(row.get(name), str) and row[name].strip())]
    if missing:
        found = ", ".join(sorted(str(name) for name in row)) or "none"
        expected = f"text in {', '.join(REQUIRED)} ({', '.join(missing)} missing or empty)"
        raise Refused(Refusal(file, line, f"fields {found}", expected))
    title, question = without_contacts(row["title"].strip()), without_contacts(row["question"].strip())
    given = row.get("id")
    if given is not None and (isinstance(given, bool) or not isinstance(given, (str, int)) or len(str(given)) > 120):
        raise Refused(
            Refusal(file, line, f"id {shown(str(given))}", "a text or a whole number of up to 120 characters")
        )
    doctor = _text(row, "doctor", file, line)
    reply = without_contacts(without_salutation(row["reply"].strip()))
    if not reply:
        raise Refused(Refusal(file, line, f"reply {shown(row['reply'])}", "a reply that goes on after its salutation"))
    return Entry(
        title=title,
        question=question,
        reply=reply,
        source_id=f"id:{storable(str(given))}" if given not in (None, "") else source_id(title, question, doctor),
        file=file,
        line=line,
        doctor=doctor,
        specialty=_text(row, "specialty", file, line),
        ask_date=_date(row, "ask_date", file, line),
        reply_date=_date(row, "reply_date", file, line),
        sample=row.get("sample") in (True, "true", "yes"),
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
