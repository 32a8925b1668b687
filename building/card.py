"""Fills dataset_card.md, the template at the top of the tree, with what a release holds: the built README.md."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard

from building.statistics import Counts, SplitCounts
from mturn_seg import HIDDEN_SPLIT, SPLITS
from release import Release, ReleaseFolder
from release.licences import EACH_ITS_OWN

TEMPLATE = Path(__file__).parents[1] / "dataset_card.md"
CITATION = Path(__file__).parents[1] / "CITATION.bib"
SIZE_CATEGORIES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def render_card(
    release: ReleaseFolder,
    counts: Counts,
    infos: Mapping[str, DatasetInfo],
    files: Mapping[str, Mapping[str, str]],
    own_use: bool = False,
) -> str:
    """The card as text: the YAML block that `datasets` and the Hub read, then the description.

    `infos` by configuration carry features, sizes and splits; `files` gives, by configuration and split, the pattern of
    the data files; `own_use` says that the data set is not to be passed on. The YAML is written by `datasets` itself,
    so that its numbers are the ones that loading verifies.
    """
    header = release.header
    card = DatasetCard(_fill(release, counts, own_use), ignore_metadata_errors=False)
    card.data.license = EACH_ITS_OWN if own_use else header.licence
    if card.data.license == EACH_ITS_OWN:
        card.data.license_name = "own-use-only" if own_use else "by-source"
        card.data.license_link = "#sources-and-licences"
    card.data.pretty_name = header.name
    card.data.size_categories = [_size_category(sum(split.dialogues for split in counts.splits.values()))]
    DatasetInfosDict(infos).to_dataset_card_data(card.data)
    MetadataConfigs(
        {
            name: {
                "data_files": [{"split": split, "path": path} for split, path in patterns.items()],
                **({"default": True} if name == "default" else {}),
            }
            for name, patterns in files.items()
        }
    ).to_dataset_card_data(card.data)
    return str(card)


def _fill(release: ReleaseFolder, counts: Counts, own_use: bool) -> str:
    header = release.header
    public = [split for split in SPLITS if split in counts.splits and split != HIDDEN_SPLIT]
    return string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=header.name,
        version=header.version,
        digest=release.digest,
        citation=CITATION.read_text(encoding="utf-8").strip(),
        licence=_licence(header, own_use),
        sizes=_sizes(counts),
        scans=_scans(counts),
        structure_splits=" and ".join(public) if public else "no split",
        structures=_structures(counts),
        sources=_sources(header, counts),
        texts=_texts(header, counts),
    )


def _licence(header: Release, own_use: bool) -> str:
    if own_use:
        return (
            "**This copy was built for the own use of whoever built it and is not to be passed on**: whether the "
            "licences below would allow it was not asked."
        )
    if header.licence == EACH_ITS_OWN:
        return "The data set as a whole has no licence of its own."
    return f"The data set as a whole: {header.licence}."


def _sizes(counts: Counts) -> str:
    rows = [
        ("dialogues", lambda split: split.dialogues),
        ("turns", lambda split: split.turns),
        ("masks", lambda split: split.masks),
        ("images", lambda split: len(split.images)),
        ("patients", lambda split: len(split.patients)),
        ("English dialogues, one mask / several", lambda split: _tracks(split, "en")),
        ("Chinese dialogues, one mask / several", lambda split: _tracks(split, "zh")),
    ]
    splits = _present(counts)
    return _table(
        ["", *(name for name, _ in splits)],
        ([label, *(_number(value(split)) for _, split in splits)] for label, value in rows),
    )


def _scans(counts: Counts) -> str:
    splits = _present(counts)
    kinds = sorted({scan for _, split in splits for scan in split.scans})
    return _table(
        ["images: region", "modality", "sequence", *(name for name, _ in splits)],
        ([*scan, *(_number(split.scans[scan]) for _, split in splits)] for scan in kinds),
    )


def _structures(counts: Counts) -> str:
    merged: dict[str, tuple[Counter[str], int]] = {}
    for (target, system), count in counts.structures.items():
        systems, total = merged.get(target, (Counter(), 0))
        systems[system or "not given"] += count
        merged[target] = (systems, total + count)
    ranked = sorted(merged.items(), key=lambda item: (-item[1][1], item[0]))
    return _table(
        ["structure", "system", "masks"],
        ([target, ", ".join(sorted(systems)), _number(total)] for target, (systems, total) in ranked),
    )


def _sources(header: Release, counts: Counts) -> str:
    return _table(
        ["source", "images", "licence", "may be passed on", "citation"],
        (
            [
                _link(source.title, source.url),
                _number(counts.sources[source.name]),
                _link(source.licence, source.licence_url),
                {"images": "yes", "annotations-only": "annotations only", "no": "**no**"}[source.redistribute],
                source.citation or "none given",
            ]
            for source in header.sources
        ),
    )


def _texts(header: Release, counts: Counts) -> str:
    texts = header.texts
    written = f"Written by {texts.written_by}. "
    rewritten = f"Rewritten by {texts.rewritten_by}. " if texts.rewritten_by else "Not rewritten. "
    reviewed = (
        f"Reviewed: {texts.reviewed}."
        if texts.reviewed
        else "**Machine-written and not reviewed by people**: expect clumsy and now and then wrong sentences."
    )
    return written + rewritten + reviewed + _reviews(counts)


def _reviews(counts: Counts) -> str:
    """How much of each split was reviewed; nothing where the release does not tell it of each question."""
    splits = _present(counts)
    if not any(split.reviews for _, split in splits):
        return ""
    rows = [
        ("questions, each language counted", lambda split: split.questions),
        ("reviewed", lambda split: f"{split.reviews.total():,} ({split.reviews.total() / split.questions:.1%})"),
        ("edited in review", lambda split: split.reviews["edit"]),
    ]
    table = _table(
        ["", *(name for name, _ in splits)],
        ([label, *(_number(value(split)) for _, split in splits)] for label, value in rows),
    )
    hidden = counts.splits.get(HIDDEN_SPLIT)
    whole = hidden is not None and hidden.reviews.total() == hidden.questions
    told = [f"People reviewed every question of the {HIDDEN_SPLIT} split."] if whole else []
    if any(split.reviews.total() < split.questions for _, split in splits):
        told.append("The questions that nobody reviewed are machine-written.")
    return f"\n\nWhat is left in each split:\n\n{table}\n\n{' '.join(told)}"


def _present(counts: Counts) -> list[tuple[str, SplitCounts]]:
    return [(name, counts.splits[name]) for name in SPLITS if name in counts.splits]


def _tracks(split: SplitCounts, language: str) -> str:
    return f"{split.tracks[f'{language}-single']:,} / {split.tracks[f'{language}-multi']:,}"


def _size_category(rows: int) -> str:
    return next((name for limit, name in SIZE_CATEGORIES if rows < limit), "n>1M")


def _number(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _link(text: str, url: str | None) -> str:
    return f"[{text}]({url})" if url else text


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar or a line break inside a cell would break it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in line)} |" for line in lines
    )
