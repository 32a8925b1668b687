"""The public copy of the records: made from the private repository, after the fact."""

from __future__ import annotations

import threading
from dataclasses import replace

from leaderboard.stores.hub.listing import Listing
from leaderboard.stores.hub.reader import Reader
from leaderboard.stores.hub.repository import Repository
from leaderboard.stores.hub.state import RESULTS, State
from leaderboard.stores.retrying import Passing, Patience


class Publisher:
    """Brings the public repository up to date with the private one. Safe for parallel threads."""

    def __init__(self, repository: Repository, reader: Reader):
        self._repository = repository
        self._reader = reader
        self._lock = threading.Lock()
        self._listing: Listing | None = None

    def publish(self, state: State, patience: Patience) -> None:
        """Add the records of `state` that are missing in public and remove those that are deleted.

        Raises StoreError when that does not succeed; then it is for the next call.
        """
        tries = 0
        with self._lock:
            while True:
                listing = self._refreshed(patience)
                wanted = state.published.items()
                missing = {path: digest for path, digest in wanted if listing.files.get(path) != digest}
                gone = sorted(path for path in state.retracted if path in listing.files)
                if not missing and not gone:
                    return
                contents = self._reader.blobs(state, missing.items(), patience)
                files = dict(zip(missing, contents, strict=True))
                title = f"{len(files)} records added, {len(gone)} removed"
                try:
                    head = self._repository.commit(title, files, gone, listing.head)
                except Passing as failure:
                    tries += 1
                    patience.wait(tries, failure)
                    continue
                self._listing = replace(listing.after(missing, gone), head=head)
                # What was deleted while it was being added is removed by nobody else.
                state = self._reader.newest(patience)

    def _refreshed(self, patience: Patience) -> Listing:
        head = self._repository.head(patience)
        if self._listing is None:
            self._listing = Listing.first(self._repository, RESULTS, head, patience)
        else:
            self._listing = self._listing.at(self._repository, head, patience)
        return self._listing
