"""`signpost users`, `audit`, `review` and `console`: what is done for the clinicians' pages on the machine itself.

As in `bot.cli`, everything but Typer is imported inside the command that needs it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from bot.lines import CommandError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine, Row

    from bot.records.audit import Audit
    from bot.records.users import Users
    from bot.settings import Settings

users = typer.Typer(help="Accounts of the console.", no_args_is_help=True)
audit = typer.Typer(help="Who did what at the console.", no_args_is_help=True)
review = typer.Typer(help="What clinicians made of conversations.", no_args_is_help=True)
console = typer.Typer(help="The clinicians' pages: what they show, kept in step.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What they sign in with.")]
Database = Annotated[
    Optional[str],
    typer.Option("--database", metavar="URL", help="Instead of SIGNPOST_DATABASE_URL.", show_default=False),
]


@users.command("add")
def users_add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="reviewer, lead, knowledge_owner, admin or auditor.")],
    display: Annotated[Optional[str], typer.Option("--display", metavar="NAME", help="What others read.")] = None,
    database: Database = None,
) -> None:
    """Make an account, and print the one-time link by which its owner chooses a password."""
    from bot.records.users import LONGEST_DISPLAY, Users, name_fault

    if name_fault(name):
        raise CommandError(f'"{name}" cannot be a name: write 1 to 64 of a-z, 0-9, and between them . _ @ + -')
    if display is not None and not 0 < len(display.strip()) <= LONGEST_DISPLAY:
        raise CommandError(f"--display is {len(display)} characters long; write 1 to {LONGEST_DISPLAY}")
    _known(role)
    engine, log = _opened(database, create=True)
    accounts, now = Users(engine), datetime.now(timezone.utc)
    if not accounts.add(name, (display or name).strip(), role, now):
        raise CommandError(
            f'there is an account "{name.lower()}" already; `signpost users link` makes a new link for it'
        )
    log.write(_actor(), "user_added", name.lower(), role=role)
    _link(accounts, log, _found(accounts, name))


@users.command("link")
def users_link(name: Name, database: Database = None) -> None:
    """Print a new one-time link for who lost password or device. The links before it end."""
    accounts, log = _accounts(database)
    row = _found(accounts, name)
    if row.disabled_at is not None:
        raise CommandError(f'the account "{row.name}" is disabled; let it in again on /console/users first')
    _link(accounts, log, row)


@users.command("list")
def users_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
    database: Database = None,
) -> None:
    """List the accounts."""
    accounts, _ = _accounts(database)
    for row in accounts.list():
        state = "disabled" if row.disabled_at else "ready" if row.password or row.oidc_subject else "invited"
        line = {"name": row.name, "display": row.display, "role": row.role, "state": state, "totp": bool(row.totp)}
        print(json.dumps(line) if as_json else f"{row.name:24} {row.role:16} {state:10} {row.display}")


@users.command("role")
def users_role(
    name: Name, role: Annotated[str, typer.Argument(help="As with `users add`.")], database: Database = None
) -> None:
    """Give somebody another role. They are signed out everywhere."""
    _known(role)
    accounts, log = _accounts(database)
    row = _found(accounts, name)
    accounts.set_role(row.id, role)
    log.write(_actor(), "role_changed", row.name, before=row.role, after=role)


@users.command("disable")
def users_disable(name: Name, database: Database = None) -> None:
    """Keep somebody out. They are signed out everywhere, and no link of theirs holds."""
    accounts, log = _accounts(database)
    row = _found(accounts, name)
    accounts.disable(row.id, datetime.now(timezone.utc))
    log.write(_actor(), "user_disabled", row.name)


@audit.command("verify")
def audit_verify(
    known: Annotated[str, typer.Option("--hash", metavar="HASH", help="Newest hash of an earlier time.")] = "",
    database: Database = None,
) -> None:
    """Walk the chain of the audit log; status 1, and the place, where it was changed."""
    _, log = _opened(database)
    chain = log.verify(known)
    if chain.why is None:
        print(f"{chain.lines} lines, each as it was written; the newest hash is {chain.newest}")
        return
    reasons = {
        "changed": f"line {chain.broken} is not what it was when it was written",
        "gap": f"before line {chain.broken} something was taken out, put in or changed",
        "lost": f"all {chain.lines} lines hang together, and none has the hash {known}: lines were taken off, or all "
        "were made anew",
    }
    raise CommandError(f"the audit log was tampered with: {reasons[chain.why]}. Compare it with a back-up")


@audit.command("list")
def audit_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with the hashes.")] = False,
    database: Database = None,
) -> None:
    """Print the audit log, the oldest line first."""
    from bot.records.audit import to_json

    _, log = _opened(database)
    for row in log.every():
        if as_json:
            print(json.dumps(to_json(row), ensure_ascii=False))
        else:
            detail = " ".join(f"{name}={value}" for name, value in row.detail.items())
            shown = " ".join(filter(None, [row.actor, row.action, row.object, detail]))
            print(f"{row.id} {row.at:%Y-%m-%d %H:%M:%S} {''.join(c if c.isprintable() else '?' for c in shown)}")


@review.callback()
@console.callback()
def _group() -> None:
    """A group stays one, also with a single command in it."""


@review.command("export")
def review_export(
    folder: Annotated[Path, typer.Argument(metavar="OUT_DIR", help="Where the patch is written.")],
    database: Database = None,
) -> None:
    """Write the approved drafts as one patch to the rules, examples and tests, and check the patched knowledge."""
    from bot.console.export import export_command
    from bot.records.database import opened

    settings = _settings(database)
    raise typer.Exit(export_command(opened(settings.database_url, create=False), settings, folder))


@console.command("backfill")
def console_backfill(database: Database = None) -> None:
    """Make the summaries that the list shows, for conversations that have none yet."""
    from bot.records.database import opened
    from bot.records.summaries import backfill

    engine = opened(_settings(database).database_url, create=False)
    made = backfill(engine, lambda number: print(f"{number} made", flush=True))
    print(f"{made} summaries were missing and are made")


def _settings(database: str | None) -> Settings:
    from bot.settings import Settings

    return Settings.read({**os.environ, **({"SIGNPOST_DATABASE_URL": database} if database else {})})


def _opened(database: str | None, create: bool = False) -> tuple[Engine, Audit]:
    from bot.records.audit import Audit
    from bot.records.database import opened

    settings = _settings(database)
    engine = opened(settings.database_url, create)
    return engine, Audit(engine, settings.with_secrets().secret or "")


def _accounts(database: str | None) -> tuple[Users, Audit]:
    from bot.records.users import Users

    engine, log = _opened(database)
    return Users(engine), log


def _found(accounts: Users, name: str) -> Row:
    row = accounts.named(name)
    if row is None:
        raise CommandError(
            f'there is no account "{name}"; `signpost users list` shows them, `signpost users add` makes one'
        )
    return row


def _known(role: str) -> None:
    from bot.console.who import ROLES

    if role not in ROLES:
        raise CommandError(f'"{role}" is no role. There are: {", ".join(ROLES)}')


def _link(accounts: Users, log: Audit, row: Any) -> None:
    from bot.records.users import INVITE_HOURS

    code = accounts.invite(row.id, datetime.now(timezone.utc))
    log.write(_actor(), "link_made", row.name)
    print(f"/console/invite/{code}")
    typer.echo(
        f"Good once, for {INVITE_HOURS} hours, after the address of your Signpost. It is not shown again.", err=True
    )


def _actor() -> str:
    from bot.records.audit import COMMAND_LINE

    return COMMAND_LINE
