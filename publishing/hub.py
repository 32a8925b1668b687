"""One Space on the Hub: what it holds, and changing it. Every failure is a PublishError that says what to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from publishing.errors import PublishError

Result = TypeVar("Result")

_KIND = "space"
_GIT_DIGITS = 40
_SILENCE_S = 60.0
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_LONGEST_NAME = 96
_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN, with a token that may write"
_MEANINGS = {
    401: f"the token is not valid, or there is none; {_LOG_IN}",
    402: "the Hub asks for a paid plan: a Gradio Space needs one, even on its free hardware",
    403: f"this token may not do that; {_LOG_IN} to the owner's repositories",
    404: f"there is no such Space, or not for this token; {_LOG_IN} to the owner's repositories",
    409: "somebody else changed the Space meanwhile; look at it and run the command again",
    412: "somebody else changed the Space meanwhile; look at it and run the command again",
    429: "too many requests for now; run the command again in some minutes",
}


@dataclass(frozen=True)
class Found:
    """What the Hub holds of a Space.

    head: the newest commit; None where there is no Space, or none that this token may see. files: digest by path, a git
    id or a SHA-256. variables, secrets: None where this token may not ask; the values of secrets are never told.
    """

    head: str | None = None
    private: bool = False
    files: Mapping[str, str] | None = None
    variables: Mapping[str, str] | None = None
    secrets: frozenset[str] | None = None

    def has(self, path: str, content: bytes) -> bool:
        """Whether a file stands there with just this content."""
        digest = (self.files or {}).get(path)
        if digest is None:
            return False
        return digest == (git_id(content) if len(digest) == _GIT_DIGITS else hashlib.sha256(content).hexdigest())


def git_id(content: bytes) -> str:
    """The id under which git knows a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def check_name(name: str, what: str = "Space") -> str:
    """The name, if a repository can be called so. Raises PublishError."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME or "--" in name or ".." in name:
        raise PublishError(f"{name!r} is no name of a {what}; expected ORG/NAME of letters, digits, - _ and .")
    return name


class SpaceOnHub:
    """The Space of this name, asked for and changed with the token of `api`; `api.token` None is nobody."""

    def __init__(self, api: HfApi, name: str):
        self.name = check_name(name)
        self._api = api
        self._where = {"repo_id": name, "repo_type": _KIND}

    @property
    def address(self) -> str:
        """Where people see it."""
        return f"{self._api.endpoint}/spaces/{self.name}"

    def find(self) -> Found:
        """What the Hub holds now; an empty Found where there is no such Space to see."""
        try:
            info = self._asked("looking for it", lambda: self._api.repo_info(**self._where))
        except RepositoryNotFoundError:
            return Found()
        except HfHubHTTPError as error:
            self._refuse("looking for it", error)
        listing = self._told("listing its files", lambda: list(self._listing(info.sha)))
        files = {item.path: item.lfs.sha256 if item.lfs else item.blob_id for item in listing}
        variables = self._if_allowed("asking for its variables", lambda: self._api.get_space_variables(self.name))
        secrets = self._if_allowed("asking for its secrets", lambda: self._api.get_space_secrets(self.name))
        return Found(
            head=info.sha,
            private=bool(info.private),
            files=files,
            variables=None if variables is None else {key: item.value for key, item in variables.items()},
            secrets=None if secrets is None else frozenset(secrets),
        )

    def create(self, private: bool, variables: Mapping[str, str], secrets: Mapping[str, str]) -> str:
        """Make the Space with these settings; its first commit."""
        make = {
            "space_sdk": "gradio",
            "private": private,
            "exist_ok": True,
            "space_variables": [{"key": key, "value": value} for key, value in variables.items()] or None,
            "space_secrets": [{"key": key, "value": value} for key, value in secrets.items()] or None,
        }
        self._told("making the Space", lambda: self._api.create_repo(**self._where, **make))
        return self._told("looking for it", lambda: self._api.repo_info(**self._where)).sha

    def set(self, variables: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        """Set variables and secrets; the Space starts anew after each."""
        for key, value in variables.items():
            self._told(f"setting {key}", lambda: self._api.add_space_variable(self.name, key, value))  # noqa: B023
        for key, value in secrets.items():
            self._told(f"setting {key}", lambda: self._api.add_space_secret(self.name, key, value))  # noqa: B023

    def commit(self, title: str, files: Mapping[str, bytes], removed: Iterable[str], parent: str) -> str:
        """Write and remove files in one commit, if `parent` is still the newest; the id of the new one."""
        operations = [CommitOperationDelete(path, is_folder=False) for path in removed]
        operations += [CommitOperationAdd(path, content) for path, content in files.items()]
        send = {"operations": operations, "commit_message": title, "parent_commit": parent}
        return self._told("sending the files", lambda: self._api.create_commit(**self._where, **send)).oid

    def _listing(self, head: str) -> Iterable[RepoFile]:
        items = self._api.list_repo_tree(**self._where, revision=head, recursive=True)
        return (item for item in items if isinstance(item, RepoFile))

    def _if_allowed(self, what: str, ask: Callable[[], Result]) -> Result | None:
        try:
            return self._asked(what, ask)
        except HfHubHTTPError as error:
            if error.response.status_code in (401, 403, 404):
                return None
            self._refuse(what, error)

    def _told(self, what: str, ask: Callable[[], Result]) -> Result:
        """What `ask` returns; every refusal of the Hub is a PublishError."""
        try:
            return self._asked(what, ask)
        except HfHubHTTPError as error:
            self._refuse(what, error)

    def _asked(self, what: str, ask: Callable[[], Result]) -> Result:
        """What `ask` returns, or HfHubHTTPError. Without an answer, and for a card that is refused, a PublishError."""
        session = get_session()
        if session.timeout == httpx2.Timeout(None):  # the client would wait for ever
            session.timeout = httpx2.Timeout(_SILENCE_S, connect=10.0)
        try:
            return ask()
        except HfHubHTTPError:
            raise
        except OfflineModeIsEnabled:
            raise PublishError(f"{self.name}: HF_HUB_OFFLINE is set; expected a connection to the Hub") from None
        except httpx2.TransportError as error:
            raise PublishError(
                f"{self.name}: {self._api.endpoint} did not answer ({type(error).__name__}): {what}; try again later"
            ) from error
        except ValueError as error:  # the client's word for a card that the Hub refuses
            raise PublishError(f"{self.name}: {error}") from error

    def _refuse(self, what: str, error: HfHubHTTPError) -> NoReturn:
        status = error.response.status_code
        meaning = _MEANINGS.get(status)
        if meaning is None:
            meaning = "try again later" if status >= 500 else str(error).splitlines()[0]
        raise PublishError(f"{self.name}: the Hub answered {status} ({what}): {meaning}") from error
