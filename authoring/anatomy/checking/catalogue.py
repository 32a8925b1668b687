"""The catalogue of structures: names, pairs, parents, neighbours and codes."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from authoring.anatomy.checking.entries import Problem
from authoring.anatomy.structures import FOLDER, AnatomicalStructure
from mturn_seg import LANGUAGES

#: The fewest structures that the benchmark asks for.
LEAST_STRUCTURES = 120

Catalogue = Mapping[str, AnatomicalStructure]


def catalogue_problems(known: Catalogue) -> Iterator[Problem]:
    """Everything that is wrong with the structures themselves."""
    if len(known) < LEAST_STRUCTURES:
        yield _problem("all", f"{len(known)} structures", f"at least {LEAST_STRUCTURES}")
    yield from _names(known)
    yield from _kinds(known)
    for structure in known.values():
        yield from _pair(structure, known)
        yield from _parents(structure, known)
        yield from _neighbours(structure, known)
    yield from _codes(known)


def _problem(structure: str, text: object, expected: str) -> Problem:
    return Problem(FOLDER.name, structure, str(text), expected)


def _names(known: Catalogue) -> Iterator[Problem]:
    for language in LANGUAGES:
        first: dict[str, str] = {}
        for structure in known.values():
            name = structure.name(language).lower()
            if name in first:
                yield _problem(structure.id, name, f"a display name other than that of {first[name]}")
            first.setdefault(name, structure.id)
            terms = [term.lower() for term in getattr(structure, language)]
            for term in sorted({term for term in terms if terms.count(term) > 1}):
                yield _problem(structure.id, term, "each term once")
    for structure in known.values():
        # A synonym may be an abbreviation, such as C1.
        if not re.search("[\u4e00-\u9fff]", structure.zh[0]):
            yield _problem(structure.id, structure.zh[0], "a Chinese display name")
        for term in structure.en:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ()'-]*", term):
                yield _problem(structure.id, term, "an English term")


def _pair(structure: AnatomicalStructure, known: Catalogue) -> Iterator[Problem]:
    if structure.pair is None:
        return
    other = known.get(structure.pair)
    if other is None or other.pair != structure.id:
        yield _problem(structure.id, structure.pair, "a pair whose pair is this structure")
        return
    if {structure.side, other.side} != {"right", "left"}:
        yield _problem(structure.id, structure.side, f"the side opposite to that of {other.id}")
    for name in ("system", "regions", "kind", "order", "lesion"):
        if getattr(structure, name) != getattr(other, name):
            yield _problem(structure.id, getattr(structure, name), f"the {name} of its pair: {getattr(other, name)}")
    if structure.parent != other.parent:
        parents = [known.get(parent or "") for parent in (structure.parent, other.parent)]
        if None in parents or parents[0].pair != parents[1].id:
            yield _problem(structure.id, structure.parent, f"the parent of {other.id}, or the pair of that parent")


def _parents(structure: AnatomicalStructure, known: Catalogue) -> Iterator[Problem]:
    seen, name = [structure.id], structure.parent
    while name is not None:
        if name not in known:
            yield _problem(structure.id, name, "a parent of the catalogue")
            return
        if name in seen:
            yield _problem(structure.id, " > ".join([*seen, name]), "parents that never lead back")
            return
        seen.append(name)
        name = known[name].parent


def _neighbours(structure: AnatomicalStructure, known: Catalogue) -> Iterator[Problem]:
    for name in structure.neighbours:
        if name not in known or name == structure.id:
            yield _problem(structure.id, name, "neighbours that are other structures of the catalogue")
    if len(set(structure.neighbours)) < len(structure.neighbours):
        yield _problem(structure.id, ", ".join(structure.neighbours), "each neighbour once")


def _kinds(known: Catalogue) -> Iterator[Problem]:
    """Numbered members: a number each, without gaps, and each number once a side."""
    orders = defaultdict(list)
    for structure in known.values():
        if (structure.kind is None) != (structure.order is None):
            yield _problem(structure.id, structure.kind, "a kind and an order, or neither")
        elif structure.kind:
            orders[structure.kind, structure.side].append(structure.order)
    for (kind, side), found in orders.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield _problem(f"{kind} {side or ''}".strip(), sorted(found), "the numbers from 1 on, each once")


def _codes(known: Catalogue) -> Iterator[Problem]:
    """SNOMED CT codes that the dictionary of DICOM has, whose meaning agrees with a term.

    A pair may share one code, and a numbered member has that of its kind.
    """
    meanings = _meanings()
    first: dict[str, AnatomicalStructure] = {}
    for structure in known.values():
        if structure.snomed is None:
            continue
        if structure.snomed not in meanings:
            yield _problem(structure.id, structure.snomed, "a SNOMED CT code of pydicom's dictionary")
            continue
        code = f"{structure.snomed}, {meanings[structure.snomed][0]}"
        said = " ".join(meanings[structure.snomed]).lower()
        if not any(_words(said) & _words(term) for term in structure.en):
            yield _problem(structure.id, code, "a code whose meaning is one of its terms")
        if structure.side and (side := re.search(r"\b(left|right)\b", said)) and side[1] != structure.side:
            yield _problem(structure.id, code, f"a code of the {structure.side} side")
        other = first.setdefault(structure.snomed, structure)
        if other is not structure and other.id not in (structure.pair, structure.parent) and other.kind is None:
            yield _problem(structure.id, structure.snomed, f"a code other than that of {other.id}")


def _meanings() -> dict[str, list[str]]:
    """How DICOM's context groups put each SNOMED CT code into words, the shortest way first."""
    # Reading the dictionary takes half a second, and nothing else needs it.
    from pydicom.sr._concepts_dict import concepts

    found = defaultdict(set)
    for codes in concepts["SCT"].values():
        for code, (meaning, _) in codes.items():
            found[code].add(meaning)
    return {code: sorted(meanings, key=lambda text: (len(text), text)) for code, meanings in found.items()}


def _words(text: str) -> set[str]:
    """The first letters of the words that count, so that ribs and rib, uterus and uterine agree."""
    empty = {"structure", "of", "the", "part", "left", "right", "entire", "gland", "muscle", "artery", "vein", "bone"}
    return {word[:5] for word in re.findall(r"[a-z0-9]+", text.lower().replace("oe", "e")) if word not in empty}
