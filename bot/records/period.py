"""A stretch of whole days, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

# Ten years: what a page can still show a day a row.
MOST_DAYS = 3_660


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included. Raises ValueError where it is backwards, or too long."""

    first: date
    last: date

    def __post_init__(self) -> None:
        # The calendar's last day has no morning after it.
        if self.last == date.max or not 0 <= (self.last - self.first).days < MOST_DAYS:
            raise ValueError(f"a period is 1 to {MOST_DAYS} days, and this one is from {self.first} to {self.last}")

    @classmethod
    def of_days(cls, days: int, last: date) -> Period:
        """So many days, the last of which is `last`."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def start(self) -> datetime:
        """The first moment in it."""
        return datetime.combine(self.first, time(), timezone.utc)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), timezone.utc)

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))
