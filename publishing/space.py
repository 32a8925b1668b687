"""What publishing would change on a Space, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from huggingface_hub import HfApi

from publishing.content import is_ours
from publishing.errors import PublishError
from publishing.hub import Found, SpaceOnHub

_TITLE = "Publish the leaderboard"


@dataclass(frozen=True)
class Plan:
    """What is here and what is there.

    files: content by path, as they shall be. variables, secrets: those to be set whatever the Space has.
    """

    space: SpaceOnHub
    found: Found
    files: Mapping[str, bytes]
    wanted: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    private: bool = False

    @property
    def is_new(self) -> bool:
        """Whether there is no such Space yet, as far as the token can see."""
        return self.found.head is None

    @cached_property
    def sent(self) -> dict[str, bytes]:
        """Files that are new or differ."""
        return {path: content for path, content in self.files.items() if not self.found.has(path, content)}

    @property
    def deleted(self) -> list[str]:
        """Files there that publishing wrote once, or that were put between them, and that are here no more."""
        return sorted(path for path in self.found.files or () if is_ours(path) and path not in self.files)

    @property
    def strange(self) -> list[str]:
        """Files there that publishing has nothing to do with; they stay."""
        return sorted(path for path in self.found.files or () if not is_ours(path) and path != ".gitattributes")

    @property
    def variables(self) -> dict[str, str]:
        """The wanted variables that are not so yet."""
        there = self.found.variables or {}
        return {name: value for name, value in self.wanted.items() if there.get(name) != value}

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.is_new or self.sent or self.deleted or self.variables or self.secrets)


def plan_space(
    api: HfApi,
    name: str,
    files: Mapping[str, bytes],
    *,
    variables: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    private: bool = False,
) -> Plan:
    """Compare the files with what the Space of this name has. Changes nothing.

    private: that only its owners shall see it. Raises PublishError: no such name, no answer, or a public Space that
    should be private.
    """
    space = SpaceOnHub(api, name)
    found = space.find()
    if private and found.head and not found.private:
        raise PublishError(
            f"{name} is there and public; --private is for a new Space, expected a change in {space.address}/settings"
        )
    return Plan(space, found, files, variables or {}, secrets or {}, private)


def carry_out(plan: Plan) -> str | None:
    """Do what the plan says: settings first, then all files in one commit; the id of that, None without changes.

    Raises PublishError. The files are then as they were, or all as planned where only the Hub's answer was lost; of the
    settings some may be set.
    """
    if plan.is_done:
        return None
    if plan.is_new:
        head = plan.space.create(plan.private, plan.variables, plan.secrets)
    else:
        plan.space.set(plan.variables, plan.secrets)
        head = plan.found.head
    if not plan.sent and not plan.deleted:
        return None
    return plan.space.commit(_TITLE, plan.sent, plan.deleted, head)
