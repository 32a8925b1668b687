"""What a source description says of one scan: its files, what its labels mean, which slices of it are shown."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from authoring.sources.patterns import names_in
from authoring.sources.windows import Window
from release.records import Direction, Modality, Region, Sequence, Split


class Description(BaseModel):
    """Base of all records of a description: immutable, and a field that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _below_root(name: str) -> str:
    path = PurePosixPath(name)
    if not name.strip() or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ValueError(f"file is {name!r}; expected a path below the root, with / between its parts")
    return name


#: A file, a folder, or a pattern of files, below the root of the source.
FileName = Annotated[str, AfterValidator(_below_root)]
Plane = Literal["axial", "coronal", "sagittal"]


class LabelFile(Description):
    """One file of labels: either a label map (`map` names it), or one `structure`, whose voxels are `above` a number.

    `file` is a volume, a file or folder with a DICOM segmentation, or a pattern of PNG files. `channel` picks one layer
    of a 4-dimensional volume. Several files of one case may overlap; masks of the same structure are joined.
    """

    file: FileName
    map: str | None = None
    structure: str | None = None
    above: float = 0
    channel: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_meaning(self):
        _expect_one(self, "map", "structure")
        if self.structure is None and "above" in self.model_fields_set:
            raise ValueError(f"labels {self.file}: above is {self.above}; expected it only beside a structure")
        return self


class LabelPattern(Description):
    """Label files of discovered cases, as LabelFile, with placeholders in `file`.

    `each` names a label map of names: there is one file for every name, which stands for {label}. An `optional` file
    may be missing for some patients; its structures are then not exhaustive for them.
    """

    file: FileName
    map: str | None = None
    structure: str | None = None
    each: str | None = None
    above: float = 0
    channel: int | None = Field(default=None, ge=0)
    optional: bool = False

    @model_validator(mode="after")
    def _one_meaning(self):
        _expect_one(self, "map", "structure", "each")
        if self.map and "above" in self.model_fields_set:
            raise ValueError(f"labels {self.file}: above is {self.above}; expected it only beside a structure or each")
        if (self.each is None) == ("{label}" in self.file):
            raise ValueError(f"labels {self.file}: expected {{label}} in the name beside `each`, and only there")
        return self


def _expect_one(label: LabelFile | LabelPattern, *names: str) -> None:
    given = [name for name in names if getattr(label, name) is not None]
    if len(given) != 1:
        raise ValueError(
            f"labels {label.file}: {' and '.join(given) or 'none'} given; expected exactly one of {', '.join(names)}"
        )


class Orientation(Description):
    """The patient directions that the left edge, the top edge and the first slice face, where a format carries none."""

    left: Direction
    top: Direction
    first: Direction

    @model_validator(mode="after")
    def _three_axes(self):
        axes = [next(axis for axis in ("RL", "AP", "SI") if way in axis) for way in (self.left, self.top, self.first)]
        if len(set(axes)) != 3:
            raise ValueError(
                f"orientation: left {self.left}, top {self.top}, first {self.first}; expected one of R and L, one of A "
                "and P, one of S and I"
            )
        return self


class View(Description):
    """Which slices of a case to show, and how.

    At most `slices` of the plane, at least `gap_mm` apart, with all of `having` and none of `lacking`. `range` limits
    the index within the plane, counted from the feet (axial), the front (coronal) or the patient's right (sagittal).
    `pixels` "square" draws the slice anew with square pixels of the coarser spacing, "kept" keeps them. `window` is
    that of the case where it is None, else the default of the region.
    """

    region: Region
    plane: Plane = "axial"
    pixels: Literal["square", "kept"] = "square"
    window: Window | None = None
    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    slices: int = Field(gt=0)
    gap_mm: float = Field(ge=0)
    range: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _ordered(self):
        if self.range and not 0 <= self.range[0] <= self.range[1]:
            raise ValueError(f"range is {list(self.range)}; expected [first, last] with 0 <= first <= last")
        return self


class Acquisition(Description):
    """What explicit and discovered cases have in common.

    `channel` picks one of a 4-dimensional volume, `series` one of several DICOM series in a folder, by its UID or by
    its number from 0. `spacing_mm` is (slice, row, column), for formats without. `not_asked` are structures whose
    labels are too poor to be asked for, `exhaustive` those that are labelled wherever they occur.

    `orientation` is for formats without one. `trust_orientation` false says that the files state one which is not the
    patient's; then only the sides of the image exist.
    """

    image: FileName
    channel: int | None = Field(default=None, ge=0)
    series: str | None = None
    modality: Modality
    sequence: Sequence
    window: Window | None = None
    orientation: Orientation | None = None
    trust_orientation: bool = True
    spacing_mm: (
        tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] | None
    ) = None
    not_asked: tuple[str, ...] = ()
    exhaustive: tuple[str, ...] = ()
    views: tuple[View, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self):
        if self.orientation and not self.trust_orientation:
            raise ValueError(f"{self.image}: an orientation that is not to be trusted; expected one of the two keys")
        windows = [window for window in (self.window, *(view.window for view in self.views)) if window is not None]
        if self.modality == "MR" and windows:
            raise ValueError(f"{self.image}: window is {windows[0]}; expected one for CT only, nothing for MR")
        return self

    def named_structures(self) -> set[str]:
        """Every structure id that it mentions outside the label maps."""
        views = [name for view in self.views for name in (*view.having, *view.lacking, *view.not_asked)]
        return {*self.not_asked, *self.exhaustive, *views, *(item.structure for item in self.labels if item.structure)}


class Case(Acquisition):
    """One labelled scan of one patient.

    `patient` names the patient among all sources, however often he or she was scanned; the name itself goes nowhere.
    `image` is a volume, a folder of DICOM files, or a pattern of PNG files.
    """

    key: str
    patient: str
    split: Split
    labels: tuple[LabelFile, ...] = Field(min_length=1)


class SplitTable(Description):
    """A table of the data set that tells each patient's split: its columns, and what its words mean."""

    file: FileName
    separator: str = ","
    patient: str
    split: str
    values: dict[str, Split]


class Splits(Description):
    """How patients are divided: first by the lists and the table, then by shares that a seeded hash of the patient
    draws. Lists and table name a patient by what {patient} matched."""

    train: int = Field(default=70, ge=0)
    validation: int = Field(default=10, ge=0)
    test: int = Field(default=20, ge=0)
    lists: dict[Split, list[str]] = {}
    table: SplitTable | None = None

    @model_validator(mode="after")
    def _usable(self):
        if self.train + self.validation + self.test == 0:
            raise ValueError("splits: all shares are 0; expected at least one above")
        listed = [patient for patients in self.lists.values() for patient in patients]
        if twice := sorted({patient for patient in listed if listed.count(patient) > 1}):
            raise ValueError(f"splits: {', '.join(twice)} listed twice; expected each patient in one split")
        return self


class Files(Acquisition):
    """A pattern of scans: every match of `image` below the root is a case.

    Placeholders such as {patient} stand for a part of a name; `where` limits one to a regular expression. `key` and
    `patient` are made of placeholders, too; by default of all that matched, and of the source's name with {patient}.
    """

    labels: tuple[LabelPattern, ...] = Field(min_length=1)
    where: dict[str, str] = {}
    key: str | None = None
    patient: str | None = None
    split: Split | None = None
    splits: Splits | None = None

    @model_validator(mode="after")
    def _discoverable(self):
        if self.split and self.splits:
            raise ValueError(f"{self.image}: both split and splits; expected at most one of them")
        if unknown := sorted(self.where.keys() - set(names_in(self.image))):
            raise ValueError(f"{self.image}: where limits {', '.join(unknown)}; expected placeholders of the image")
        for name, expression in self.where.items():
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(
                    f"{self.image}: where {name} is {expression!r} ({error}); expected a regular expression"
                ) from None
        return self
