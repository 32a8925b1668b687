"""What stands below one folder of a repository, brought up to date by fetching only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from leaderboard.stores.hub.repository import Repository
from leaderboard.stores.retrying import Patience

WORKERS = 8


@dataclass(frozen=True)
class Listing:
    """The files of a folder and of the folders in it, at one commit.

    files: digest by path. folders: tree id by path, where it is known: equal ids mean equal folders.
    """

    folder: str
    head: str
    files: Mapping[str, str]
    folders: Mapping[str, str]

    @classmethod
    def first(cls, repository: Repository, folder: str, head: str, patience: Patience) -> Listing:
        """Everything, in one listing."""
        found = repository.listing(folder, head, patience, recursive=True)
        return cls(folder, head, found.files, found.folders)

    def at(self, repository: Repository, head: str, patience: Patience) -> Listing:
        """The listing at another commit; only folders whose tree id differs are asked for."""
        if head == self.head:
            return self
        top = repository.listing(self.folder, head, patience, recursive=False)
        same = {path for path, tree in top.folders.items() if self.folders.get(path) == tree}
        files = {path: digest for path, digest in self.files.items() if _parent(path) in same} | top.files
        changed = sorted(set(top.folders) - same)
        with ThreadPoolExecutor(WORKERS) as pool:
            for found in pool.map(lambda path: repository.listing(path, head, patience, recursive=True), changed):
                files |= found.files
        return Listing(self.folder, head, files, top.folders)

    def after(self, written: Mapping[str, str], removed: Iterable[str]) -> Listing:
        """The listing with a change of our own: paths written, with their digests, and paths removed."""
        inside = {path: digest for path, digest in written.items() if path.startswith(f"{self.folder}/")}
        gone = {path for path in removed if path in self.files}
        files = {path: digest for path, digest in self.files.items() if path not in gone} | inside
        touched = {_parent(path) for path in [*inside, *gone]}  # their new tree ids are not known
        folders = {path: tree for path, tree in self.folders.items() if path not in touched}
        return Listing(self.folder, self.head, files, folders)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
