"""The release folder: the checked, hand-editable form of a data set between authoring and building."""

from release.errors import Problem, Problems, ReleaseError
from release.images import grey_png, pixels_sha256
from release.layout import ANNOTATIONS, DIALOGUES, HEADER, REWRITES, TEXTS, image_file
from release.reader import Line, ReleaseFolder, open_release, read_records, read_release
from release.records import (
    Annotation,
    Dialogue,
    Edges,
    Mask,
    Origin,
    Release,
    Review,
    Rewriting,
    Source,
    Structure,
    Text,
    Texts,
    Turn,
)
from release.rules import check_release
from release.writer import refuse_foreign, replace_folder, seal_release, write_release

__all__ = [
    "ANNOTATIONS",
    "DIALOGUES",
    "HEADER",
    "REWRITES",
    "TEXTS",
    "Annotation",
    "Dialogue",
    "Edges",
    "Line",
    "Mask",
    "Origin",
    "Problem",
    "Problems",
    "Release",
    "ReleaseError",
    "ReleaseFolder",
    "Review",
    "Rewriting",
    "Source",
    "Structure",
    "Text",
    "Texts",
    "Turn",
    "check_release",
    "grey_png",
    "image_file",
    "open_release",
    "pixels_sha256",
    "read_records",
    "read_release",
    "refuse_foreign",
    "replace_folder",
    "seal_release",
    "write_release",
]
