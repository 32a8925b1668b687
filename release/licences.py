"""What the licences of the sources let be passed on inside a data set that bears a licence as a whole.

An image of a release is an adaptation of its scan: one slice, windowed, in 8 bits. What licences say of adaptations is
what counts. This is bookkeeping and no legal advice: it knows what licences.yaml says and what a source's description
says, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from release.records import Release, Source

TABLE = Path(__file__).with_name("licences.yaml")
#: The licence of a whole in which each image stays under that of its source.
EACH_ITS_OWN = "other"
FORBIDS_DERIVATIVES = "its licence forbids to pass on what was made of it, and a slice drawn in grey is that"
#: Names that say so of licences which are not in the table.
_NO_DERIVATIVES = re.compile(r"\bnd\b|no.?deriv", re.IGNORECASE)


@dataclass(frozen=True)
class Licence:
    """A known licence: its name as SPDX writes it, and what it asks for: attribution, non-commercial, share-alike,
    no-derivatives."""

    name: str
    asks: frozenset[str]

    @property
    def family(self) -> str:
        """The name without the version."""
        return re.sub(r"-\d+(\.\d+)*$", "", self.name)

    @property
    def version(self) -> tuple[int, ...]:
        """The version as numbers; empty where the name has none."""
        found = re.search(r"-(\d+(?:\.\d+)*)$", self.name)
        return tuple(map(int, found[1].split("."))) if found else ()


@cache
def licences() -> dict[str, Licence]:
    """Every known licence by its name in lower case."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {name.lower(): Licence(name, frozenset(asks)) for name, asks in table.items()}


def known_licence(name: str) -> Licence | None:
    """The licence of that name, however it is spelt: CC BY 4.0 is cc-by-4.0. None where it is not known."""
    return licences().get("-".join(name.lower().split()))


def licence_problem(source: Source, whole: str, *, images: bool = True, checked: bool = False) -> str | None:
    """Says why a source may not be passed on in a whole under the licence `whole`; None where it may.

    `images` tells whether the whole holds its images or annotations alone. `checked` says that a person has read the
    licence and found that it allows it: that counts where the licence is not known here, and nowhere else.
    """
    if source.redistribute == "no":
        return "its description says that nothing of it may be passed on (redistribute: no)"
    if not images:
        return None
    if source.redistribute == "annotations-only":
        return "its description says that its images may not be passed on (redistribute: annotations-only)"
    licence = known_licence(source.licence)
    if licence is None:
        if _NO_DERIVATIVES.search(source.licence):
            return FORBIDS_DERIVATIVES
        # Whoever wrote the description has read the licence; inside this whole each image stays under it.
        if checked or whole == EACH_ITS_OWN:
            return None
        return f"nothing is known here of its licence; read it, then say so: --licence-checked {source.name}"
    if "no-derivatives" in licence.asks:
        return FORBIDS_DERIVATIVES
    if whole == EACH_ITS_OWN:
        return None
    return _clash(licence, whole)


def licence_problems(header: Release, checked: Collection[str] = ()) -> Iterator[str]:
    """What keeps a release from being passed on: a line for each source that may not be, naming it and its licence.

    `checked` are names of sources whose licences a person has read and found to allow it.
    """
    for source in header.sources:
        images = header.images == "included"
        problem = licence_problem(source, header.licence, images=images, checked=source.name in checked)
        if problem is not None:
            yield f"source {source.name} ({source.licence}): {problem}"


def _clash(licence: Licence, whole: str) -> str | None:
    """Why images under a licence may not go into a whole under another."""
    if not licence.asks:
        return None
    wanted = known_licence(whole)
    if wanted is None:
        return f"nothing is known here of {whole}, the licence of the whole; expected one of release/licences.yaml"
    if "share-alike" in licence.asks and not (wanted.family == licence.family and wanted.version >= licence.version):
        return f"its licence asks for {licence.name} or a later version of the whole, which is under {wanted.name}"
    if missing := sorted(licence.asks - wanted.asks):
        return f"its licence asks for {' and '.join(missing)}, which {wanted.name}, that of the whole, does not"
    return None
