"""Which column, or key, of the operator's data holds which field of an entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

REQUIRED = ("title", "question", "reply")
FIELDS = (
    "id", *REQUIRED, "doctor", "specialty", "ask_date", "reply_date", "sample", "tags", "unsigned_text", "nickname"
)  # fmt: skip


class ColumnError(ValueError):
    """A column mapping cannot be used; the message says what was read and what is expected."""


@dataclass(frozen=True)
class Columns:
    """The columns of fields, by field. A field that is not named here is in the column of its own name.

    Small and capital letters are the same in names of columns, and spaces around them do not count.
    """

    by_field: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, pairs: Iterable[str]) -> Columns:
        """The columns of pairs such as "title=Subject". Raises ColumnError, which names the pair that is wrong."""
        by_field: dict[str, str] = {}
        for pair in pairs:
            name, equals, column = (part.strip() for part in pair.partition("="))
            name = name.casefold()
            if not equals or not name or not column:
                raise ColumnError(f'read --map "{pair}"; expected FIELD=COLUMN, such as title=Subject')
            if name not in FIELDS:
                likely = get_close_matches(name, FIELDS, n=1)
                meant = f' Did you mean "{likely[0]}"?' if likely else ""
                raise ColumnError(
                    f'read --map "{pair}"; there is no field "{name}", expected one of {", ".join(FIELDS)}.{meant}'
                )
            if name in by_field:
                raise ColumnError(f'read --map "{pair}"; the field "{name}" has the column "{by_field[name]}" already')
            by_field[name] = column
        return cls(by_field)

    def column(self, name: str) -> str:
        """The column of a field, as it was given."""
        return self.by_field.get(name, name)

    def missing(self, there: Collection[str]) -> list[str]:
        """The columns that have to be there and are not: those of the required fields, and all that were mapped."""
        known = {_plain(column) for column in there}
        wanted = dict.fromkeys(self.column(name) for name in (*REQUIRED, *self.by_field))
        return [column for column in wanted if _plain(column) not in known]

    def fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a row by field; what no field has its column in is left out."""
        by_column = {_plain(str(column)): value for column, value in row.items()}
        columns = {name: _plain(self.column(name)) for name in FIELDS}
        return {name: by_column[column] for name, column in columns.items() if column in by_column}


def _plain(column: str) -> str:
    return " ".join(column.split()).casefold()
