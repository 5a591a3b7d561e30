"""A fake of Twilio: its Messages resource, and its webhook for SMS and WhatsApp."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Optional
from urllib.parse import parse_qsl, urlencode

from tests.channels.fake import ALICE, BOB, FakePlatform, Said

PEOPLE = {ALICE: "+447700900001", BOB: "+447700900002"}
NAMES = {number: who for who, number in PEOPLE.items()}
OURS = "+447700900100"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass
class FakeTwilio(FakePlatform):
    """Twilio. It signs the public address: a channel must be made with this `public_url`. With `whatsapp` people write
    by WhatsApp. `stopped` are numbers whose people wrote STOP."""

    name = "twilio"
    keys: ClassVar[Mapping[str, str]] = {"sid": "AC" + "0a" * 16, "token": "twilio-token"}
    groups: ClassVar[bool] = False
    """Nobody reads along in an SMS: `text` refuses `group`."""

    public_url: str = "https://signpost.example"
    whatsapp: bool = False
    stopped: set[str] = field(default_factory=set)

    def hear(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        login = base64.b64encode(f"{self.keys['sid']}:{self.keys['token']}".encode()).decode()
        if headers.get("authorization") != f"Basic {login}":
            return self._error(401, 20003)
        if path != f"/2010-04-01/Accounts/{self.keys['sid']}/Messages.json":
            return self._error(404, 20404)
        if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return self._error(415, 20415)
        form = dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict"))
        code = self._refusal(form)
        if code:
            return self._error(400, code)
        self.said.append(Said(NAMES[form["To"].removeprefix("whatsapp:")], form["Body"]))
        return 201, {"sid": f"SM{len(self.said):032x}", "status": "queued", "to": form["To"], "from": form["From"]}

    def sign(self, raw: bytes, secret: Optional[str] = None, at: Optional[float] = None) -> dict[str, str]:
        """Over the address, and every name and value in the order of the names: each value of a name once."""
        signed = f"{self.public_url}/channels/twilio/webhook"
        for name, value in sorted(set(parse_qsl(raw.decode("ascii"), keep_blank_values=True))):
            signed += name + value
        digest = hmac.new((secret or self.keys["token"]).encode(), signed.encode(), hashlib.sha1).digest()
        return {"content-type": FORM, "x-twilio-signature": base64.b64encode(digest).decode()}

    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        if group:
            raise NotImplementedError("no groups")
        return self.body(event, who, Body=text)

    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        """Only WhatsApp has buttons, and only on templates that the operator made."""
        return self.body(event, who, Body="Yes", ButtonText="Yes", ButtonPayload=carried, MessageType="button")

    def others(self) -> Mapping[str, bytes]:
        picture = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/jpeg"}
        voice = {**picture, "MediaContentType0": "audio/ogg"}
        place = {"Latitude": "51.5", "Longitude": "-0.1", "MessageType": "location"}
        return {
            "picture": self.body("picture", Body="", **picture),
            "caption": self.body("caption", Body="my arm", **picture),
            "voice": self.body("voice", Body="", MessageType="audio", **voice),
            "sticker": self.body("sticker", Body="", MessageType="sticker", **picture),
            "location": self.body("location", Body="", **place),
            "empty": self.body("empty", Body=""),
            "reaction": self.body("reaction", Body="👍", MessageType="reaction"),
            "stop": self.body("stop", Body="STOP", OptOutType="STOP"),
            "help": self.body("help", Body="Help", OptOutType="HELP"),
            "delivered": self.body("delivered", SmsStatus="delivered", MessageStatus="delivered"),
            "read": self.body("read", SmsStatus="read", MessageStatus="read", EventType="READ"),
            "failed": self.body("failed", SmsStatus="undelivered", MessageStatus="undelivered", ErrorCode="30003"),
        }

    def address(self, number: str) -> str:
        """A number as an address of SMS or WhatsApp."""
        return f"whatsapp:{number}" if self.whatsapp else number

    def body(self, event: str, who: str = ALICE, **more: str) -> bytes:
        """A delivery's form."""
        sid = f"SM{hashlib.sha256(event.encode()).hexdigest()[:32]}"
        form = {
            **{"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self.keys["sid"]},
            **{"From": self.address(PEOPLE[who]), "To": self.address(OURS), "ApiVersion": "2010-04-01"},
            **{"SmsStatus": "received", "NumMedia": "0", "NumSegments": "1", "FromCountry": "GB", "FromCity": ""},
            **more,
        }
        return urlencode(form, errors="surrogatepass").encode()

    def _refusal(self, form: Mapping[str, str]) -> Optional[int]:
        to, by, text = (form.get(name, "") for name in ("To", "From", "Body"))
        number = to.removeprefix("whatsapp:")
        checks = (
            (not set(form) <= {"To", "From", "Body"}, 20001),
            (not to, 21604),
            (not by, 21603),
            (not text.strip(), 21602),
            (len(text.encode("utf-16-le")) // 2 > 1600, 21617),
            (to.startswith("whatsapp:") != by.startswith("whatsapp:"), 21910),
            (to == by, 21266),
            (number not in NAMES, 21211),
            (by.removeprefix("whatsapp:") != OURS, 63007 if by.startswith("whatsapp:") else 21606),
            (number in self.stopped, 21610),
        )
        return next((code for wrong, code in checks if wrong), None)

    @staticmethod
    def _error(status: int, code: int) -> tuple[int, Any]:
        more = f"https://www.twilio.com/docs/errors/{code}"
        return status, {"code": code, "message": "refused", "more_info": more, "status": status}
