"""The Parquet files of a data set, in a folder or on the Hub, read by row group and column.

Exception
└── BrowsingError     the data set, or a dialogue of it, cannot be read; `.reason` says why in one word
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leaderboard.stores.opening import HUB

#: Splits whose answers are public. Of any other split only what a model may see is read.
OPEN_SPLITS = ("train", "validation")
_ORDER = (*OPEN_SPLITS, "test")
_FILE = re.compile(r"([A-Za-z0-9_.]+)-\d{5}-of-\d{5}\.parquet")
# What the Parquet format puts between the names of nested columns.
_LIST_PARTS = {"list", "element", "item"}


class BrowsingError(Exception):
    """`reason` is "missing" (no such place or dialogue), "unreadable" (not rows of this schema) or "unreachable"."""

    def __init__(self, reason: str, detail: str = ""):
        super().__init__(detail or reason)
        self.reason = reason


@dataclass(frozen=True)
class Shard:
    """One Parquet file of a split. Reading raises BrowsingError."""

    split: str
    path: str
    files: Any  # an fsspec file system, None for local files
    footer: pq.FileMetaData

    @property
    def hidden(self) -> bool:
        """Whether the answers of this split are withheld."""
        return self.split not in OPEN_SPLITS

    @cached_property
    def columns(self) -> dict[str, int]:
        """Where each leaf column stands: "turns.question.en" -> its place in the file."""
        schema = self.footer.schema
        return {_plain(schema.column(place).path): place for place in range(len(schema))}

    def holds_no_null(self, group: int, column: str) -> bool:
        """Whether the statistics of a row group prove that a leaf column has a value everywhere."""
        statistics = self.footer.row_group(group).column(self.columns[column]).statistics
        return bool(statistics and statistics.has_null_count and statistics.null_count == 0)

    def read(self, group: int, columns: Iterable[str]) -> pa.Table:
        """The named leaf columns of one row group, or all columns under a name."""
        wanted = tuple(columns)
        schema = self.footer.schema
        paths = [schema.column(place).path for name, place in self.columns.items() if _is_under(name, wanted)]
        with reading(), _opened(self.path, self.files) as file:
            # Columns that stand side by side are fetched at once.
            return pq.ParquetFile(file, metadata=self.footer, pre_buffer=True).read_row_group(group, columns=paths)


def find_shards(place: str | Path, endpoint: str | None = None) -> list[Shard]:
    """The files of a built data set: a folder with data/<split>-00000-of-00001.parquet, or "hub:ORG/NAME".

    On the Hub (`endpoint` names another than huggingface.co) the newest revision is taken and kept to. Raises
    BrowsingError where there is none.
    """
    on_hub, name = str(place).startswith(HUB), str(place).removeprefix(HUB)
    with reading():
        files, names = _on_hub(name, endpoint) if on_hub else _local(place)
        known = sorted((match[1], name) for name in names if (match := _FILE.fullmatch(name.rsplit("/", 1)[-1])))
        if not known:
            raise BrowsingError("missing", f"no file such as data/train-00000-of-00001.parquet in {place}")
        known.sort(key=lambda found: (_ORDER.index(found[0]) if found[0] in _ORDER else len(_ORDER), *found))
        return [_shard(split, name, files) for split, name in known]


@contextmanager
def reading():
    """Turns what may go wrong while files are read into BrowsingError."""
    # Imported here: a folder is browsed without the Hub's client.
    from httpx2 import HTTPError
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        yield
    except (FileNotFoundError, NotADirectoryError, RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise BrowsingError("missing", str(error)) from error
    except pa.ArrowException as error:
        raise BrowsingError("unreadable", str(error)) from error
    except (HfHubHTTPError, HTTPError, OSError) as error:
        raise BrowsingError("unreachable", str(error)) from error


def _local(place: str | Path) -> tuple[None, list[str]]:
    return None, [str(path) for path in (Path(place) / "data").iterdir()]


def _on_hub(name: str, endpoint: str | None) -> tuple[Any, list[str]]:
    from huggingface_hub import HfApi, HfFileSystem

    files = HfFileSystem(endpoint=endpoint)
    # One revision for all reads: an update in between must not mix two data sets.
    revision = HfApi(endpoint=endpoint).dataset_info(name).sha
    return files, files.ls(f"datasets/{name}@{revision}/data", detail=False)


def _shard(split: str, path: str, files: Any) -> Shard:
    with _opened(path, files) as file:
        return Shard(split, path, files, pq.read_metadata(file))


def _opened(path: str, files: Any) -> Any:
    if files is None:
        return pa.OSFile(path)
    # Parquet asks for the very bytes it needs: read-ahead would fetch images that nobody wants.
    return files.open(path, "rb", cache_type="none")


def _plain(path: str) -> str:
    return ".".join(part for part in path.split(".") if part not in _LIST_PARTS)


def _is_under(name: str, wanted: tuple[str, ...]) -> bool:
    return any(name == column or name.startswith(f"{column}.") for column in wanted)
