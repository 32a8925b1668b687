"""A release folder -> the folder that is published (Parquet and card) and the truth that is not.

A faulty release raises release.ReleaseError, what cannot be built BuildError.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import datasets
import numpy as np
from datasets.splits import SplitDict, SplitInfo

from building.card import render_card
from building.errors import BuildError
from building.licences import refuse_unlicensed
from building.parquet import DIGEST_KEY, SCHEMA_KEY, SplitFiles, read_metadata, write_split
from building.reviewed import limit_to_reviewed
from building.statistics import count_release
from building.truth import TRUTH_SPLITS, write_truth
from mturn_seg import MTurnSeg, dialogue_places
from release import ReleaseFolder, check_release, open_release, replace_folder

DIGEST_FILE = "digest.json"
# Stands in DIGEST_FILE where the data set is for whoever built it alone.
OWN_USE_KEY = "own_use"
CARD_FILE = "README.md"
# Where the Parquet files of each configuration lie.
FOLDERS = {"default": "data", "preview": "preview"}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Built:
    """A built data set. `rows` counts dialogues by split; `reused` tells that it stood there already."""

    folder: Path
    truth: Path
    digest: str
    rows: dict[str, int]
    reused: bool


def build(
    release_folder: Path | str,
    out: Path | str = "mturn-seg",
    truth_out: Path | str = "mturn-seg-truth",
    num_proc: int = 1,
    force: bool = False,
    progress: Progress | None = None,
    licence_checked: Collection[str] = (),
    own_use: bool = False,
    reviewed_only: bool = False,
) -> Built:
    """Builds the public folder and the truth of a release.

    The release is checked first. Both folders are written beside their places and renamed when whole; folders of an
    earlier build are replaced, others refused. A build of the same release that stands there already is kept, unless
    `force`. The same release gives the same bytes with any `num_proc`.

    What licences forbid to pass on is refused. `licence_checked` names sources whose licence a person has read where it
    is not known here; `own_use` builds for the reader alone, with a card that says so, whatever the licences say.

    `reviewed_only` leaves in the test split those dialogues alone of which people reviewed every question.

    `progress` is called with (stage, done, total); without it nothing is shown.
    Raises release.ReleaseError for a faulty release and BuildError for places that cannot be used.
    """
    release_folder, out, truth_out = (Path(place).absolute() for place in (release_folder, out, truth_out))
    report = progress if progress is not None else _silent
    release = open_release(release_folder)
    _refuse_places(release_folder, out, truth_out)
    refuse_unlicensed(release, licence_checked, own_use)
    if reviewed_only:
        check_release(release_folder, lambda done, total: report("check", done, total))
        with _workspace(out) as work:
            limited = limit_to_reviewed(release, work / "release")
            return build(limited, out, truth_out, num_proc, force, progress, licence_checked, own_use)
    check_release(release_folder, lambda done, total: report("check", done, total))
    places = dialogue_places(release)
    rows = {split: len(table) for split, table in places.items() if len(table)}
    if not force and _is_current(release, rows, out, truth_out, own_use):
        return Built(out, truth_out, release.digest, rows, reused=True)
    with _workspace(out) as work, _workspace(truth_out) as truth_work:
        fresh, fresh_truth = work / out.name, truth_work / truth_out.name
        _write_public(release, rows, fresh, work / "arrow", num_proc, own_use, report)
        _write_truths(release, places, fresh_truth, report)
        # The truth first: public rows whose truth is an older one would be scored against the wrong masks.
        replace_folder(fresh_truth, truth_out, truth_work)
        replace_folder(fresh, out, work)
    return Built(out, truth_out, release.digest, rows, reused=False)


def _write_public(
    release: ReleaseFolder,
    rows: dict[str, int],
    folder: Path,
    cache: Path,
    num_proc: int,
    own_use: bool,
    report: Progress,
) -> None:
    folder.mkdir()
    infos, files = {}, {}
    for config, subfolder in FOLDERS.items():
        builder = MTurnSeg(
            config_name=config, data_dir=str(release.folder), cache_dir=str(cache), dataset_name="mturn_seg"
        )
        with _no_progress_bars():
            builder.download_and_prepare(str(cache / config), num_proc=num_proc if config == "default" else 1)
        metadata = {DIGEST_KEY: release.digest.encode(), SCHEMA_KEY: str(MTurnSeg.VERSION).encode()}
        written = {}
        for split, info in builder.info.splits.items():
            written[split] = write_split(
                _arrow_files(cache / config, split),
                folder / subfolder,
                split,
                metadata,
                progress=lambda done, name=f"{config} {split}", total=info.num_examples: report(name, done, total),
            )
            if config == "default" and written[split].rows != rows[split]:
                found = written[split].rows
                raise BuildError(f"split {split} came out with {found} rows; expected {rows[split]}, its dialogues")
        # The preview of a release that has only a test split is empty, and an empty configuration cannot be loaded.
        if written:
            infos[config] = _info(config, builder.info.features, written)
            files[config] = {split: f"{subfolder}/{split}-*.parquet" for split in written}
        shutil.rmtree(cache)
    card = render_card(release, count_release(release), infos, files, own_use)
    (folder / CARD_FILE).write_text(card, encoding="utf-8")
    digest = {"name": release.header.name, "version": release.header.version, "digest": release.digest}
    if own_use:
        digest[OWN_USE_KEY] = True
    (folder / DIGEST_FILE).write_text(json.dumps(digest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _write_truths(release: ReleaseFolder, places: dict[str, np.ndarray], folder: Path, report: Progress) -> None:
    folder.mkdir()
    for split in TRUTH_SPLITS:
        total = len(places[split])
        if total:
            write_truth(
                release,
                split,
                places[split],
                folder / f"{split}.parquet",
                progress=lambda done, name=f"truth {split}", total=total: report(name, done, total),
            )


def _info(config: str, features: datasets.Features, written: dict[str, SplitFiles]) -> datasets.DatasetInfo:
    splits = SplitDict(dataset_name="mturn_seg")
    for split, files in written.items():
        splits.add(SplitInfo(split, num_bytes=files.arrow_bytes, num_examples=files.rows, dataset_name="mturn_seg"))
    return datasets.DatasetInfo(
        config_name=config,
        features=features,
        splits=splits,
        download_size=sum(files.file_bytes for files in written.values()),
        dataset_size=sum(files.arrow_bytes for files in written.values()),
    )


def _arrow_files(folder: Path, split: str) -> list[Path]:
    """The builder's files of a split in the order of their rows."""
    return sorted(folder.glob(f"mturn_seg-{split}.arrow")) or sorted(folder.glob(f"mturn_seg-{split}-*.arrow"))


def _is_current(release: ReleaseFolder, rows: dict[str, int], out: Path, truth_out: Path, own_use: bool) -> bool:
    """Whether both folders hold a whole build of exactly this release and use by this version of the schema."""
    try:
        recorded = json.loads((out / DIGEST_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    if recorded.get("digest") != release.digest or not (out / CARD_FILE).is_file():
        return False
    if recorded.get(OWN_USE_KEY, False) != own_use:
        return False
    version = str(MTurnSeg.VERSION).encode()
    for split in rows:
        files = sorted((out / FOLDERS["default"]).glob(f"{split}-*.parquet"))
        expected = [f"{split}-{index:05d}-of-{len(files):05d}.parquet" for index in range(len(files))]
        if not files or [file.name for file in files] != expected:
            return False
        for file in files:
            metadata = read_metadata(file)
            if metadata.get(DIGEST_KEY) != release.digest.encode() or metadata.get(SCHEMA_KEY) != version:
                return False
    digests = {read_metadata(truth_out / f"{split}.parquet").get(DIGEST_KEY) for split in TRUTH_SPLITS if split in rows}
    return digests <= {release.digest.encode()}


def _refuse_places(release_folder: Path, out: Path, truth_out: Path) -> None:
    """Refuses places where a build would lose or publish something else."""
    named = {"the release": release_folder, "out": out, "truth_out": truth_out}
    for one, place in named.items():
        for other, inside in named.items():
            if one != other and inside.is_relative_to(place):
                raise BuildError(f"{other} is {inside}, inside {one} {place}; expected separate folders")
    for name, place in (("out", out), ("truth_out", truth_out)):
        if place.exists() and not place.is_dir():
            raise BuildError(f"{name} is the file {place}; expected a folder or nothing")
    if out.exists() and any(out.iterdir()) and not (out / DIGEST_FILE).is_file():
        raise BuildError(f"{out} holds other files and no {DIGEST_FILE}; expected an earlier build or an empty place")
    known = {f"{split}.parquet" for split in TRUTH_SPLITS}
    other = sorted(path.name for path in truth_out.iterdir() if path.name not in known) if truth_out.exists() else []
    if other:
        raise BuildError(
            f"{truth_out} holds {other[0]}; expected {' and '.join(sorted(known))} alone or an empty place"
        )


@contextlib.contextmanager
def _workspace(place: Path) -> Iterator[Path]:
    """A folder beside `place`, on the same disk so that renaming works, removed at the end whatever happens."""
    place.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def _no_progress_bars() -> Iterator[None]:
    """Hides the bars of `datasets`, beside which ours would show the same again, and leaves them as they were."""
    hidden_before = datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if not hidden_before:
            datasets.enable_progress_bars()


def _silent(stage: str, done: int, total: int) -> None:
    """Takes a progress report and shows nothing."""
