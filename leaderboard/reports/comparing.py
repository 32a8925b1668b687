"""A comparison of two results as text."""

from __future__ import annotations

from leaderboard.exports.escaping import markdown_table, markdown_text
from leaderboard.records import MIN_PATIENTS, Comparison
from leaderboard.reports.scales import MEASURES
from leaderboard.reports.wording import MISSING, count, kind_name, score, signed, signed_interval, track_name

_HEADER = ["Stratum", "Value", "Measure", "n", "Patients", "A", "B", "B - A", "B - A, 95%"]


def comparison_markdown(result: Comparison) -> str:
    """A comparison as Markdown: who is compared, the test, and a table of every difference with its counts."""
    p = MISSING if result.wilcoxon_p is None else f"{result.wilcoxon_p:.2g}"
    parts = [
        f"## {markdown_text(track_name(result.track))}",
        f"- A: {markdown_text(result.a)}\n- B: {markdown_text(result.b)}",
        f"{count(result.n)} turns of {count(result.n_patients)} patients. A difference above 0 means that B is better. "
        f"Signed-rank test on the patients' mean Dice (Wilcoxon): p = {p}. Intervals are from "
        f"{count(result.resampling.resamples)} resamples of the patients, the same for both, and are not corrected for "
        f"the number of strata; they are n/a below {MIN_PATIENTS} patients.",
        markdown_table(_HEADER, _rows(result)),
    ]
    return "\n\n".join(parts)


def _rows(result: Comparison) -> list[list[str]]:
    return [
        [
            *(markdown_text(kind_name(item.kind)), markdown_text(item.value), MEASURES[item.measure]),
            *(count(item.n), count(item.n_patients), score(item.a), score(item.b)),
            *(signed(item.difference), signed_interval(item.interval)),
        ]
        for item in result.differences
    ]
