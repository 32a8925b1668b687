"""The numbers of the data that is scored: of each track from the truth, of each split from the data set itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from leaderboard import DataFacts
from space.cards.html import escape, notice, table
from space.words import NO_SCORE, Words

if TYPE_CHECKING:
    from space.browsing import SplitSummary, Summary

LONGEST_ALONE = 10  # longer dialogues are counted together


def data_facts(words: Words, data: DataFacts, summary: Summary | None) -> str:
    """Tables of the tracks and, where the data set is there to be read, of its splits. All names are escaped."""
    return _tracks(words, data) + ("" if summary is None else _splits(words, summary) + _shares(words, summary))


def _tracks(words: Words, data: DataFacts) -> str:
    heads = [words(f"about.{key}") for key in ("track", "dialogues", "turns", "patients", "longest", "regions")]
    rows = [
        [
            escape(words.track(facts.track)),
            f"{facts.dialogues:,}",
            f"{facts.turns:,}",
            f"{facts.patients:,}",
            f"{facts.longest:,}",
            escape(words.listed([words.name("region", region) for region in facts.regions])),
        ]
        for facts in data.tracks.values()
    ]
    caption = words(
        "about.scored_caption",
        name=data.name or words("about.unnamed"),
        split=words.name("split", data.split),
        version=data.version,
    )
    digest = f'<p class="digest">{escape(words("about.digest", digest=data.digest))}</p>'
    return f'<div class="tracks">{table(heads, rows, caption)}</div>{digest}'


def _splits(words: Words, summary: Summary) -> str:
    languages = list(dict.fromkeys(language for split in summary.splits for language in split.questions))
    heads = [words(f"about.{key}") for key in ("split", "dialogues", "images", "masks")]
    heads += [words("about.questions", language=words.name("language", language)) for language in languages]
    rows = [
        [
            escape(words.name("split", split.split)),
            *(f"{count:,}" for count in (split.dialogues, split.images, split.masks)),
            *(f"{split.questions.get(language, 0):,}" for language in languages),
        ]
        for split in summary.splits
    ]
    in_all = [sum(split.questions.get(language, 0) for split in summary.splits) for language in languages]
    totals = (summary.dialogues, summary.images, summary.masks, *in_all)
    rows.append([escape(words("about.in_all")), *(f"{count:,}" for count in totals)])
    hidden = [words.name("split", split.split) for split in summary.splits if split.hidden]
    note = notice(words("about.withheld", splits=words.listed(hidden)), "hint") if hidden else ""
    return table(heads, rows, words("about.splits_caption")) + note


def _shares(words: Words, summary: Summary) -> str:
    """A table for each way to divide the dialogues of a split; those of which nothing is known are left out."""

    def named(kind: str) -> Callable[[str], str]:
        return lambda value: words.name(kind, value)

    divisions = (
        ("by_turns", _by_turns, lambda turns: turns),
        ("by_region", lambda split: split.by_region, named("region")),
        ("by_modality", lambda split: split.by_modality, named("modality")),
        ("by_sequence", lambda split: split.by_sequence, named("sequence")),
        ("by_source", lambda split: split.by_source, named("source")),
        ("by_licence", lambda split: split.by_licence, named("licence")),
    )
    tables = [
        _division(words, key, summary.splits, [counts(split) for split in summary.splits], name)
        for key, counts, name in divisions
    ]
    return f'<h3>{escape(words("about.shares_caption"))}</h3><div class="divisions">{"".join(tables)}</div>'


def _by_turns(split: SplitSummary) -> dict[str, int]:
    """ "1" to "10", and "11+" for all longer ones."""
    found: dict[str, int] = {}
    for turns, count in sorted(split.by_turns.items()):
        label = str(turns) if turns <= LONGEST_ALONE else f"{LONGEST_ALONE + 1}+"
        found[label] = found.get(label, 0) + count
    return found


def _division(
    words: Words,
    key: str,
    splits: Sequence[SplitSummary],
    counts: Sequence[Mapping[str, int]],
    name: Callable[[str], str],
) -> str:
    """Dialogues of each value: how many in all, and their share of each split. One that does not tell shows a dash."""
    values = _ordered(counts, numbers=key == "by_turns")
    if not values:
        return ""
    rows = [
        [
            escape(name(value)),
            f"{sum(of_split.get(value, 0) for of_split in counts):,}",
            *(_share(value, of_split) for of_split in counts),
        ]
        for value in values
    ]
    names = [words.name("split", split.split) for split in splits]
    telling = [split for split, of_split in zip(names, counts, strict=True) if of_split]
    # A sum that leaves a split out says so.
    whole = words("about.in_all") if telling == names else words("about.all_of", splits=words.listed(telling))
    return table([words(f"about.{key}"), whole, *names], rows)


def _ordered(counts: Iterable[Mapping[str, int]], numbers: bool) -> list[str]:
    """The values of all splits: numbers rising, others by how many dialogues they have, most first."""
    totals: dict[str, int] = {}
    for of_split in counts:
        for value, count in of_split.items():
            totals[value] = totals.get(value, 0) + count
    if numbers:
        return sorted(totals, key=lambda value: int(value.rstrip("+")))
    return sorted(totals, key=lambda value: (-totals[value], value))


def _share(value: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return f"{counts.get(value, 0) / total:.1%}" if total else NO_SCORE
