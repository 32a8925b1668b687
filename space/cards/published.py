"""The results that the benchmark's authors printed."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard import PublishedResult
from space.cards.html import escape, notice, table
from space.words import Words


def published(words: Words, results: Sequence[PublishedResult]) -> str:
    """One table a track, with a line on why they are not in the ranking, and their source."""
    parts = [notice(words("table.published_note"))]
    for track in dict.fromkeys(result.track for result in results):
        rows = [result for result in results if result.track == track]
        regions = list(rows[0].region_dice)
        heads = [
            words("table.published_model"),
            words("table.published_overall"),
            *(words.name("region", region) for region in regions),
        ]
        lines = [
            [
                escape(row.model),
                f"<b>{row.dice:.4f}</b> / {row.iou:.4f}",
                *(f"{row.region_dice[region]:.4f} / {row.region_iou[region]:.4f}" for region in regions),
            ]
            for row in rows
        ]
        parts.append(table(heads, lines, words.track(track)))
    sources = dict.fromkeys(result.source for result in results)
    return "".join(parts) + "".join(f'<p class="help">{escape(source)}</p>' for source in sources)
