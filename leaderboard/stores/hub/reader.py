"""The private repository as it is now, read through a cache."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError

from leaderboard.errors import StoreError
from leaderboard.stores.hub.cache import Cache
from leaderboard.stores.hub.listing import WORKERS, Listing
from leaderboard.stores.hub.repository import Repository, git_id
from leaderboard.stores.hub.state import SUBMISSIONS, Change, Entry, State
from leaderboard.stores.retrying import Patience


class Reader:
    """Holds the newest state that was seen, and fetches what is new. Safe for parallel threads."""

    def __init__(self, repository: Repository, cache: Cache, refresh_seconds: float):
        self.repository = repository
        self._cache = cache
        self._refresh_seconds = refresh_seconds
        self._lock = threading.Lock()
        self._state: State | None = None
        self._checked = float("-inf")

    def recent(self, patience: Patience) -> State:
        """A state that was the newest at most `refresh_seconds` ago."""
        return self._checked_since(time.monotonic() - self._refresh_seconds, patience)

    def newest(self, patience: Patience) -> State:
        """The newest state."""
        return self._checked_since(time.monotonic(), patience)

    def knowing(self, knows: Callable[[State], bool], patience: Patience) -> State:
        """A recent state, or the newest where a recent one does not know of something that is asked for by its id."""
        state = self.recent(patience)
        return state if knows(state) else self.newest(patience)

    def keep(self, change: Change) -> None:
        """Bring what a change writes, and what will be asked for again, into the cache."""
        content = change.entry.to_bytes()
        for digest, fetched in {**change.fetched, git_id(content): content}.items():
            self._cache.keep_blob(digest, fetched)

    def committed(self, before: State, after: State) -> None:
        """A change of our own was committed on `before`: the new state is known without asking."""
        with self._lock:
            if self._state is before:  # else it is newer by now
                self._keep(after)

    def blob(self, state: State, path: str, digest: str, patience: Patience) -> bytes:
        """A file of a state, from the cache or from the Hub."""
        content = self._cache.blob(digest)
        if content is None:
            content = self.repository.read(path, state.head, digest, patience)
            self._cache.keep_blob(digest, content)
        return content

    def blobs(self, state: State, wanted: Iterable[tuple[str, str]], patience: Patience) -> list[bytes]:
        """Several files, each given by path and digest, fetched in parallel."""
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(lambda item: self.blob(state, *item, patience), list(wanted)))

    def fetch(self, state: State, wanted: Iterable[tuple[str, str]], patience: Patience) -> None:
        """Bring what the cache lacks of several files into it."""
        self.blobs(state, [(path, digest) for path, digest in wanted if not self._cache.has(digest)], patience)

    def _checked_since(self, moment: float, patience: Patience) -> State:
        """A state that was the newest at `moment` or after."""
        if self._state is not None and self._checked >= moment:
            return self._state
        with self._lock:
            if self._state is None or self._checked < moment:  # else another thread has asked while this one waited
                asked = time.monotonic()
                head = self.repository.head(patience)
                if self._state is None or self._state.head != head:
                    self._keep(self._read(head, patience))
                self._checked = asked
            return self._state

    def _keep(self, state: State) -> None:
        if self._state is None or self._state.generation != state.generation:
            self._cache.keep_only(state.generation)
        self._state = state

    def _read(self, head: str, patience: Patience) -> State:
        before = self._state
        if before is None:
            before = State(Listing.first(self.repository, SUBMISSIONS, head, patience), {})
            listing, same = before.listing, set()
        else:
            listing = before.listing.at(self.repository, head, patience)
            same = {path for path, digest in listing.files.items() if before.listing.files.get(path) == digest}
        changed = [item for item in listing.files.items() if item[0] not in same]
        contents = self.blobs(State(listing, {}), changed, patience)
        read = {path: self._entry(path, content) for (path, _), content in zip(changed, contents, strict=True)}
        return State(listing, {path: before.entries[path] for path in same} | read)

    def _entry(self, path: str, content: bytes) -> Entry:
        try:
            return Entry.from_bytes(content)
        except ValidationError as error:
            raise StoreError(f"{self.repository.name}: {path} holds no submission: {error}") from None
