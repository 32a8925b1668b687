"""How numbers and names are written in reports: n/a where there is none, never 0."""

from __future__ import annotations

from collections.abc import Sequence

MISSING = "n/a"

_LANGUAGES = {"en": "English", "zh": "Chinese"}
_KINDS = {
    "headline": "Mean of the regions",
    "overall": "All turns",
    "region": "Region",
    "modality": "Modality",
    "facet": "Facet of reasoning",
    "system": "Organ system",
    "segmentation_turn": "Segmentation turn",
    "target_size": "Target size (mm)",
    "target_size_px": "Target size (pixels)",
    "turn_curve": "Turn, all dialogues",
    "fixed_cohort_curve": "Turn, fixed cohort",
}
HISTORY = {
    "own": "its own earlier turns",
    "none": "no history",
    "gt": "true history (needs the truth, so it does not compete)",
    "text_gt_mask_own": "true text with its own masks (needs the truth, so it does not compete)",
}


def score(value: float | None) -> str:
    """A share with four digits."""
    return MISSING if value is None else f"{value:.4f}"


def signed(value: float | None) -> str:
    """A difference of shares with four digits and its sign."""
    return MISSING if value is None else f"{value:+.4f}"


def distance(value: float | None) -> str:
    """A distance with two digits."""
    return MISSING if value is None else f"{value:.2f}"


def interval(ends: Sequence[float] | None) -> str:
    """Both ends of an interval of shares."""
    return MISSING if ends is None else f"{ends[0]:.4f} to {ends[1]:.4f}"


def signed_interval(ends: Sequence[float] | None) -> str:
    """Both ends of an interval of differences."""
    return MISSING if ends is None else f"{ends[0]:+.4f} to {ends[1]:+.4f}"


def ranks(ends: Sequence[int] | None) -> str:
    """A rank interval; one number where both ends are the same."""
    if ends is None:
        return MISSING
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def count(value: int | None) -> str:
    """A whole number with separated thousands."""
    return MISSING if value is None else f"{value:,}"


def counted(number: int, one: str) -> str:
    """ "1 patient", "2 patients"."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def track_name(track: str) -> str:
    """ "en-multi" -> "English, multi turn"."""
    language, _, turns = track.partition("-")
    return f"{_LANGUAGES.get(language, language)}, {turns} turn"


def kind_name(kind: str) -> str:
    """A stratum's kind as a heading."""
    return _KINDS.get(kind, kind)
