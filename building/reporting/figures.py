"""The figures of a release: what it is made of beside the published benchmark, its words, its questions, its reasoning.

Each returns the bytes of a picture; the same numbers give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from building.reporting.drawing import BLUE, GREY, ORANGE, Format, bars, paired_bars, panels, rendered
from building.reporting.numbers import Numbers, length_shares, published, ranked, reasoning_shares, shares
from building.reporting.words import Questions

#: The structures that are asked for most, so many of them.
STRUCTURES = 30
LANGUAGE = {"en": "English", "zh": "Chinese"}
_NAMES = ("this release", "published")


def composition(numbers: Numbers, *, format: Format = "png") -> bytes:
    """Dialogue lengths, modalities, organ systems and regions, in per cent, beside the published numbers."""
    return rendered(lambda: _composition(numbers), format)


def reasoning(numbers: Numbers, *, format: Format = "png") -> bytes:
    """The reasoning of segmentation turns, how far references reach back, targets an image, structures asked for."""
    return rendered(lambda: _reasoning(numbers), format)


def questions(numbers: Numbers, *, format: Format = "png") -> bytes:
    """How long the questions are in each language, and how varied."""
    return rendered(lambda: _questions(numbers.questions), format)


def terms(numbers: Numbers, font: str | None, *, format: Format = "png") -> bytes:
    """The most frequent terms of the questions in each language. `font` is a family with Chinese glyphs."""
    return rendered(lambda: _terms(numbers.questions), format, font)


def _composition(numbers: Numbers) -> Figure:
    figure, (lengths, scans, systems, regions) = panels(2, 2, 10, 8)
    told = published()
    _beside(lengths, "Turns of a dialogue", "% of the dialogues", length_shares(numbers), told["turns"])
    _beside(scans, "Modality and sequence", "% of the images", shares(ranked(numbers.scans)), told["scans"])
    _beside(systems, "Organ system", "% of the question-answer pairs", shares(ranked(numbers.systems)), told["systems"])
    bars(regions, shares(ranked(numbers.regions)), "{:.1f}")
    regions.set(title="Region", xlabel="% of the images (no shares are published)")
    handles, names = lengths.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper right", ncols=2)
    return figure


def _beside(axes: Axes, title: str, label: str, own: Mapping, told: Mapping) -> None:
    """Published rows in their order, then what else the release has."""
    rows = [*told, *(key for key in own if key not in told)]
    paired_bars(axes, {str(key): (own.get(key, 0.0), told.get(key)) for key in rows}, _NAMES)
    axes.set(title=title, xlabel=label)


def _reasoning(numbers: Numbers) -> Figure:
    figure, (facets, structures, references, targets) = panels(2, 2, 10, 8)
    bars(facets, reasoning_shares(numbers), "{:.1f}")
    facets.set(title="Reasoning", xlabel="% of the segmentation turns (one may take several kinds)")
    bars(structures, dict(list(ranked(numbers.structures).items())[:STRUCTURES]))
    structures.set(title="Structures asked for", xlabel="segmentation turns of the public splits")
    structures.tick_params(axis="y", labelsize=7)
    _columns(references, numbers.references, BLUE)
    references.set(title="References", xlabel="segmentations back (1: the last)", ylabel="references")
    _columns(targets, numbers.targets, BLUE)
    targets.set(title="Targets", xlabel="different targets of an image", ylabel="images")
    return figure


def _questions(found: Mapping[str, Questions]) -> Figure:
    figure, drawn = panels(1, len(found) + 1, 10, 3.2)
    for axes, (language, asked) in zip(drawn, found.items(), strict=False):
        axes.bar(list(asked.lengths), list(asked.lengths.values()), width=1, color=BLUE)
        low, median, high = asked.quartiles
        axes.axvspan(low, high, color=GREY, alpha=0.2, linewidth=0)
        axes.axvline(median, color=ORANGE, linewidth=1.5)
        label = f"{asked.unit}: median {median:g}, quartiles {low:g} and {high:g}"
        axes.set(title=f"{LANGUAGE[language]} questions", xlabel=label, ylabel="questions")
        axes.set_xlim(left=0)
        axes.grid(axis="y")
    _variety(drawn[-1], found)
    return figure


def _variety(axes: Axes, found: Mapping[str, Questions]) -> None:
    width = 0.8 / max(len(found), 1)
    for place, ((language, asked), colour) in enumerate(zip(found.items(), (BLUE, ORANGE), strict=False)):
        left = [n + (place - (len(found) - 1) / 2) * width for n in asked.distinct]
        name = f"{LANGUAGE[language]} ({asked.unit})"
        made = axes.bar(left, list(asked.distinct.values()), width=0.9 * width, color=colour, label=name)
        axes.bar_label(made, [f"{value:.3f}" for value in asked.distinct.values()], padding=2, fontsize=7)
    axes.set(title="Variety", xlabel="n", ylabel="distinct-n", xticks=[1, 2, 3])
    axes.margins(y=0.25)
    if found:
        axes.legend(loc="upper left", fontsize=8)
    axes.grid(axis="y")


def _terms(found: Mapping[str, Questions]) -> Figure:
    figure, drawn = panels(1, max(len(found), 1), 10, 6.5)
    for axes, (language, asked) in zip(drawn, found.items(), strict=False):
        bars(axes, {term: 100 * share for term, share in asked.terms.items()}, "{:.1f}")
        axes.set(title=f"{LANGUAGE[language]}: most frequent terms", xlabel="% of the questions")
    return figure


def _columns(axes: Axes, counts: Counter[int], colour: str) -> None:
    numbers = range(min(counts, default=0), max(counts, default=0) + 1)
    drawn = axes.bar(list(numbers), [counts[number] for number in numbers], color=colour, width=0.7)
    axes.bar_label(drawn, [f"{counts[number]:,}" for number in numbers], padding=2, fontsize=7)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y")
