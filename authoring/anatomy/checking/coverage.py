"""Which structures have descriptions: all that the public data sets label, and many more."""

from collections.abc import Iterator, Mapping, Sequence

from authoring.anatomy.checking.entries import Entry, Problem
from authoring.anatomy.knowledge import KIND
from authoring.anatomy.structures import AnatomicalStructure
from authoring.sources.catalogue import SourceDescription, catalogue, named_by

#: The fewest structures with descriptions of their own.
LEAST_DESCRIBED = 80


def coverage_problems(known: Mapping[str, AnatomicalStructure], entries: Sequence[Entry]) -> Iterator[Problem]:
    """Structures without an entry of their own, kinds without a group, structures with two entries."""
    own: dict[str, Entry] = {}
    for entry in entries:
        for name in sorted(entry.fits) if not entry.of_group else ():
            if name in own:
                yield entry.problem(name, f"one entry a structure; {own[name].file} has it, too")
            own.setdefault(name, entry)
    if len(own) < LEAST_DESCRIBED:
        yield _problem("all", f"{len(own)} described structures", f"at least {LEAST_DESCRIBED}")
    for kind in sorted({structure.kind for structure in known.values() if structure.kind}):
        if not any(entry.name == KIND + kind for entry in entries):
            yield _problem(kind, "no group", f"a group that fits {KIND}{kind}")
    for source, name in _labelled():
        if name not in own and name in known and known[name].kind is None:
            yield _problem(name, "no entry", f"descriptions of its own, as {source.name} labels it")


def labels_of(source: SourceDescription) -> set[str]:
    """Every structure that a source labels."""
    meanings = (meaning for values in source.label_maps.values() for meaning in values.values())
    return {name for meaning in meanings for name in named_by(meaning)} | set(source.assembled)


def _labelled() -> Iterator[tuple[SourceDescription, str]]:
    """Every structure that a source of the catalogue labels, with the first such source."""
    seen: set[str] = set()
    for source in catalogue().values():
        for name in sorted(labels_of(source) - seen):
            seen.add(name)
            yield source, name


def _problem(structure: str, text: str, expected: str) -> Problem:
    return Problem("knowledge", structure, text, expected)
