"""What a predictions file looks like, with one to download."""

from __future__ import annotations

from collections.abc import Sequence

from space.cards.html import escape, table
from space.submission.example import FORMATS
from space.words import Words

_COLUMNS = ("dialogue_id", "language", "turn", "size", "counts")


def file_help(words: Words, splits: Sequence[str], rows: int) -> str:
    """The columns, and an example for each split; rows: of a file that answers all of the first split."""
    first = words.name("split", splits[0])
    lines = [[f"<code>{name}</code>", escape(words(f"submit.help_{name}", split=first))] for name in _COLUMNS]
    return (
        f'<section class="help file-help"><h4>{escape(words("submit.help_title"))}</h4>'
        f"<p>{escape(words('submit.help_rows', rows=f'{rows:,}', split=first))}</p>"
        f"{table([words('submit.help_column'), words('submit.help_meaning')], lines)}"
        f"<p>{escape(words('submit.help_empty'))}</p>"
        f"<p>{escape(words('submit.example'))} {' · '.join(_example(words, split) for split in splits)}</p></section>"
    )


def _example(words: Words, split: str) -> str:
    links = (f'<a href="./example/{escape(split)}.{form}" download>{escape(split)}.{form}</a>' for form in FORMATS)
    return ", ".join(links)
