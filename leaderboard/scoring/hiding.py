"""Which scores are kept from the public."""

from __future__ import annotations

from leaderboard.records import Agreement, Cell, TrackScore

_HIDDEN = dict.fromkeys(("dice", "iou", "dice_interval", "iou_interval", "mm", "px"))


def hide_small(score: TrackScore, min_patients: int) -> TrackScore:
    """The score without those of strata and curve points of fewer patients; their counts stay."""

    def hidden(group: dict[str, Cell]) -> dict[str, Cell]:
        return {
            value: cell if cell.n_patients >= min_patients else cell.model_copy(update=_HIDDEN)
            for value, cell in group.items()
        }

    return score.model_copy(
        update={
            "strata": {kind: hidden(group) for kind, group in score.strata.items()},
            "turn_curve": hidden(score.turn_curve),
            "fixed_cohort_curve": hidden(score.fixed_cohort_curve),
        }
    )


def hide_small_agreement(agreement: dict[str, Agreement], min_patients: int) -> dict[str, Agreement]:
    """The agreement without that of fewer patients; the counts stay."""
    nothing = {"dice": None, "dice_interval": None}
    return {
        kind: item if item.n_patients >= min_patients else item.model_copy(update=nothing)
        for kind, item in agreement.items()
    }
