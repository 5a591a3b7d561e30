"""Forms of the console as they were sent: their texts, once the seal holds."""

from __future__ import annotations

from typing import Any, Optional

from starlette.requests import Request

from bot.console.seal import FIELD, Seal
from bot.web.body import clean


async def sealed_form(request: Request, seal: Seal) -> Optional[dict[str, str]]:
    """The texts of a form by name; None where its seal does not hold. Raises HTTPException for what is no form."""
    async with request.form(max_files=0, max_fields=12) as sent:
        form: dict[str, Any] = {name: clean(value) for name, value in sent.items() if isinstance(value, str)}
    return form if seal.holds(request, form.get(FIELD)) else None
