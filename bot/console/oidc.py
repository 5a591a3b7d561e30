"""Signing in with somebody else's server: OpenID Connect, the authorisation code with PKCE, state and nonce.

Only who has an account here comes in. The account is found by the server's own id for the person; the first time by a
verified e-mail address or a preferred user name that is the account's name.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Optional, Sequence
from urllib.parse import urlsplit

import httpx
import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.records.vault import Vault

log = structlog.get_logger(__name__)

# Seconds: for who signs in there, for the server's answers, and how long what it says of itself counts.
WAITING, PATIENCE, REMEMBERED = 600, 5.0, 3_600
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
# Clocks differ.
LEEWAY = 60
_USED = 10_000


class OidcError(Exception):
    """The other server did not say who it is; the text says why, for the operator's log."""


@dataclass(frozen=True)
class Person:
    """Who it is there: `subject` for ever, and the names by which an account may be found the first time."""

    subject: str
    names: Sequence[str]


class Oidc:
    """The other server, by its issuer's address. Every method that asks it takes a while: call them in a thread."""

    def __init__(self, issuer: str, client_id: str, client_secret: Optional[str], secret: str) -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._vault = Vault(secret, "oidc")
        self._lock = threading.Lock()
        self._about: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: tuple[float, Optional[KeySet]] = (0.0, None)
        self._used: OrderedDict[str, None] = OrderedDict()

    def begin(self, back: str, following: str) -> tuple[str, str]:
        """The address to send the browser to, and what it brings back in a cookie. Raises OidcError."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "back": back, "next": following}
        return address, self._vault.close(json.dumps(kept))

    def finish(self, cookie: str, state: str, code: str) -> tuple[Person, str]:
        """Who came back, and where they wanted to go. Raises OidcError."""
        kept = json.loads(self._vault.open(cookie, WAITING) or "{}")
        if not kept or not secrets.compare_digest(kept["state"].encode(), state.encode("utf-8", "replace")):
            raise OidcError("the state is not that of this browser, or older than ten minutes")
        self._use(state)
        try:
            with self._client(kept["back"]) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=kept["verifier"],
                )
        except (OAuthError, httpx.HTTPError, ValueError) as error:
            raise OidcError(f"the code was not taken: {_said(error)}") from error
        if not isinstance(token.get("id_token"), str):
            raise OidcError("the answer to the code has no ID token")
        return self._person(self._claims(token["id_token"], kept["nonce"])), kept["next"]

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._about_it()["issuer"]},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for fresh in (False, True):
            try:
                read = jwt.decode(token, self._key_set(fresh), algorithms=ALGORITHMS)
                registry.validate(read.claims)
            except (JoseError, ValueError) as error:
                # A key that is not known may be newer than what was read of them; anything else is final.
                if fresh or type(error).__name__ not in ("InvalidKeyIdError", "BadSignatureError"):
                    raise OidcError(f"the ID token is not good: {_said(error)}") from error
            else:
                break
        claims: dict[str, Any] = dict(read.claims)
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client_id:
            raise OidcError("the ID token is for several audiences, and was not given to this one")
        return claims

    def _person(self, claims: dict[str, Any]) -> Person:
        names = [claims["email"]] if claims.get("email_verified") is True else []
        names += [claims["preferred_username"]] if "preferred_username" in claims else []
        # With the issuer in it: another server's number 7 is somebody else.
        subject = hashlib.sha256(f"{self._issuer}\0{claims['sub']}".encode("utf-8", "replace")).hexdigest()
        return Person(subject, [name for name in names if isinstance(name, str) and 0 < len(name) <= 64])

    def _use(self, state: str) -> None:
        """Each state comes back once. What another replica has seen, the other server refuses by its code."""
        with self._lock:
            if state in self._used:
                raise OidcError("the state was used before")
            self._used[state] = None
            while len(self._used) > _USED:
                self._used.popitem(last=False)

    def _about_it(self) -> dict[str, Any]:
        """What the server says of itself."""
        read_at, about = self._about
        if not about or time.monotonic() - read_at > REMEMBERED:
            about = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if str(about.get("issuer", "")).rstrip("/") != self._issuer.rstrip("/"):
                raise OidcError(f"the server calls itself {str(about.get('issuer'))[:200]!r}, not {self._issuer!r}")
            self._about = (time.monotonic(), about)
        return about

    def _key_set(self, fresh: bool) -> KeySet:
        read_at, keys = self._keys
        if keys is None or fresh or time.monotonic() - read_at > REMEMBERED:
            try:
                keys = KeySet.import_key_set(self._get(self._endpoint("jwks_uri")))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise OidcError(f"the server's keys cannot be read: {_said(error)}") from error
            self._keys = (time.monotonic(), keys)
        return keys

    def _endpoint(self, name: str) -> str:
        address = self._about_it().get(name)
        if not isinstance(address, str) or not trusted(address):
            raise OidcError(f"the server names no {name} over https")
        return address

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx.get(address, timeout=PATIENCE).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcError(f"{address} does not answer as it should: {_said(error)}") from error
        if not isinstance(answer, dict):
            raise OidcError(f"{address} answers with something else than an object")
        return answer

    def _client(self, back: str) -> Any:
        how = "client_secret_basic" if self._client_secret else "none"
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret,
            token_endpoint_auth_method=how,
            scope="openid email profile",
            redirect_uri=back,
            timeout=PATIENCE,
        )


def trusted(address: str) -> bool:
    """Whether what is said to an address is said to it alone: https, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
