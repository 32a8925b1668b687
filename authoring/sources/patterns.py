"""File patterns with placeholders: images/{patient}_{phase}.nii.gz finds every file of that form and tells its parts.

A placeholder stands for any part of one file or folder name; where it occurs again it stands for the same. A * at the
end stays a *: it is a stack of files, one a slice, that is read as one image. Hidden files are passed over.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from authoring.errors import SourceError
from authoring.sources.reading.names import is_pattern, matching, natural

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")


def names_in(pattern: str) -> list[str]:
    """The placeholders of a pattern, each once, in their order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(pattern)))


def filled(pattern: str, names: Mapping[str, str]) -> str:
    """The pattern with its placeholders replaced. Raises SourceError for one that has no value."""
    if unknown := [name for name in names_in(pattern) if name not in names]:
        raise SourceError(f"{pattern!r}: nothing is known of {{{unknown[0]}}}; expected one of {', '.join(names)}")
    return PLACEHOLDER.sub(lambda found: names[found[1]], pattern)


def matches(root: Path, pattern: str, where: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Every file or folder of the pattern below root, and what its placeholders stand for, in natural order.

    A stack is one match for each folder. `where` limits placeholders to regular expressions.
    """
    found = [("/".join(parts), names) for parts, names in _walk(root, pattern.split("/"), {}, dict(where))]
    return sorted(found, key=lambda item: [natural(Path(value)) for value in (*item[1].values(), item[0])])


def exists(root: Path, name: str) -> bool:
    """Whether a file or folder, or at least one file of a stack, is there."""
    return bool(matching(root / name)) if is_pattern(Path(name)) else (root / name).exists()


def _walk(
    folder: Path, parts: list[str], names: dict[str, str], where: dict[str, str]
) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Each way to fill the parts of a pattern with what stands in a folder."""
    part, rest = parts[0], parts[1:]
    if all(name in names for name in names_in(part)):
        candidates = [(filled(part, names), names)]
    else:
        expression = _expression(part, tuple(sorted(names.items())), tuple(sorted(where.items())))
        candidates = [
            (filled(part, names | found.groupdict()) if is_pattern(Path(part)) else entry, names | found.groupdict())
            for entry in _entries(folder)
            if (found := expression.fullmatch(entry))
        ]
    seen = set()
    for entry, values in candidates:
        if entry in seen or not exists(folder, entry):
            continue
        seen.add(entry)
        if not rest:
            yield [entry], values
        elif (folder / entry).is_dir():
            for tail, all_values in _walk(folder / entry, rest, values, where):
                yield [entry, *tail], all_values


def _entries(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]


@cache
def _expression(part: str, known: tuple, where: tuple) -> re.Pattern:
    """The regular expression of one part of a pattern."""
    values, limits = dict(known), dict(where)
    text, seen = "", set()
    for piece in re.split(r"(\{[A-Za-z_]\w*\}|\*)", part):
        name = piece[1:-1]
        if piece == "*":
            text += ".*"
        elif not PLACEHOLDER.fullmatch(piece):
            text += re.escape(piece)
        elif name in values:
            text += re.escape(values[name])
        elif name in seen:
            text += f"(?P={name})"
        else:
            seen.add(name)
            text += f"(?P<{name}>{limits.get(name, '.+')})"
    return re.compile(text)
