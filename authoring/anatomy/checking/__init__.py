"""Checks the catalogue of structures and every text that describes them, in both languages.

`problems()` gives all that is wrong with the project's own files: the structures, the descriptions and facts of
knowledge/*.yaml and groups/*.yaml, and the glossary of their terms.
"""

from authoring.anatomy.checking.catalogue import catalogue_problems
from authoring.anatomy.checking.coverage import coverage_problems
from authoring.anatomy.checking.entries import Entry, Problem, read_entries
from authoring.anatomy.checking.giveaways import giveaway_problems
from authoring.anatomy.checking.glossary import Glossary, glossary_problems, read_glossary, term_problems
from authoring.anatomy.checking.repeats import repeat_problems
from authoring.anatomy.checking.sentences import sentence_problems
from authoring.anatomy.checking.shape import shape_problems
from authoring.anatomy.knowledge import FOLDER
from authoring.anatomy.structures import structures

__all__ = ["Entry", "Glossary", "Problem", "problems", "read_entries", "read_glossary", "text_problems"]


def problems() -> list[Problem]:
    """All problems of the project's own anatomy, those of the structures first."""
    entries, glossary = read_entries(FOLDER), read_glossary()
    return [
        *catalogue_problems(structures()),
        *coverage_problems(structures(), entries),
        *glossary_problems(glossary),
        *text_problems(entries, glossary),
    ]


def text_problems(entries: list[Entry], glossary: Glossary) -> list[Problem]:
    """All problems of some entries. The texts are read only where the entries have the right keys and values."""
    misshapen = list(shape_problems(entries))
    readable = [entry for entry in entries if entry.readable]
    return [
        *misshapen,
        *sentence_problems(readable),
        *giveaway_problems(readable),
        *repeat_problems(readable),
        *term_problems(readable, glossary),
    ]
