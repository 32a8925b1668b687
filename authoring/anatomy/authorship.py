"""Who wrote the descriptions and who reviewed them, in words for the header of a release and its card."""

from collections.abc import Iterable

from authoring.anatomy.knowledge import Concept, concepts

MACHINE = "machine"


def authorship(described: Iterable[Concept] | None = None) -> str:
    """A phrase such as "templates over machine-written descriptions, not reviewed by a clinician".

    It follows from `written_by` and `reviewed_by` of the concepts given, by default of all. Raises ValueError where
    none is given.
    """
    known = list(concepts() if described is None else described)
    if not known:
        raise ValueError("no concepts; expected at least one to tell the authors of")
    return f"templates over {_written(known)}, {_reviewed(known)}"


def _written(known: list[Concept]) -> str:
    people = sorted({concept.written_by for concept in known} - {MACHINE})
    by_people = f"descriptions written by {', '.join(people)}"
    if all(concept.written_by != MACHINE for concept in known):
        return by_people
    return f"machine-written descriptions and {by_people}" if people else "machine-written descriptions"


def _reviewed(known: list[Concept]) -> str:
    reviewers = sorted({concept.reviewed_by for concept in known if concept.reviewed_by})
    count = sum(concept.reviewed_by is not None for concept in known)
    if not reviewers:
        return "not reviewed by a clinician"
    if count == len(known):
        return f"reviewed by {', '.join(reviewers)}"
    return f"{count} of {len(known)} entries reviewed by {', '.join(reviewers)}"
