"""Who is at the console: the user of a request, and what their role may do."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

READ, REVEAL, REVIEW, APPROVE = "read", "reveal", "review", "approve"
HANDOFF, ARCHIVE, RULES, DASHBOARD = "handoff", "archive", "rules", "dashboard"
EXPORT, USERS, AUDIT = "export", "users", "audit"
# What everybody with an account may do; and what needs no account.
ACCOUNT, ANYONE = "account", "anyone"

# What each role may do. An admin manages accounts and reads no conversation; an auditor reads and changes nothing.
ROLES: dict[str, frozenset[str]] = {
    "reviewer": frozenset({READ, REVEAL, REVIEW, HANDOFF, RULES, DASHBOARD}),
    "lead": frozenset({READ, REVEAL, REVIEW, APPROVE, HANDOFF, RULES, DASHBOARD, EXPORT}),
    "knowledge_owner": frozenset({READ, REVIEW, APPROVE, ARCHIVE, RULES, DASHBOARD, EXPORT}),
    "admin": frozenset({USERS, RULES, DASHBOARD}),
    "auditor": frozenset({READ, AUDIT, RULES, DASHBOARD}),
}


@dataclass(frozen=True)
class User:
    """Somebody with an account: `name` is what they type at the door, `display` what others read."""

    id: int
    name: str
    display: str
    role: str

    def may(self, permission: str) -> bool:
        """Whether this user's role has a permission."""
        return permission in (ACCOUNT, ANYONE) or permission in ROLES.get(self.role, frozenset())


def user_of(request: Request) -> User:
    """The user of a request that the console's guard let in."""
    user: User = request.state.user
    return user
