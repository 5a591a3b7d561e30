"""What Meta's two platforms have in common: signed deliveries, the question whether a webhook is ours, the errors of
the Graph API, and texts that its applications show as they were written."""

from __future__ import annotations

import hmac
import json
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Optional

import httpx

from bot.channels.base import Channel, Headers, Retry, Say
from bot.channels.wording import in_parts, length

GRAPH = "https://graph.facebook.com/v23.0"

# A pair of one of these makes what stands between it bold, slanted, struck through or code, and is then not shown
# itself. There is no way to say that a text is plain, and characters without width do not stop every client: so each
# of a pair is written as a character that looks the same and is as long.
_MARKS = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
_SPACES = re.compile(r"(\s+)")
_ADDRESS = re.compile(r"://|@|\bwww\.", re.IGNORECASE)
_QUOTE = re.compile(r"^>(?=\s)", re.MULTILINE)


class Meta(Channel):
    """A platform of the Graph API, with the keys token, secret (of the app) and verify (made up by the clinic)."""

    api = GRAPH
    passing: ClassVar[frozenset[int]]
    """Codes of failures that pass, whatever HTTP status they come with."""

    def verify(self, raw: bytes, headers: Headers, now: datetime) -> bool:
        """Whether the app's secret signed these very bytes. Nothing in a delivery says how old it is."""
        right = "sha256=" + hmac.new(self.keys["secret"].encode(), raw, sha256).hexdigest()
        return _same(headers.get("x-hub-signature-256", ""), right)

    def handshake(self, query: Mapping[str, str]) -> Optional[str]:
        """The challenge, for who knows the word that was agreed upon."""
        asked = query.get("hub.mode") == "subscribe" and _same(query.get("hub.verify_token", ""), self.keys["verify"])
        return query.get("hub.challenge") if asked else None

    @abstractmethod
    def reason(self, code: int, subcode: int) -> Optional[str]:
        """Our short word for a failure that lasts; None where the platform's number has to do."""

    def bearer(self) -> dict[str, str]:
        """The header with the token: in an address it would be logged on the way."""
        return {"Authorization": f"Bearer {self.keys['token']}"}

    def fault(self, response: httpx.Response) -> str:
        """A short code for why a request will never be taken. Raises Retry where the error's own number tells that it
        passes: rate limits come with status 400 too."""
        try:
            error = child(json.loads(response.content), "error")
        except (ValueError, RecursionError):
            error = {}
        code, subcode = _number(error, "code"), _number(error, "error_subcode")
        if code is None:
            return super().fault(response)
        if code in self.passing:
            raise Retry(f"code_{code}", self.wait(response))
        return self.reason(code, subcode or 0) or f"code_{code}"

    def wait(self, response: httpx.Response) -> Optional[float]:
        """Seconds until requests are taken again, which the Graph API tells in minutes and in a header of its own."""
        try:
            usage = json.loads(response.headers.get("x-business-use-case-usage", "{}"))
        except (ValueError, RecursionError):
            usage = {}
        uses = [use for key in (usage if isinstance(usage, dict) else {}) for use in children(usage, key)]
        minutes = max((_number(use, "estimated_time_to_regain_access") or 0 for use in uses), default=0)
        return minutes * 60.0 if 0 < minutes <= 24 * 60 else super().wait(response)


def parted(say: Say, listing: str, most: int, last: int) -> list[str]:
    """What is said in parts of at most `most` characters, the last of at most `last`, with `listing`, the choices as
    lines, at its end. The last paragraph, which asks for the answer, stays with the choices; but what is urgent begins
    with as much as one message takes."""
    text, listing = plain(say.text.strip()), plain(listing)
    whole = f"{text}\n\n{listing}" if listing else text
    if length(whole) <= last:
        return [whole] if whole else []
    if say.urgent and last == most:
        return in_parts(whole, most)
    head, _, asks = text.rpartition("\n\n")
    end = in_parts(f"{asks}\n\n{listing}" if listing else asks, last)
    if last < most and len(end) > 1:
        # Only what goes with the buttons has to be this short.
        head, end = whole[: len(whole) - len(end[-1])], end[-1:]
    return [*in_parts(head, most), *end]


def plain(text: str) -> str:
    """A text of the same length that Meta's applications show as it was written, without formatting any of it.
    Addresses are left alone.

    >>> plain("take 1*2 or *3*"), plain("a single * stays")
    ('take 1∗2 or ∗3∗', 'a single * stays')
    """
    for mark, alike in _MARKS.items():
        # Code goes on over lines; all else ends with its line.
        lines = [text] if mark == "`" else text.split("\n")
        text = "\n".join(_replaced(line, mark, alike) if line.count(mark) > 1 else line for line in lines)
    # A line that begins with this sign is shown as a quotation, without the sign: "> 39 °C" would say 39 °C.
    return _QUOTE.sub("＞", text)


def children(data: Any, key: str) -> Iterator[dict[str, Any]]:
    """The objects of a list of a JSON object; nothing where there is no such list."""
    found = data.get(key) if isinstance(data, dict) else None
    return (each for each in (found if isinstance(found, list) else []) if isinstance(each, dict))


def child(data: Any, key: str) -> dict[str, Any]:
    """An object of a JSON object; an empty one where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def text_of(data: Any, key: str) -> str:
    """A text of a JSON object, fit to be stored (half a surrogate pair is not); an empty one where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def id_of(data: Any, key: str) -> str:
    """An id of a JSON object: printable ASCII, as all of Meta's are; an empty text where there is none."""
    found = text_of(data, key)
    return found if found.isascii() and found.isprintable() else ""


def _number(data: Mapping[str, Any], key: str) -> Optional[int]:
    found = data.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


def _replaced(text: str, mark: str, alike: str) -> str:
    """A text with a mark replaced wherever it is no part of an address, which would lead elsewhere then."""
    return "".join(word if _ADDRESS.search(word) else word.replace(mark, alike) for word in _SPACES.split(text))
