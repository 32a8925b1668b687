"""Draws a few slices with the masks of one dialogue each, and the dialogue beside them in both languages."""

from collections.abc import Collection
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from masks import decode
from mturn_seg import SPLITS
from release import Annotation, Dialogue, Turn, read_release

#: Distinguishable with the common kinds of colour blindness (Okabe and Ito, 2008).
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#0072B2")
EN_CHARACTERS, ZH_CHARACTERS = 96, 52
SHOWN_TURNS = (3, 4)

# Sizes in inches: a row is a square for the slice and the dialogue beside it, as tall as the taller of the two.
SLICE, TEXT, MARGIN = 4.0, 8.2, 0.35
LINE = 0.205


def draw_overview(release_folder: Path, out: Path, font: str, splits: Collection[str] = SPLITS) -> Path:
    """Writes a PNG with one multi-turn dialogue for each patient and region of some splits of a release.

    `font` has Chinese glyphs. The test split's panels show its answers: the picture is for those who have the truth.
    """
    release = read_release(release_folder)
    annotations = {record.image_id: record for record in release.annotations()}
    dialogues = [dialogue for dialogue in release.dialogues() if dialogue.split in splits]
    chosen = _choose(dialogues, annotations)
    heights = [max(SLICE, _text_height(dialogue)) + 2 * MARGIN for dialogue in chosen]
    width, height = SLICE + TEXT + 3 * MARGIN, sum(heights)
    with plt.rc_context({"font.family": [font], "font.size": 10}):
        figure = plt.figure(figsize=(width, height))
        top = height
        for dialogue, row in zip(chosen, heights, strict=True):
            box = (MARGIN / width, (top - MARGIN - SLICE) / height, SLICE / width, SLICE / height)
            _draw_slice(figure.add_axes(box), annotations[dialogue.image_id], dialogue, release.folder)
            _write_dialogue(figure, dialogue, SLICE + 2 * MARGIN, top - MARGIN)
            top -= row
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(f".{out.name}")
        figure.savefig(beside, dpi=100, format="png", metadata={"Software": None})
        plt.close(figure)
    beside.replace(out)
    return out


def _choose(dialogues: list[Dialogue], annotations: dict[str, Annotation]) -> list[Dialogue]:
    """The first dialogue of readable length with the most different targets, for each patient and region."""
    best: dict[tuple, tuple[int, Dialogue]] = {}
    for dialogue in dialogues:
        if not SHOWN_TURNS[0] <= len(dialogue.turns) <= SHOWN_TURNS[1]:
            continue
        annotation = annotations[dialogue.image_id]
        key = (annotation.region, annotation.modality, annotation.patient_id)
        targets = len({turn.target for turn in dialogue.turns if turn.target})
        if key not in best or targets > best[key][0]:
            best[key] = (targets, dialogue)
    return [best[key][1] for key in sorted(best)]


def _draw_slice(axes: Axes, annotation: Annotation, dialogue: Dialogue, folder: Path) -> None:
    grey = np.asarray(Image.open(folder / annotation.file))
    aspect = annotation.spacing_mm[0] / annotation.spacing_mm[1] if annotation.spacing_mm else 1
    axes.imshow(grey, cmap="gray", vmin=0, vmax=255, aspect=aspect)
    for turn in dialogue.turns:
        if turn.mask is not None:
            _draw_mask(axes, turn)
    title = f"{annotation.modality} {annotation.sequence}, {annotation.region}"
    axes.set_title(f"{title} ({dialogue.split})", loc="left")
    if annotation.edges:
        axes.set_xlabel(f"left edge: patient {annotation.edges.left}, top edge: {annotation.edges.top}")
    axes.set_xticks([])
    axes.set_yticks([])


def _draw_mask(axes: Axes, turn: Turn) -> None:
    mask = decode(turn.mask.model_dump())
    colour = COLOURS[(turn.turn - 1) % len(COLOURS)]
    tint = np.zeros((*mask.shape, 4))
    tint[mask] = (*matplotlib.colors.to_rgb(colour), 0.35)
    axes.imshow(tint, aspect=axes.get_aspect(), interpolation="nearest")
    axes.contour(mask, levels=[0.5], colors=[colour], linewidths=1.2)
    row, column = _inner_point(mask)
    axes.text(
        column, row, str(turn.turn), color="white", ha="center", va="center", fontweight="bold",
        bbox={"boxstyle": "circle,pad=0.15", "facecolor": colour, "edgecolor": "none"},
    )  # fmt: skip


def _inner_point(mask: np.ndarray) -> tuple[int, int]:
    """A pixel of the mask near the middle of its pixels: the label of a hollow mask still lies on it."""
    points = np.argwhere(mask)
    return tuple(points[np.abs(points - points.mean(axis=0)).sum(axis=1).argmin()])


def _write_dialogue(figure: Figure, dialogue: Dialogue, left: float, top: float) -> None:
    """Writes the turns downwards from (left, top), in inches from the lower left corner of the figure."""
    width, height = figure.get_size_inches()
    for turn in dialogue.turns:
        colour = COLOURS[(turn.turn - 1) % len(COLOURS)] if turn.kind == "segment" else "#777777"
        figure.text(left / width, top / height, str(turn.turn), color=colour, fontweight="bold", va="top", fontsize=13)
        for line, shade in _lines(turn):
            figure.text((left + 0.3) / width, top / height, line, color=shade, va="top")
            top -= LINE
        top -= LINE / 2


def _text_height(dialogue: Dialogue) -> float:
    return sum((len(_lines(turn)) + 0.5) * LINE for turn in dialogue.turns)


def _lines(turn: Turn) -> list[tuple[str, str]]:
    """The lines of a turn with their colours: the question black, the answer grey."""
    return [
        (line, shade)
        for text, shade in ((turn.question, "black"), (turn.answer, "#777777"))
        if text is not None
        for line in (*_wrapped(text.en, EN_CHARACTERS), *_wrapped(text.zh, ZH_CHARACTERS))
    ]


def _wrapped(text: str | None, characters: int) -> list[str]:
    """Lines of at most `characters`: broken at blanks where there are any, between characters in Chinese."""
    if text is None:
        return []
    lines, line = [], ""
    for word in text.split(" ") if " " in text else list(text):
        glue = " " if line and " " in text else ""
        if line and len(line) + len(glue) + len(word) > characters and word not in "，。；：？”、":
            lines.append(line)
            line, glue = "", ""
        line += glue + word
    return [*lines, line]
