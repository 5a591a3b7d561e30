"""The pages that stand in the console's head, each for those who may see it."""

from __future__ import annotations

from bot.console.who import ARCHIVE, AUDIT, DASHBOARD, HANDOFF, READ, REVIEW, RULES, USERS, User

# Path, the key of its words in console.yml, and the permission.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("/console", "list.title", READ),
    ("/console/next", "list.next", REVIEW),
    ("/console/handoff", "handoff.title", HANDOFF),
    ("/console/undelivered", "undelivered.title", READ),
    ("/console/dashboard", "dashboard.title", DASHBOARD),
    ("/console/archive", "archive.title", ARCHIVE),
    ("/console/drafts", "drafts.title", REVIEW),
    ("/console/agreement", "agreement.title", DASHBOARD),
    ("/console/rules", "rules.title", RULES),
    ("/console/users", "page.users", USERS),
    ("/console/audit", "page.audit", AUDIT),
)


def shown_to(user: User) -> list[tuple[str, str]]:
    """Path and words' key of the pages that a user may see."""
    return [(path, key) for path, key, permission in PAGES if user.may(permission)]


def home(user: User) -> str:
    """The page where a user begins: the first that they may see."""
    return next((path for path, _ in shown_to(user)), "/console/account")
