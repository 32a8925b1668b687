"""Submissions and records in two dataset repositories on the Hugging Face Hub.

The private one, ORG/RESULTS-private, holds everything and decides everything:

    submissions/<user folder>/<submission id>.json   an Entry: the submission as it is now, and what belongs to it
    results/<user folder>/<record id>.json           the Record; never rewritten
    companions/<record id>.npz                       the private companion of a record
    raw/<sha256>                                     a submitted file
    audit/<number>-<time>-<action>-<id>.json         audit lines, numbered from 1
    latest.txt                                       a random text, another one in every commit

The public one, ORG/RESULTS, has a copy of `results/`, made from the private one and from nothing else.

How writers share it. A change is one commit to the private repository whose parent is the commit that the decision was
made on. When somebody else was faster the Hub refuses it, the new state is read and the decision made anew. Quota,
attempts and "is this id there already" are therefore exact among any number of processes and computers, and a change is
there as a whole or not at all. The Hub accepts a commit that changes nothing whatever its parent is; `latest.txt` makes
every commit change something. Threads of one process take turns, and what they ask for meanwhile goes into one commit.

How the copy keeps up. A record is first kept in the private repository, in the same commit as its companion and the new
state of its submission, and then copied. Whoever is killed in between leaves a copy that lags: opening a store, and
every `finish` or deletion by anyone, copies what is missing and removes what is deleted. Files that this store knows
nothing of are left alone.

What reading costs. One small request says whether anything changed, at most every `refresh_seconds`; of what changed
only the folders and files that differ are fetched, and kept in a cache folder under their digests. The folder may be
empty at every start.

What the Hub does not forget. Both repositories keep their history: what was deleted is gone from the newest state, not
from older commits. To remove it from there too, squash the history (HfApi.super_squash_history) and delete the LFS
files that nothing refers to (HfApi.list_lfs_files, permanently_delete_lfs_files).
"""

from leaderboard.stores.hub.store import HubStore

__all__ = ["HubStore"]
