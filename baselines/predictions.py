"""The predictions file: one row per segmentation turn, as the leaderboard reads it.

Parquet or JSON Lines by the file's suffix. The digest of the data set stands in the Parquet schema's metadata, or in
the first line of a JSON Lines file. The file is written beside its place and renamed when it is whole.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import masks
from baselines.protocol import RunError

DIGEST_KEY = "mturn_seg.digest"
SCHEMA = pa.schema(
    [
        ("dialogue_id", pa.string()),
        ("language", pa.string()),
        ("turn", pa.int32()),
        ("size", pa.list_(pa.int32())),
        ("counts", pa.string()),
        ("text", pa.string()),
    ]
)
# Fixed, so that the bytes do not depend on how a run was cut and resumed.
ROWS_PER_GROUP = 10_000


@dataclass(frozen=True)
class Prediction:
    """One row. `size` is [height, width], `counts` the mask as COCO compressed RLE; an empty mask is a row too."""

    dialogue_id: str
    language: str
    turn: int
    size: list[int]
    counts: str
    text: str | None = None

    @classmethod
    def of_mask(cls, dialogue_id: str, language: str, turn: int, mask: np.ndarray, text: str | None = None):
        """The row for a bool mask [H, W] at the image's original size."""
        rle = masks.encode(mask)
        return cls(dialogue_id, language, turn, list(rle["size"]), rle["counts"], text)


def dataset_digest(folder: str | Path) -> str:
    """The digest of the built data set in `folder` (its digest.json). Raises RunError where there is none."""
    path = Path(folder) / "digest.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(
            f"{path}: cannot be read ({error.strerror}); expected the digest.json of a built data set"
        ) from error
    except ValueError as error:
        raise RunError(f"{path}: is not JSON ({error})") from error
    digest = content.get("digest") if isinstance(content, Mapping) else None
    if not isinstance(digest, str) or not digest:
        raise RunError(f"{path}: field digest is {digest!r}, expected a non-empty string")
    return digest


class PredictionsWriter:
    """Writes predictions to `path` (.parquet or .jsonl): a context manager that leaves a file only if all went well."""

    def __init__(self, path: str | Path, digest: str | None = None):
        self.path = Path(path)
        if self.path.suffix not in _SINKS:
            raise RunError(f"{self.path}: suffix {self.path.suffix!r}, expected one of {', '.join(_SINKS)}")
        self._beside = self.path.with_name(f".{self.path.name}.partial")
        self._digest = digest
        self._sink = None

    def __enter__(self) -> "PredictionsWriter":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._sink = _SINKS[self.path.suffix](self._beside, self._digest)
        return self

    def add(self, prediction: Prediction) -> None:
        self._sink.add(prediction)

    def __exit__(self, kind, error, trace) -> None:
        self._sink.close()
        if kind is None:
            os.replace(self._beside, self.path)
        else:
            self._beside.unlink(missing_ok=True)


def write_predictions(path: str | Path, predictions: Iterable[Prediction], digest: str | None = None) -> None:
    """Writes all predictions at once, for a model that is run outside the harness."""
    with PredictionsWriter(path, digest) as writer:
        for prediction in predictions:
            writer.add(prediction)


class _ParquetSink:
    def __init__(self, path: Path, digest: str | None):
        schema = SCHEMA.with_metadata({DIGEST_KEY: digest}) if digest else SCHEMA
        self._rows: list[dict] = []
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def add(self, prediction: Prediction) -> None:
        self._rows.append(asdict(prediction))
        if len(self._rows) == ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._writer.schema))
        self._rows.clear()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()


class _JsonLinesSink:
    def __init__(self, path: Path, digest: str | None):
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="\n")
        if digest:
            self._write({"mturn_seg": {"digest": digest}})

    def add(self, prediction: Prediction) -> None:
        self._write(asdict(prediction))

    def _write(self, content: dict) -> None:
        self._file.write(json.dumps(content, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


_SINKS = {".parquet": _ParquetSink, ".jsonl": _JsonLinesSink}
