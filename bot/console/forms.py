"""What a request of the console carries: the texts of its form, once the seal holds, and the numbers in its address."""

from __future__ import annotations

from typing import Optional

from starlette.requests import Request

from bot.console.seal import FIELD, Seal
from bot.web.body import clean

MOST_FIELDS = 12


class Unsealed(Exception):
    """A form whose seal does not hold: nothing may be done for it. The guard of every page says so."""


async def sealed_form(request: Request, seal: Seal, most: int = MOST_FIELDS) -> dict[str, str]:
    """The texts of a form by name. Raises Unsealed, and HTTPException for what is no form or has more than `most`
    fields."""
    form = await sent_form(request, most)
    if not seal.holds(request, form.get(FIELD)):
        raise Unsealed
    return form


async def sent_form(request: Request, most: int = MOST_FIELDS) -> dict[str, str]:
    """The texts of a form that changes nothing, and so needs no seal. Raises HTTPException as `sealed_form`."""
    async with request.form(max_files=0, max_fields=most) as sent:
        return {name: clean(value) for name, value in sent.items() if isinstance(value, str)}


def path_number(request: Request, name: str = "id") -> int:
    """A number in the path; -1, which nothing has, where there is something else."""
    number = whole_number(request.path_params[name])
    return -1 if number is None else number


def page_number(request: Request) -> int:
    """The page that was asked for; the first where it is no number."""
    return max(1, whole_number(request.query_params.get("page", ""), 7) or 1)


def whole_number(text: str, most: int = 9) -> Optional[int]:
    """A number as it was sent, from 0 and of at most `most` digits, so that a database can hold it; None for anything
    else.

    >>> whole_number("007"), whole_number("-1"), whole_number("1" * 10)
    (7, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else None
