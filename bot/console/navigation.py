"""The pages that stand in the console's head, each for those who may see it."""

from __future__ import annotations

from bot.console.who import ARCHIVE, DASHBOARD, READ, REVIEW, RULES, User

# Path, the key of its words in console.yml, and the permission.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("/console", "list.title", READ),
    ("/console/archive", "archive.title", ARCHIVE),
    ("/console/drafts", "drafts.title", REVIEW),
    ("/console/agreement", "agreement.title", DASHBOARD),
    ("/console/rules", "rules.title", RULES),
)


def shown_to(user: User) -> list[tuple[str, str]]:
    """Path and words' key of the pages that a user may see."""
    return [(path, key) for path, key, permission in PAGES if user.may(permission)]
