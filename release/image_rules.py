"""The rules of a release folder's images: those that are there, and those that a licence keeps from being there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable

from release.errors import Problems
from release.images import pixels_sha256, read_grey
from release.layout import HEADER
from release.reader import ReleaseFolder, check_sha256
from release.records import Annotation

#: Notes a broken rule of one line: kind, field, value, expectation.
Note = Callable[[str, str, object, str], None]


def check_picture(
    annotation: Annotation, release: ReleaseFolder, listed: Collection[str], problems: Problems, note: Note
) -> str | None:
    """Checks the picture of an annotation and returns the sha256 of its pixels; None where none can be read.

    `listed` are the files that stand both in release.json and in the folder.
    """
    if annotation.scan is not None:
        note("scan of an image that is here", "scan", annotation.scan, "expected null: it could tell whose image it is")
    name = annotation.file
    if name not in listed:
        # A file that release.json lists and the folder lacks has been noted already.
        if name not in release.header.files:
            note("missing image", "file", name, "expected an image of the folder, listed in release.json")
        return None
    content = release.image(annotation)
    check_sha256(release, name, hashlib.sha256(content).hexdigest(), problems)
    try:
        grey = read_grey(content)
    except ValueError as error:
        note("unfit image", "file", name, str(error))
        return None
    if grey.shape != (annotation.height, annotation.width):
        stated = [annotation.height, annotation.width]
        note("image of another size", "height, width", stated, f"expected {list(grey.shape)}, the size of {name}")
    found = pixels_sha256(grey)
    if annotation.pixels_sha256 not in (None, found):
        note("image of other pixels", "pixels_sha256", annotation.pixels_sha256, f"expected {found}, that of {name}")
    return found


def check_withheld(annotation: Annotation, note: Note) -> str | None:
    """Checks that an image which is not here can be drawn again, and returns the sha256 of its pixels."""
    for field, what in (("pixels_sha256", "the sha256 of its grey values"), ("scan", "the name of its scan")):
        if getattr(annotation, field) is None:
            note("withheld image that nobody can draw again", field, None, f"expected {what}")
    return annotation.pixels_sha256


def refuse_pictures(names: Iterable[str], problems: Problems) -> None:
    """Notes every picture that lies in a release which withholds them."""
    for name in sorted(names):
        told = f'expected no picture: {HEADER} gives images as "withheld"'
        problems.add("picture of a withheld image", name, None, "", name, told)
