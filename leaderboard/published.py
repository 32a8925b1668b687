"""Results printed in the publication: shown beside a table as context, never ranked in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from leaderboard.records import HEADLINE_REGIONS, Score

_FILE = Path(__file__).with_name("published.yaml")


class PublishedResult(BaseModel):
    """One printed row: the overall means and those of the four regions, as shares with four digits."""

    model_config = ConfigDict(frozen=True)

    track: str
    model: str
    source: str
    iou: Score
    dice: Score
    region_iou: dict[str, Score]
    region_dice: dict[str, Score]


@cache
def published_results() -> tuple[PublishedResult, ...]:
    """All printed rows, by track and in printed order."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        PublishedResult(
            track=track,
            model=model,
            source=data["source"],
            iou=overall[0],
            dice=overall[1],
            region_iou={name: pair[0] for name, pair in zip(HEADLINE_REGIONS, regions, strict=True)},
            region_dice={name: pair[1] for name, pair in zip(HEADLINE_REGIONS, regions, strict=True)},
        )
        for track, models in data["tracks"].items()
        for model, (overall, *regions) in models.items()
    )
