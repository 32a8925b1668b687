"""A small truth, predictions for it, a running app and a browser to look at it with."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard import Leaderboard, SqliteStore, SubmissionMeta
from masks import encode
from space.app import build_app, launch
from space.settings import Settings

DIGEST = "5e2c" * 16
SIZE = (24, 32)  # height, width of every image
REGIONS = ("head", "chest", "abdomen")  # no prostate: the page has to say so
TURNS = {"single": 1, "multi": 5}  # segmentation turns of a dialogue; turn 2 of a multi-turn one is answered in words

_TRUTH_SCHEMA = pa.schema(
    {
        "dialogue_id": pa.string(),
        "turn": pa.int32(),
        "segmentation_turn": pa.int32(),
        "target": pa.string(),
        "mask": pa.struct({"size": pa.list_(pa.int32()), "counts": pa.string()}),
        "system": pa.string(),
        "facets": pa.list_(pa.string()),
        "refers_to": pa.list_(pa.int32()),
        "languages": pa.list_(pa.string()),
        "patient_id": pa.string(),
        "source": pa.string(),
        "region": pa.string(),
        "modality": pa.string(),
        "spacing_mm": pa.list_(pa.float32()),
        "size": pa.list_(pa.int32()),
    }
)


def _square(row: int, column: int, side: int = 8) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[row : row + side, column : column + side] = True
    return mask


def _truth_rows() -> list[dict]:
    rows = []
    for patient, region in enumerate(REGIONS * 2):
        for kind, count in TURNS.items():
            for ordinal in range(1, count + 1):
                rows.append(
                    {
                        "dialogue_id": f"dialogue-{kind}-{patient}",
                        "turn": ordinal if ordinal == 1 else ordinal + 1,
                        "segmentation_turn": ordinal,
                        "target": "liver",
                        "mask": encode(_square(2 + ordinal, 3 + 2 * patient)),
                        "system": "digestive",
                        "facets": ["clinical"] if ordinal == 1 else ["history"],
                        "refers_to": [] if ordinal == 1 else [1],
                        "languages": ["en", "zh"],
                        "patient_id": f"patient-{patient}",
                        "source": "squares",
                        "region": region,
                        "modality": "CT",
                        "spacing_mm": [1.0, 1.0],
                        "size": list(SIZE),
                    }
                )
    return rows


@pytest.fixture(scope="session")
def truth_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Test truth: of each of 6 patients a single-turn dialogue and one of 5 segmentation turns, in both languages."""
    metadata = {
        "mturn_seg.digest": DIGEST,
        "mturn_seg.version": "1.2.0",
        "mturn_seg.split": "test",
        "mturn_seg.name": "Squares",
        "mturn_seg.answer_turns": json.dumps({f"dialogue-multi-{patient}": [2] for patient in range(6)}),
    }
    path = tmp_path_factory.mktemp("truth") / "test.parquet"
    pq.write_table(pa.Table.from_pylist(_truth_rows(), _TRUTH_SCHEMA.with_metadata(metadata)), path)
    return path


def _prediction_rows(shift: int, languages: tuple[str, ...] = ("en", "zh")) -> list[dict]:
    """The true squares moved right by `shift` pixels, more with every turn: Dice falls with both."""
    rows = []
    for truth in _truth_rows():
        patient = int(truth["dialogue_id"].rsplit("-", 1)[1])
        ordinal = truth["segmentation_turn"]
        mask = encode(_square(2 + ordinal, 3 + 2 * patient + min(shift + (ordinal > 1) * shift, 8)))
        for language in languages:
            rows.append({"dialogue_id": truth["dialogue_id"], "language": language, "turn": truth["turn"], **mask})
    return rows


@pytest.fixture(scope="session")
def prediction_rows() -> Callable[..., list[dict]]:
    """prediction_rows(shift, languages=("en", "zh")): rows of a predictions file; 0 is exact, more is worse."""
    return _prediction_rows


@pytest.fixture
def write_predictions(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a predictions file of that name with the right digest; the format follows the name."""
    return lambda rows, name="predictions.parquet": _write_predictions(rows, tmp_path / name)


def _write_predictions(rows: list[dict], path: Path) -> Path:
    if path.suffix == ".jsonl":
        lines = [{"mturn_seg": {"digest": DIGEST}}, *rows]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata({"mturn_seg.digest": DIGEST}), path)
    return path


SCRIPT_NAME = '<script>window.hit=1</script><img src=x onerror="hit=2"> **b** ${1+1}'


@pytest.fixture(scope="session")
def board(truth_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Leaderboard:
    """A board with three submissions, one of which has markup and a script for a name."""
    folder = tmp_path_factory.mktemp("store")
    board = Leaderboard(truth=truth_file, store=SqliteStore(folder / "leaderboard.sqlite"))
    entered = [
        ("Shifted by one", 1, ("en", "zh"), "https://example.org/one"),
        (SCRIPT_NAME, 2, ("en", "zh"), None),
        ("Shifted by four", 4, ("en",), None),
    ]
    for name, shift, languages, link in entered:
        path = _write_predictions(_prediction_rows(shift, languages), folder / f"{shift}.jsonl")
        meta = SubmissionMeta(
            model=name,
            organisation="<b>Institute</b> {{value}}",
            link=link,
            history_mode="own",
            training_data="<i>none</i>",
            signed="tester",
        )
        board.submit(path, meta, user="tester")
    return board


@contextmanager
def _running(board: Leaderboard, truth_file: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = build_app(board, max_file_mb=4)
    settings = Settings(truth=truth_file, store=board.store.path, port=port, max_file_mb=4)
    yield launch(app, settings).rstrip("/")
    app.close()


@pytest.fixture(scope="session")
def address(board: Leaderboard, truth_file: Path) -> Iterator[str]:
    """The address, without a final slash, of an app that runs over `board`."""
    with _running(board, truth_file) as address:
        yield address


@pytest.fixture
def empty_address(truth_file: Path, tmp_path: Path) -> Iterator[str]:
    """The same of an app over a board without submissions."""
    with _running(Leaderboard(truth_file, SqliteStore(tmp_path / "empty.sqlite")), truth_file) as address:
        yield address
