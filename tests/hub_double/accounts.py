"""Who may read and write what."""

from __future__ import annotations

from dataclasses import dataclass

from tests.hub_double.messages import ApiError
from tests.hub_double.repositories import Repository


@dataclass(frozen=True)
class Account:
    """The owner of a token: a user, and the organisations it acts for."""

    name: str
    organisations: tuple[str, ...] = ()
    may_write: bool = True

    def owns(self, namespace: str) -> bool:
        """Whether the namespace is the user's own or an organisation's of theirs."""
        return namespace in (self.name, *self.organisations)

    def to_json(self) -> dict:
        """As /api/whoami-v2 answers."""
        return {
            "type": "user",
            "name": self.name,
            "fullname": self.name,
            "orgs": [{"type": "org", "name": name} for name in self.organisations],
            "auth": {"accessToken": {"displayName": "test", "role": "write" if self.may_write else "read"}},
        }


def check_read(account: Account | None, repository: Repository | None) -> Repository:
    """The repository, if this account may see it. The Hub does not tell a hidden one from one that is not there."""
    if repository is not None and (not repository.private or (account and account.owns(_namespace(repository)))):
        return repository
    if account is None:
        raise ApiError(401, "Invalid username or password.", code="RepoNotFound")
    raise ApiError(404, "Repository not found", code="RepoNotFound")


def check_write(account: Account | None, repository: Repository | None) -> Repository:
    """The repository, if this account may change it."""
    found = check_read(account, repository)
    if account is None:
        raise ApiError(401, "Invalid username or password.")
    if not account.may_write or not account.owns(_namespace(found)):
        raise ApiError(403, "Forbidden: you must use a token with write access to this repository")
    return found


def _namespace(repository: Repository) -> str:
    return repository.id.partition("/")[0]
