"""One dataset repository on the Hub: its head, listings, files and commits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, RemoteEntryNotFoundError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFolder
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from leaderboard.errors import StoreError
from leaderboard.stores.hub.calls import call
from leaderboard.stores.retrying import Passing, Patience, retried

Result = TypeVar("Result")

_KIND = "dataset"
_GIT_DIGITS = 40


def git_id(content: bytes) -> str:
    """The id under which git, and a listing on the Hub, know a file that is not in LFS."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def matches(content: bytes, digest: str) -> bool:
    """Whether bytes have this digest, a git id or a SHA-256."""
    return (git_id(content) if len(digest) == _GIT_DIGITS else hashlib.sha256(content).hexdigest()) == digest


@dataclass(frozen=True)
class Found:
    """Part of a listing: digest of each file (git id, or SHA-256 of one in LFS) and tree id of each folder, by path."""

    files: dict[str, str]
    folders: dict[str, str]


class Repository:
    """The main branch of a dataset repository. Every method may take until the end of the given patience."""

    def __init__(self, api: HfApi, name: str):
        self.name = name
        self._api = api

    def open(self, private: bool, patience: Patience) -> None:
        """Make the repository unless it is there. Raises StoreError when a private one is public."""
        info = {"repo_id": self.name, "repo_type": _KIND}
        try:
            found = self._retried("opening", patience, lambda: self._api.repo_info(**info, expand=["private"]))
        except RepositoryNotFoundError:
            make = {**info, "private": private, "exist_ok": True}
            self._told("making the repository", patience, lambda: self._api.create_repo(**make))
            found = self._told("opening", patience, lambda: self._api.repo_info(**info, expand=["private"]))
        if private and not found.private:
            raise StoreError(f"{self.name} is public; expected a private repository: it keeps what must not be seen")

    def head(self, patience: Patience) -> str:
        """The id of the newest commit."""
        info = {"repo_id": self.name, "repo_type": _KIND, "expand": ["sha"]}
        return self._told("asking for the newest commit", patience, lambda: self._api.repo_info(**info)).sha

    def listing(self, folder: str, head: str, patience: Patience, *, recursive: bool) -> Found:
        """What stands in a folder at a commit; nothing where there is no such folder."""

        def ask() -> Found:
            where = {"path_in_repo": folder, "recursive": recursive, "revision": head, "repo_type": _KIND}
            files, folders = {}, {}
            for item in self._api.list_repo_tree(self.name, **where):
                if isinstance(item, RepoFolder):
                    folders[item.path] = item.tree_id
                else:
                    files[item.path] = item.lfs.sha256 if item.lfs else item.blob_id
            return Found(files, folders)

        try:
            return self._retried(f"listing {folder}", patience, ask)
        except RemoteEntryNotFoundError:
            return Found({}, {})
        except HfHubHTTPError as error:
            raise self._missing(error, f"listing {folder}") from error

    def read(self, path: str, head: str, digest: str, patience: Patience) -> bytes:
        """A file at a commit, of which the digest is known."""

        def ask() -> bytes:
            response = get_session().get(self._address(path, head), headers=self._headers())
            hf_raise_for_status(response)
            if not matches(response.content, digest):
                raise Passing(f"{self.name}: {path} came with other bytes than the listing says")
            return response.content

        return self._told(f"reading {path}", patience, ask)

    def download(self, path: str, head: str, sha256: str, target: Path, patience: Patience) -> None:
        """A file at a commit, too large for memory, into `target`."""

        def ask() -> None:
            digest = hashlib.sha256()
            with (
                get_session().stream("GET", self._address(path, head), headers=self._headers()) as response,
                target.open("wb") as out,
            ):
                hf_raise_for_status(response)
                for chunk in response.iter_bytes():
                    digest.update(chunk)
                    out.write(chunk)
            if digest.hexdigest() != sha256:
                raise Passing(f"{self.name}: {path} came with other bytes than its name says")

        self._told(f"reading {path}", patience, ask)

    def upload(self, path: str, file: Path, patience: Patience) -> None:
        """Send a large file ahead, so that the commit that names it is quick."""
        additions = [CommitOperationAdd(path, file)]
        send = {"repo_id": self.name, "additions": additions, "repo_type": _KIND}
        self._told(f"uploading {path}", patience, lambda: self._api.preupload_lfs_files(**send))

    def commit(self, title: str, files: Mapping[str, bytes | Path], removed: Iterable[str], parent: str) -> str:
        """Write and remove files if `parent` is still the newest commit; the id of the new one.

        Raises Conflict when it is not, and Passing when the Hub failed, in which case the commit may be there.
        """
        for path, content in files.items():
            if isinstance(content, Path) and not content.exists():  # another thread had just no use for it any more
                raise Passing(f"{self.name}: the file for {path} was removed meanwhile")
        operations = [CommitOperationDelete(path, is_folder=False) for path in removed]
        operations += [CommitOperationAdd(path, content) for path, content in files.items()]
        where = {"repo_id": self.name, "repo_type": _KIND, "parent_commit": parent}

        def send() -> str:
            return self._api.create_commit(operations=operations, commit_message=title, **where).oid

        try:
            return call(title, self.name, send)
        except HfHubHTTPError as error:
            raise self._missing(error, title) from error

    def _told(self, what: str, patience: Patience, ask: Callable[[], Result]) -> Result:
        """Like _retried, but a StoreError says that something is missing."""
        try:
            return self._retried(what, patience, ask)
        except HfHubHTTPError as error:
            raise self._missing(error, what) from error

    def _retried(self, what: str, patience: Patience, ask: Callable[[], Result]) -> Result:
        return retried(lambda: call(what, self.name, ask), patience)

    def _missing(self, error: HfHubHTTPError, what: str) -> StoreError:
        status = error.response.status_code
        return StoreError(f"{self.name}: not there, or not for this token ({status}): {what}")

    def _address(self, path: str, head: str) -> str:
        return hf_hub_url(self.name, path, repo_type=_KIND, revision=head, endpoint=self._api.endpoint)

    def _headers(self) -> dict[str, str]:
        return build_hf_headers(token=self._api.token)
