"""Draws the images of a release that withholds them, from the reader's own copy of the scans: all of them, or none."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from authoring.errors import SourceError
from authoring.sources.catalogue import Case, SourceDescription
from authoring.sources.discovery import cases_of
from authoring.sources.display import displayed
from authoring.sources.scans import LabelledScan, read_scan
from release import Annotation, ReleaseError, ReleaseFolder, grey_png, pixels_sha256, read_release, write_release

#: So many faults are told one by one, the others counted.
SHOWN_FAULTS = 20

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Missing:
    """A withheld image: which slice of a scan it is, and the sha256 of its grey values."""

    image_id: str
    plane: str
    index: int
    sha256: str | None


def restore_images(
    release_folder: Path | str,
    sources: Sequence[tuple[SourceDescription, Path]],
    out: Path | str,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Writes the release that withholds its images to `out` once more, with its images, and returns that folder.

    `sources` are the descriptions of all its sources that gave images, each with the folder of its files. An image is
    taken only if its grey values are those that the release was made with. The names of the scans, which tell where a
    slice comes from, are not in what is written; it is the release that would have been made with images. `progress` is
    called with (images drawn, images in all).

    Raises ReleaseError for a release that withholds nothing, and SourceError for a source that is not given, a scan
    that is not there and for slices that differ, naming each; nothing is written then.
    """
    release = read_release(release_folder)
    if release.header.images == "included":
        raise ReleaseError(f"{release.folder} holds its images; expected a release that withholds them")
    if Path(out).absolute() == release.folder.absolute():
        raise ReleaseError(f"{out} is the release itself; expected another place for the release with images")
    wanted = _wanted(release)
    given = _given(sources, wanted)
    return write_release(
        out,
        (annotation.model_copy(update={"scan": None}) for annotation in release.annotations()),
        release.dialogues(),
        _drawn(wanted, given, progress),
        release.header.model_copy(update={"images": "included", "files": {}}),
        release.origins(),
        release.rewrites(),
    )


def _wanted(release: ReleaseFolder) -> dict[str, dict[str | None, list[_Missing]]]:
    """The withheld images by source and scan."""
    wanted: dict[str, dict[str | None, list[_Missing]]] = defaultdict(lambda: defaultdict(list))
    for annotation in release.annotations():
        wanted[annotation.source][annotation.scan].append(_missing(annotation))
    return wanted


def _missing(annotation: Annotation) -> _Missing:
    return _Missing(annotation.image_id, annotation.plane, annotation.slice_index, annotation.pixels_sha256)


def _given(
    sources: Sequence[tuple[SourceDescription, Path]], wanted: Mapping[str, object]
) -> dict[str, tuple[SourceDescription, Path]]:
    """The sources by name. Raises SourceError where one of the release is not among them, or one is given twice."""
    names = [source.name for source, _ in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SourceError(f"{', '.join(twice)}: given twice; expected each source once")
    if missing := sorted(wanted.keys() - set(names)):
        raise SourceError(
            f"the release has images of {', '.join(sorted(wanted))}, but {', '.join(missing)} is not given; expected "
            "the description and the folder of each of them"
        )
    return {source.name: (source, folder) for source, folder in sources}


def _drawn(
    wanted: Mapping[str, Mapping[str | None, Sequence[_Missing]]],
    given: Mapping[str, tuple[SourceDescription, Path]],
    progress: Progress,
) -> Iterator[tuple[str, bytes]]:
    """Every image as (image_id, PNG). Raises SourceError when all were tried and some cannot be had."""
    total = sum(len(missing) for scans in wanted.values() for missing in scans.values())
    done, faults = 0, []
    for name, scans in wanted.items():
        source, folder = given[name]
        cases = {case.key: case for case in cases_of(source, folder)}
        for key, missing in scans.items():
            place = f"{name}, {key}"
            try:
                scan, case = _scan(source, folder, cases, key)
            except SourceError as error:
                faults.append(f"{place}: {error}")
                scan = None
            for image in missing if scan is not None else ():
                grey = _slice(scan, case, image)
                if grey is None:
                    faults.append(
                        f"{place}: the {image.plane} slice {image.index} is not the one that the release was made with"
                    )
                else:
                    yield image.image_id, grey_png(Image.fromarray(grey))
            done += len(missing)
            progress(done, total)
    if faults:
        raise SourceError(_told(faults))


def _scan(
    source: SourceDescription, folder: Path, cases: Mapping[str, Case], key: str | None
) -> tuple[LabelledScan, Case]:
    if key not in cases:
        raise SourceError(f"no such scan in {folder / source.root}; expected one of the key {key!r}")
    return read_scan(source, cases[key], folder), cases[key]


def _slice(scan: LabelledScan, case: Case, image: _Missing) -> np.ndarray | None:
    """The grey values of an image as one of the case's views shows them; None where none shows these."""
    for view in case.views:
        shown = displayed(scan, view, case)
        if shown.plane != image.plane or image.index >= len(shown):
            continue
        grey = shown.grey(image.index)
        if pixels_sha256(grey) == image.sha256:
            return grey
    return None


def _told(faults: Sequence[str]) -> str:
    shown = [*faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        shown.append(f"and {len(faults) - SHOWN_FAULTS} more")
    return "\n  ".join(["not every image can be drawn again; nothing was written", *shown])
