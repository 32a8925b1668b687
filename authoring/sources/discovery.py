"""From the files of a data set to its cases."""

from collections.abc import Iterator
from pathlib import Path

from authoring.errors import SourceError
from authoring.sources.cases import Case, Files, LabelFile, LabelPattern
from authoring.sources.catalogue import SourceDescription, named_by
from authoring.sources.patterns import exists, filled, matches
from authoring.sources.splitting import Division


def cases_of(source: SourceDescription, folder: Path, *, split_seed: int = 0) -> list[Case]:
    """Every case of a source whose scans lie in `folder`: those it lists, then those its patterns find.

    Patients that no list of the data set places are divided by a hash of `split_seed` and their name, so that more
    patients move nobody to another split.

    Raises SourceError, naming it, for a missing folder, a pattern without any match, an image without its labels, two
    cases with one key, and a list or table that places nobody who is there.
    """
    root = folder / source.root
    if not root.is_dir():
        raise SourceError(f"{root}: no such folder; expected the files of {source.name}")
    common = Division(source.splits, root, split_seed)
    cases = [*source.cases]
    for files in source.files:
        division = Division(files.splits, root, split_seed) if files.splits else common
        cases.extend(_found(source, files, root, division))
        if division is not common:
            division.check()
    common.check()
    seen: dict[str, str] = {}
    for case in cases:
        if case.key in seen:
            raise SourceError(
                f"{source.name}: {seen[case.key]} and {case.image} are both case {case.key!r}; expected keys that "
                "differ: give the files a `key` of their own"
            )
        seen[case.key] = case.image
    return cases


def _found(source: SourceDescription, files: Files, root: Path, division: Division) -> Iterator[Case]:
    found = matches(root, files.image, files.where)
    if not found:
        limits = f" with {files.where}" if files.where else ""
        raise SourceError(f"{source.name}: no file below {root} fits {files.image}{limits}; expected at least one")
    for image, names in found:
        patient = _patient(source, files, names)
        labels, missing = _labels(source, files, root, image, names)
        yield Case(
            key=filled(files.key, names) if files.key else _joined(names),
            patient=patient,
            split=files.split or division.split_of(names.get("patient", patient), patient),
            image=image,
            labels=labels,
            exhaustive=tuple(name for name in files.exhaustive if name not in missing),
            **{name: getattr(files, name) for name in _KEPT},
        )


_KEPT = (
    *("channel", "series", "modality", "sequence", "window"),
    *("orientation", "trust_orientation", "spacing_mm", "not_asked", "views"),
)


def _patient(source: SourceDescription, files: Files, names: dict[str, str]) -> str:
    if files.patient:
        return filled(files.patient, names)
    return f"{source.name}-{names['patient'] if 'patient' in names else _joined(names)}"


def _joined(names: dict[str, str]) -> str:
    return "-".join(names.values()) or "only"


def _labels(
    source: SourceDescription, files: Files, root: Path, image: str, names: dict[str, str]
) -> tuple[list[LabelFile], set[str]]:
    """The label files of one image, and the structures that a missing file leaves unlabelled."""
    present, missing = [], []
    for pattern in files.labels:
        for label in _each(source, pattern, names):
            if exists(root, label.file):
                present.append(label)
            elif pattern.optional:
                missing.append(label)
            else:
                raise SourceError(f"{root / image}: its labels are missing; expected {root / label.file}")
    if not present:
        raise SourceError(f"{root / image}: none of its label files is there; expected {root / missing[0].file}")
    labelled = {name for label in present for name in _structures(source, label)}
    return present, {name for label in missing for name in _structures(source, label)} - labelled


def _each(source: SourceDescription, pattern: LabelPattern, names: dict[str, str]) -> Iterator[LabelFile]:
    if pattern.map:
        yield LabelFile(file=filled(pattern.file, names), map=pattern.map, channel=pattern.channel)
        return
    meanings = {"": pattern.structure} if pattern.structure else source.label_maps[pattern.each]
    for label, structure in meanings.items():
        if structure:
            yield LabelFile(
                file=filled(pattern.file, names | {"label": str(label)}),
                structure=structure,
                above=pattern.above,
                channel=pattern.channel,
            )


def _structures(source: SourceDescription, label: LabelFile) -> set[str]:
    if label.structure:
        return {label.structure}
    return {name for meaning in source.label_maps[label.map].values() for name in named_by(meaning)}
