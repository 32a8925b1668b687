"""A small data set to browse, with every kind of dialogue that a page has to cope with."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from masks import encode
from mturn_seg import FEATURES

HEIGHT, WIDTH = 40, 48
#: A dialogue over a slice whose pixels are twice as high as wide.
TALL = "tall-pixels"
ENGLISH, CHINESE, HIDDEN, EMPTY = "english-only", "chinese-only", "hidden-one", "empty-mask"
SCRIPT = "<script>window.hit=1</script><img src=x onerror='window.hit=2'> {{value}} ${1+1}"
#: What the answers of the hidden dialogue hold, should they ever leak.
SECRET = "secret-kidney"


def blob(rows: slice, columns: slice) -> np.ndarray:
    """A mask [HEIGHT, WIDTH] with a hole and a part of its own, in the given rows and columns."""
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[rows, columns] = True
    mask[rows.start + 3 : rows.start + 5, columns.start + 2 : columns.start + 5] = False
    mask[rows.stop, columns.stop] = True
    return mask


FIRST, SECOND = blob(slice(6, 18), slice(5, 20)), blob(slice(20, 34), slice(24, 40))
MASKS = {1: FIRST, 3: SECOND, 4: FIRST & False}


def segment(turn: int, mask: np.ndarray, languages: Iterable[str] = ("en", "zh"), **given) -> dict:
    """A segmentation turn."""
    spoken = {"en": f"Segment structure {turn}.", "zh": f"请分割结构 {turn}。"}
    answered = {"en": f"Here is structure {turn}.", "zh": f"这是结构 {turn}。"}
    return {
        "turn": turn,
        "kind": "segment",
        "question": {code: spoken[code] if code in languages else None for code in spoken},
        "answer": {code: answered[code] if code in languages else None for code in answered},
        "facets": ["clinical"],
        "target": f"structure_{turn}",
        "system": "digestive",
        "refers_to": [],
        "mask": encode(mask),
        **given,
    }


def talk(turn: int) -> dict:
    """A turn that is answered in words."""
    words = {"question": {"en": "Does it move?", "zh": "它会动吗？"}, "answer": {"en": "Yes, it does.", "zh": "会。"}}
    empty = {"target": None, "system": None, "mask": None}
    return {"turn": turn, "kind": "answer", **words, **empty, "facets": ["history"], "refers_to": [1]}


def row(dialogue: str, turns: list[dict], **given) -> dict:
    """A row over a grey slice."""
    file = io.BytesIO()
    shades = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)).astype(np.uint8)
    Image.fromarray(shades).save(file, format="PNG")
    return {
        "dialogue_id": dialogue,
        "image_id": f"image-of-{dialogue}",
        "image": {"bytes": file.getvalue(), "path": None},
        **{"modality": "CT", "sequence": "CECT", "region": "abdomen", "plane": "axial"},
        "spacing_mm": [1.0, 1.0],
        **{"height": HEIGHT, "width": WIDTH, "source": "hospital", "patient_id": "p1", "slice_index": 7},
        "licence": "CC0-1.0",
        "turns": turns,
        **given,
    }


def rows() -> dict[str, list[dict]]:
    """The rows of each split. The test rows hold answers on purpose: none may be shown."""
    script = {"question": {"en": SCRIPT, "zh": SCRIPT}, "answer": {"en": SCRIPT, "zh": None}, "target": SCRIPT}
    later = {"facets": ["spatial", "history"], "refers_to": [1], "system": "urinary"}
    tall = [segment(1, FIRST), talk(2), segment(3, SECOND, **later), segment(4, MASKS[4], system="urinary")]
    plain = [row(f"plain-{number}", [segment(1, FIRST)], image_id="shared") for number in range(3)]
    brain = {"modality": "MR", "sequence": "T1w", "region": "head", "plane": "sagittal", "source": "clinic"}
    hidden = segment(1, FIRST, target=SECRET, answer={"en": SECRET, "zh": SECRET}, facets=["history"], system="nervous")
    return {
        "train": [
            row(TALL, tall, spacing_mm=[2.0, 1.0], licence=f"{SCRIPT} licence"),
            *plain,
            row("script", [segment(1, FIRST, **script)]),
        ],
        "validation": [
            row(ENGLISH, [segment(1, FIRST, ["en"]), segment(2, SECOND)], spacing_mm=None, **brain),
            row(CHINESE, [segment(1, FIRST, ["zh"])], **brain),
        ],
        "test": [row(HIDDEN, [hidden, talk(2)], source=SECRET, patient_id=SECRET, slice_index=991)],
    }


def write(folder: Path, splits: dict[str, list[dict]], rows_a_group: int = 2) -> Path:
    """Writes rows as a built data set and returns its folder."""
    (folder / "data").mkdir(parents=True)
    for split, found in splits.items():
        table = pa.Table.from_pylist(found, schema=FEATURES.arrow_schema)
        pq.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet", row_group_size=rows_a_group)
    return folder
