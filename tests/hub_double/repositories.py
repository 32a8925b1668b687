"""Repositories in memory: commits that each hold a whole tree, branches, tags, and what was uploaded for LFS."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from tests.hub_double.messages import ApiError

MAIN = "main"
GITATTRIBUTES = "".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n"
    for pattern in ("*.bin", "*.gz", "*.npy", "*.npz", "*.parquet", "*.pt", "*.safetensors", "*.zip", "*.png", "*.jpg")
)


def git_hash(kind: str, content: bytes) -> str:
    """The id that git gives to a blob, tree or commit."""
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()


@dataclass(frozen=True)
class File:
    """The content of a file, and whether git holds it or an LFS pointer to it."""

    content: bytes
    lfs: bool = False

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def pointer(self) -> bytes:
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self.content)}\n"
        return text.encode()

    @cached_property
    def oid(self) -> str:
        """The id of the git blob: of the content, or of the pointer."""
        return git_hash("blob", self.pointer if self.lfs else self.content)

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.oid


@dataclass(frozen=True)
class Commit:
    """One state of a branch."""

    parent: str | None
    title: str
    message: str
    author: str
    date: str  # UTC, as 2026-01-31T12:00:00.000000Z
    files: Mapping[str, File]

    @cached_property
    def oid(self) -> str:
        return git_hash("commit", repr((self.parent, self.title, self.message, self.date, self.trees[""])).encode())

    @cached_property
    def trees(self) -> dict[str, str]:
        """The id of each folder's tree; "" is the root. Equal ids mean equal folders, as in git."""
        lines: dict[str, list[str]] = {"": []}
        for path in self.files:
            folder = path
            while folder:
                folder = folder.rpartition("/")[0]
                lines.setdefault(folder, [])
        for path, file in self.files.items():
            lines[path.rpartition("/")[0]].append(f"blob {path} {file.oid}")
        found: dict[str, str] = {}
        for folder in sorted(lines, key=lambda name: -name.count("/") if name else 1):  # the deepest first, "" last
            found[folder] = git_hash("tree", "\n".join(sorted(lines[folder])).encode())
            if folder:
                lines[folder.rpartition("/")[0]].append(f"tree {folder} {found[folder]}")
        return found

    def entries(self, folder: str, recursive: bool) -> list[tuple[str, File | str]]:
        """What stands in a folder, sorted by path: (path, File), or (path, tree id) for folders."""
        inside = f"{folder}/" if folder else ""
        found: dict[str, File | str] = {}
        for path in [*self.files, *self.trees]:
            if path and path.startswith(inside) and (recursive or "/" not in path[len(inside) :]):
                found[path] = self.files[path] if path in self.files else self.trees[path]
        return sorted(found.items())


@dataclass
class Repository:
    """A repository of one kind ("models", "datasets" or "spaces") with its history; new ones have one commit."""

    kind: str
    id: str  # "namespace/name"
    private: bool
    lfs_above: int = 10_000_000  # bytes from which on a file goes to LFS whatever its name
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)  # LFS objects by SHA-256
    sdk: str | None = None  # of a Space, as its variables and secrets
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._add(MAIN, None, "initial commit", "", "system", {".gitattributes": File(GITATTRIBUTES.encode())})

    @property
    def head(self) -> Commit:
        return self.commits[self.branches[MAIN]]

    @property
    def files(self) -> Mapping[str, File]:
        """The files of the main branch."""
        return self.head.files

    def find(self, revision: str) -> Commit:
        """The commit that a branch, tag or commit id names."""
        oid = self.branches.get(revision) or self.tags.get(revision) or revision
        if oid not in self.commits:
            raise ApiError(404, f"Invalid rev id: {revision}", code="RevisionNotFound")
        return self.commits[oid]

    def history(self, revision: str) -> Iterator[Commit]:
        """Commits from newest to oldest."""
        commit: Commit | None = self.find(revision)
        while commit is not None:
            yield commit
            commit = self.commits.get(commit.parent or "")

    def goes_to_lfs(self, path: str, size: int, sample: bytes) -> bool:
        """Whether a file of this name, size and first bytes is kept as LFS."""
        lines = self.files.get(".gitattributes", File(b"")).content.decode().splitlines()
        patterns = [line.split()[0] for line in lines if "filter=lfs" in line]
        named = any(fnmatch.fnmatch(path.rpartition("/")[2], pattern) for pattern in patterns)
        return size > 0 and (named or size > self.lfs_above or b"\0" in sample)

    def commit(
        self, branch: str, parent: str | None, title: str, message: str, author: str, files: dict[str, File]
    ) -> Commit:
        """Put `files` in the place of the branch's tree. What changes nothing succeeds, whatever its parent is."""
        head = self.commits[self.branches[branch]]
        if {path: file.oid for path, file in files.items()} == {path: file.oid for path, file in head.files.items()}:
            return head
        if parent is not None and not head.oid.startswith(parent.lower()):
            raise ApiError(412, "A commit has happened since. Please refresh and try again.")
        return self._add(branch, head.oid, title, message, author, files)

    def _add(self, branch: str, parent: str | None, title: str, message: str, author: str, files: dict) -> Commit:
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        commit = Commit(parent, title, message, author, date, dict(files))
        self.commits[commit.oid] = commit
        self.branches[branch] = commit.oid
        return commit
