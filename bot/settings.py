"""Settings: everything that an operator can change, read once from SIGNPOST_* environment variables and then fixed.

A variable that is not a setting is an error rather than silence: a misspelt SIGNPOST_DATABASE_URL would put patients'
conversations into the wrong database. docs/guides/reference.md describes each; a test holds it to this file.
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

TREE = Path(__file__).resolve().parent.parent
"""The project's tree: knowledge, Rasa's files and, unless told otherwise, the state are found from here."""


class SettingsError(ValueError):
    """A setting that cannot be used. Its text names the variable, what was read, and what is allowed."""


@dataclass(frozen=True)
class Country:
    """What to call in one country: `emergency` always, the others where there is one: `urgent` for advice today,
    `crisis` (name and number) for who may harm themselves."""

    name: str
    emergency: str
    urgent: str | None
    crisis: str | None = None


@dataclass(frozen=True)
class Settings:
    """The settings of one process. Fields that may hold a secret stay out of `repr`, and so out of logs."""

    home: Path
    """Folder for what the process keeps: database, models, journal, secrets."""
    database_url: str = field(default="", repr=False)
    """SQLAlchemy address; empty means the file signpost.db in `home`."""
    redis_url: str | None = field(default=None, repr=False)
    """Redis for locks and limits shared by several replicas; None keeps both inside the process."""
    host: str = "127.0.0.1"
    port: int = 8000
    public: bool = False
    """Whether patients use it: rules without a clinician's signature are then refused."""
    country: str = "gb"
    emergency_number: str = "999"
    urgent_number: str | None = "111"
    crisis_line: str | None = None
    """Whom to call who may harm themselves: name and number."""
    clinic_contact: str | None = None
    """How to reach a person of the clinic, in words that the bot repeats."""
    secret: str | None = field(default=None, repr=False)
    """Key that signs tokens and sessions; None until `with_secrets` has made or found one."""
    knowledge_path: Path = TREE / "knowledge"
    tensorflow: bool = False
    """Whether Rasa gets the real TensorFlow, where `make tensorflow` installed it, and not the stand-in."""
    session_minutes: int = 60
    """Minutes of silence after which a conversation's next message opens a new case."""
    report_hours: int = 24
    """Hours for which the address of a report works."""
    oidc_issuer: str | None = None
    """Address of the server with which people may sign in at the console; None for passwords alone."""
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    origins: tuple[str, ...] = ()
    """Origins of pages, other than this server's own, that may carry the widget."""
    queue_emergencies: int = 70
    """Of a hundred conversations that the console's queue gives a reviewer, so many are emergencies."""
    public_url: str = ""
    """Address at which the platforms reach this server, without a slash at its end; empty where none is needed."""
    channels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """Keys of messaging platforms by the platform's name: {"telegram": {"token": ..., "secret": ...}}."""

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.home / 'signpost.db'}")

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings that `environ` (default: the process's own) asks for; an empty value counts as not set.

        Raises SettingsError for a SIGNPOST_ variable that is no setting, and for a value of the wrong kind.
        """
        environ = os.environ if environ is None else environ
        given: dict[str, str] = {}
        for name, value in environ.items():
            if name.startswith("SIGNPOST_"):
                if name not in VARIABLES:
                    raise SettingsError(_unknown(name))
                if value.strip():
                    given[name] = value.strip()
        values: dict[str, Any] = {"home": TREE / "var"}
        for name, text in given.items():
            attribute, parse = VARIABLES[name]
            try:
                values[attribute] = parse(text)
            except ValueError as wrong:
                shown = "" if name in SECRET else f"={text!r}"
                raise SettingsError(f"{name}{shown} cannot be used: {wrong}.") from None
        values["channels"] = {
            channel: {key: values.pop(f"{channel}.{key}") for key in keys if f"{channel}.{key}" in values}
            for channel, keys in CHANNELS.items()
        }
        values["country"], numbers = _country(values.get("country"), values.get("knowledge_path", TREE / "knowledge"))
        if ("oidc_issuer" in values) != ("oidc_client_id" in values):
            raise SettingsError("SIGNPOST_OIDC_ISSUER and SIGNPOST_OIDC_CLIENT_ID go together: set both, or neither.")
        values.setdefault("emergency_number", numbers.emergency)
        values.setdefault("urgent_number", numbers.urgent)
        values.setdefault("crisis_line", numbers.crisis)
        return cls(**values)

    def with_secrets(self) -> Settings:
        """These settings with no secret missing: what was not given is made once and kept in `home`, mode 0600.

        Replicas that share a `home` share the secrets; replicas that do not must be given them.
        """
        return replace(self, secret=self.secret or _kept(self.home / "secret", lambda: secrets.token_urlsafe(32)))


def countries(knowledge_path: Path) -> tuple[str, dict[str, Country]]:
    """The default country's code, and the numbers to call by country code. Raises SettingsError for a broken file."""
    path = knowledge_path / "emergency_numbers.yml"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        table = {
            code: Country(
                entry["name"],
                str(entry["emergency"]),
                entry["urgent"] and str(entry["urgent"]),
                "{name}, {number}".format_map(entry["crisis"]) if entry.get("crisis") else None,
            )
            for code, entry in data["countries"].items()
        }
        table[data["default"]]
    except OSError as missing:
        raise SettingsError(
            f"{path} cannot be read ({missing.strerror}). SIGNPOST_KNOWLEDGE_PATH names the folder that holds it."
        ) from None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as broken:
        raise SettingsError(
            f"{path} is not a table of emergency numbers: each country has name, emergency, urgent, and `default` "
            f"names one of them ({type(broken).__name__}: {' '.join(str(broken).split())})."
        ) from None
    return data["default"], table


def _country(code: str | None, knowledge_path: Path) -> tuple[str, Country]:
    default, table = countries(knowledge_path)
    code = code or default
    if code not in table:
        known = ", ".join(f"{key} ({table[key].name})" for key in sorted(table))
        raise SettingsError(
            f"SIGNPOST_COUNTRY={code!r} has no emergency number here. Known: {known}. "
            f"For another, leave it out and set SIGNPOST_EMERGENCY_NUMBER, or add it to emergency_numbers.yml."
        )
    return code, table[code]


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.0)[0]
    return f"{name} is not a setting. Did you mean {near}? There are: {', '.join(VARIABLES)}."


def _path(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _folder(text: str) -> Path:
    path = _path(text)
    if not path.is_dir():
        raise ValueError("there is no such folder")
    return path


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _yes_or_no(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("it must be yes or no")


def _telephone(text: str) -> str:
    if not re.fullmatch(r"\+?\d[\d -]{1,19}", text, re.ASCII):
        raise ValueError("it must be a telephone number, digits with spaces or hyphens between")
    return text


def _line(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("it must be one line of up to 200 characters")
    return text


def _address(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.partition(":")[0] not in schemes or "://" not in text:
            raise ValueError(f"it must begin with {' or '.join(scheme + '://' for scheme in schemes)}")
        return text

    return parse


def _key(text: str) -> str:
    """A key of somebody else's server: what fits into a header."""
    if not 0 < len(text) <= 500 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it must be one word of letters, digits and signs")
    return text


def _public_url(text: str) -> str:
    return _issuer(text).rstrip("/")


def _issuer(text: str) -> str:
    """The address of another server, over https; http for one on this very machine."""
    parts = urlsplit(text)
    here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("it must be an address such as https://login.clinic.example")
    return text


def _origins(text: str) -> tuple[str, ...]:
    """Origins as browsers write them, between them spaces or commas: lower case, no path, no port that goes unsaid."""
    found = []
    for each in re.split(r"[\s,]+", text.strip()):
        parts = urlsplit(each.lower())
        bare = f"{parts.scheme}://{parts.netloc}"
        try:
            port = parts.port
        except ValueError:
            port = -1
        if (
            parts.scheme not in ("https", "http")
            or not parts.hostname
            or parts.username is not None
            or port == -1
            or each.lower().rstrip("/") != bare
        ):
            raise ValueError(f"{each!r} is no origin; write each as https://clinic.example, with spaces between")
        usual = {"https": 443, "http": 80}[parts.scheme]
        found.append(bare.removesuffix(f":{usual}") if port == usual else bare)
    return tuple(dict.fromkeys(found))


def _at_least(length: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) < length:
            raise ValueError(f"it must have at least {length} characters")
        return text

    return parse


CHANNELS: dict[str, tuple[str, ...]] = {
    "telegram": ("token", "secret", "api"),
    "whatsapp": ("token", "phone_id", "secret", "verify", "api"),
    "messenger": ("token", "secret", "verify", "api"),
    "slack": ("token", "secret", "api"),
    "line": ("token", "secret", "api"),
    "twilio": ("sid", "token", "api"),
}
"""The keys that each platform may be given, as SIGNPOST_TELEGRAM_TOKEN; `api` is another address of its API."""

VARIABLES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "SIGNPOST_HOME": ("home", _path),
    "SIGNPOST_DATABASE_URL": ("database_url", _address("sqlite", "postgresql", "postgresql+psycopg2")),
    "SIGNPOST_REDIS_URL": ("redis_url", _address("redis", "rediss", "unix")),
    "SIGNPOST_HOST": ("host", str),
    "SIGNPOST_PORT": ("port", _whole(0, 65535)),
    "SIGNPOST_PUBLIC": ("public", _yes_or_no),
    "SIGNPOST_COUNTRY": ("country", str.lower),
    "SIGNPOST_EMERGENCY_NUMBER": ("emergency_number", _telephone),
    "SIGNPOST_URGENT_NUMBER": ("urgent_number", _telephone),
    "SIGNPOST_CRISIS_LINE": ("crisis_line", _line),
    "SIGNPOST_CLINIC_CONTACT": ("clinic_contact", _line),
    "SIGNPOST_SECRET": ("secret", _at_least(16)),
    "SIGNPOST_OIDC_ISSUER": ("oidc_issuer", _issuer),
    "SIGNPOST_OIDC_CLIENT_ID": ("oidc_client_id", _line),
    "SIGNPOST_OIDC_CLIENT_SECRET": ("oidc_client_secret", _at_least(8)),
    "SIGNPOST_KNOWLEDGE_PATH": ("knowledge_path", _folder),
    "SIGNPOST_TENSORFLOW": ("tensorflow", _yes_or_no),
    "SIGNPOST_SESSION_MINUTES": ("session_minutes", _whole(1, 7 * 24 * 60)),
    "SIGNPOST_REPORT_HOURS": ("report_hours", _whole(1, 30 * 24)),
    "SIGNPOST_ORIGINS": ("origins", _origins),
    "SIGNPOST_QUEUE_EMERGENCIES": ("queue_emergencies", _whole(0, 100)),
    "SIGNPOST_PUBLIC_URL": ("public_url", _public_url),
    **{
        f"SIGNPOST_{channel}_{key}".upper(): (f"{channel}.{key}", _public_url if key == "api" else _key)
        for channel, keys in CHANNELS.items()
        for key in keys
    },
}
"""Every setting: the field it fills, and how its text is read. One with a dot is a key of a messaging platform."""

SECRET = {
    *("SIGNPOST_DATABASE_URL", "SIGNPOST_REDIS_URL", "SIGNPOST_SECRET", "SIGNPOST_OIDC_CLIENT_SECRET"),
    *(name for name, (where, _) in VARIABLES.items() if where.rpartition(".")[2] in ("token", "secret", "verify")),
}
"""Settings whose value is never shown, not even in the error that refuses it."""


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The text of the file `path`, made first where there is none. Two processes that start at once agree on one."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600 from its first byte
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(make() + "\n")
                os.link(draft, path)  # never over another process's file
            except FileExistsError:
                pass  # that other process's is as good, and read below
            finally:
                os.unlink(draft)
        kept = path.read_text(encoding="utf-8").strip()
    except OSError as failed:
        raise SettingsError(
            f"{path} cannot be kept ({failed.strerror}). SIGNPOST_HOME names a folder that can be written to."
        ) from None
    if not kept:
        raise SettingsError(f"{path} is empty. Remove it, and it is made again.")
    return kept
