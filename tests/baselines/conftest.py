"""Small data set rows made in memory, a runner that records all it is given, and the synthetic data set."""

from collections.abc import Callable

import datasets
import numpy as np
import PIL.Image
import pytest

import masks
import mturn_seg
from baselines import Capabilities, Response
from baselines.lexicon_prior import LexiconPrior

HEIGHT, WIDTH = 20, 24


def box(top: int, left: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[top : top + 4, left : left + 4] = True
    return mask


def make_turn(turn: int, kind: str = "segment", mask: np.ndarray | None = None, zh: bool = True) -> dict:
    """A turn whose every hidden field holds a word that no question has."""
    segments = kind == "segment"
    if segments and mask is None:
        mask = box(turn, 2 * turn)
    return {
        "turn": turn,
        "kind": kind,
        "question": {"en": f"question {turn}?", "zh": f"问题{turn}？" if zh else None},
        "answer": {"en": f"true answer {turn}", "zh": f"真实回答{turn}" if zh else None},
        "facets": ["hidden-facet"],
        "target": "hidden-target" if segments else None,
        "system": "hidden-system" if segments else None,
        "refers_to": list(range(1, turn)),
        "mask": masks.encode(mask) if segments else None,
    }


def make_row(name: str, turns: list[dict]) -> dict:
    return {
        "dialogue_id": f"dialogue-{name}",
        "image_id": f"image-{name}",
        "image": PIL.Image.fromarray(np.arange(HEIGHT * WIDTH, dtype=np.uint8).reshape(HEIGHT, WIDTH)),
        "modality": "CT",
        "sequence": "hidden-sequence",
        "region": "hidden-region",
        "plane": "hidden-plane",
        "spacing_mm": [0.5, 0.75],
        "height": HEIGHT,
        "width": WIDTH,
        "source": "hidden-source",
        "patient_id": "hidden-patient",
        "slice_index": 7,
        "licence": "hidden-licence",
        "turns": turns,
    }


class Spy:
    """Records its requests and answers them by `answer`, by default with a box at a place that depends on the turn."""

    name = "spy"
    capabilities = Capabilities(uses_text_history=True, uses_mask_history=True, languages=("en", "zh"))

    def __init__(self, answer: Callable | None = None, config: dict | None = None):
        self.answer = answer or (lambda request: Response(box(8, request.turn), f"reply to {request.question}"))
        self.config = config or {}
        self.requests = []
        self.opened = []

    def open(self, image, language):
        self.opened.append((image.id, language))
        return self

    def respond(self, request):
        self.requests.append(request)
        return self.answer(request)


@pytest.fixture
def rows() -> list[dict]:
    """Three dialogues: 4 turns of which the second wants words, 3 turns of which the second lacks Chinese, 1 turn."""
    return [
        make_row("a", [make_turn(1), make_turn(2, "answer"), make_turn(3), make_turn(4)]),
        make_row("b", [make_turn(1), make_turn(2, zh=False), make_turn(3)]),
        make_row("c", [make_turn(1)]),
    ]


@pytest.fixture
def hidden_rows(rows) -> list[dict]:
    """The same rows as the public test split shows them."""
    for row in rows:
        row["turns"] = [mturn_seg.public_turn(turn) for turn in row["turns"]]
    return rows


@pytest.fixture
def spy() -> type[Spy]:
    return Spy


@pytest.fixture(scope="session")
def splits(built_dataset) -> datasets.DatasetDict:
    """The splits of the synthetic data set, as anyone loads them."""
    return datasets.load_dataset(str(built_dataset.folder))


@pytest.fixture(scope="session")
def fitted(splits) -> LexiconPrior:
    return LexiconPrior.fit(splits["train"])
