"""A truth from the words that name it in a setting: a file here, or one in a private repository on the Hub."""

from __future__ import annotations

import tempfile
from pathlib import Path

from leaderboard.errors import StoreError, TruthError
from leaderboard.stores.opening import HUB
from leaderboard.stores.retrying import Patience, retried
from leaderboard.truth import Truth

_PATIENCE_S = 30.0


def open_truth(place: Path | str) -> Truth:
    """The truth at `place`: the path of a Parquet file, or hub:ORG/NAME/path/in/repository.parquet.

    On the Hub it lies in a dataset repository; the token is that of `hf auth login` or of HF_TOKEN. The file is fetched
    into a folder that nobody else can read and is gone from this computer when it has been read. Raises TruthError for
    a file that is no truth, that is not there, or not for this token; FileNotFoundError for a path without a file; and
    StoreError when the Hub cannot be reached.
    """
    text = str(place)
    if not text.startswith(HUB):
        return Truth.load(place)
    owner, name, file = _parts(text)
    with tempfile.TemporaryDirectory(prefix="mturn-seg-truth-") as folder:  # made with mode 0700
        return Truth.load(_fetched(f"{owner}/{name}", file, Path(folder)))


def _parts(text: str) -> tuple[str, str, str]:
    parts = text.removeprefix(HUB).split("/", 2)
    if len(parts) < 3 or not all(parts):
        raise TruthError(f"{text!r} names no truth file; expected {HUB}ORG/NAME/test.parquet")
    return parts[0], parts[1], parts[2]


def _fetched(repository: str, file: str, folder: Path) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    from leaderboard.stores.hub.calls import call

    def fetch() -> str:
        return call(f"fetching {file}", repository, download)

    def download() -> str:
        return hf_hub_download(repository, file, repo_type="dataset", local_dir=folder)

    try:
        return Path(retried(fetch, Patience(_PATIENCE_S)))
    except HfHubHTTPError:
        raise TruthError(
            f"{repository}: {file} is not there, or not for this token; expected a dataset repository that holds it"
        ) from None
    except OSError as error:  # what the client says when it could not ask and has no copy
        raise StoreError(f"{repository}: the Hub did not answer: fetching {file}") from error
