"""The words of the page in English and in Chinese. Each file of this folder holds those of one part of the page.

An entry is `key: {en: ..., zh: ...}`; braces name what is filled in, as in `{count} rows`. A word is asked for as
"file.key". Names of tracks, regions and other ids of the data stand in names.yaml, by kind.
"""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "zh")
NO_SCORE = "–"
_FOLDER = Path(__file__).parent


class Words:
    """The words of one language; see `words`."""

    def __init__(self, language: str):
        self.language = language
        self._texts = _texts(language)
        self._names = _names(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of "file.key" with `values` for what its braces name. Raises KeyError for an unknown key or name.

        The result is plain text: whoever puts it into HTML escapes it.
        """
        return self._texts[key].format_map(values) if values else self._texts[key]

    def name(self, kind: str, value: str) -> str:
        """How an id of the data is called: name("region", "chest"). What nobody named is told as it is."""
        return self._names.get(kind, {}).get(value, value)

    def track(self, track: str) -> str:
        """ "en-multi" -> "English · multi turn"."""
        return self.name("track", track)

    def listed(self, parts: list[str]) -> str:
        """ "a, b and c"."""
        if len(parts) < 2:
            return "".join(parts)
        return self("common.comma").join(parts[:-1]) + self("common.and") + parts[-1]

    def score(self, value: float | None) -> str:
        """A share from 0 to 1 with three decimals, or a dash."""
        return NO_SCORE if value is None else f"{value:.3f}"

    def interval(self, ends: tuple[float, float] | None) -> str:
        """Both ends of an interval, or nothing."""
        return "" if ends is None else f"[{ends[0]:.3f}, {ends[1]:.3f}]"

    def scored(self, value: float | None, ends: tuple[float, float] | None) -> str:
        """ "0.523 [0.490, 0.555]", without the brackets where there is no interval."""
        return f"{self.score(value)} {self.interval(ends)}".strip()

    def ranks(self, ends: tuple[int, int] | None) -> str:
        """Both ends of a rank interval, or the one rank that it holds, or a dash."""
        if ends is None:
            return NO_SCORE
        return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"

    def share(self, part: float | None) -> str:
        """A share of the resamples in percent, or a dash; 0% and 100% stand only where no and every resample was so."""
        if part is None:
            return NO_SCORE
        return "<1%" if 0 < part < 0.01 else ">99%" if 0.99 < part < 1 else f"{part:.0%}"


@cache
def words(language: str) -> Words:
    """The words of "en" or "zh". Raises ValueError for another language."""
    if language not in LANGUAGES:
        raise ValueError(f"language is {language!r}; expected one of {', '.join(LANGUAGES)}")
    return Words(language)


def placeholders(text: str) -> set[str]:
    """The names in the braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def entries() -> dict[str, dict[str, str]]:
    """ "file.key" -> language -> text, of all files but names.yaml."""
    return {
        f"{path.stem}.{key}": texts
        for path in sorted(_FOLDER.glob("*.yaml"))
        if path.stem != "names"
        for key, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    }


def _texts(language: str) -> dict[str, str]:
    return {key: texts[language] for key, texts in entries().items()}


def _names(language: str) -> dict[str, dict[str, str]]:
    kinds = yaml.safe_load((_FOLDER / "names.yaml").read_text(encoding="utf-8"))
    return {kind: {str(value): texts[language] for value, texts in values.items()} for kind, values in kinds.items()}
