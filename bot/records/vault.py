"""What the database keeps and may not tell: sealed with the server's secret, so that a copy of it is not enough."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Vault:
    """Seals texts for one purpose. What another purpose or another secret sealed does not open."""

    def __init__(self, secret: str, purpose: str) -> None:
        key = hmac.digest(secret.encode(), f"signpost.{purpose}".encode(), hashlib.sha256)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """The text, sealed; different each time."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str, seconds: int | None = None) -> str | None:
        """What was sealed; None where it was not sealed here, or longer ago than `seconds`."""
        try:
            return self._fernet.decrypt(sealed.encode("utf-8", "replace"), ttl=seconds).decode()
        except InvalidToken:
            return None
