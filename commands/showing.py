"""Lists and comparisons on a terminal. Only names and reasons are broken into lines, never an id or a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from console import add_row, counted, interval, new_table, print_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leaderboard import AuditLine, Comparison, Difference, HistoryGap, Submission


def print_submissions(console: Console, submissions: Sequence[Submission]) -> None:
    """Prints submissions, one a line: id, time, user, model, state, reason."""
    table = new_table(counted(len(submissions), "submission"), "id", "at (UTC)", "user", "model", "state", "reason")
    for item in submissions:
        state = "verified" if item.verified and item.state == "scored" else item.state
        add_row(table, item.id, _minute(item.created), item.user, item.meta.model, state, item.reason or "")
    print_whole(console, table)


def print_audit(console: Console, lines: Sequence[AuditLine]) -> None:
    """Prints the lines of an audit: time, who, what, submission and its owner, reason."""
    if not lines:
        console.print("the audit has no line yet")
        return
    columns = ("at (UTC)", "by", "action", "submission", "owner", "reason")
    table = new_table(f"{counted(len(lines), 'line')} of the audit", *columns)
    for line in lines:
        add_row(table, _minute(line.at), line.by, line.action, line.submission, line.user, line.reason)
    print_whole(console, table)


def _minute(moment: str) -> str:
    """A moment as tables show it: 2026-01-31 12:34."""
    return f"{moment[:10]} {moment[11:16]}"


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Prints the paired differences B - A: the headline with both measures, then the Dice of every cell."""
    from leaderboard.records import MIN_PATIENTS

    title = f"{comparison.track}: B - A over {counted(comparison.n, 'turn')} of " + counted(
        comparison.n_patients, "patient"
    )
    table = new_table(title, "of", "value", "measure", "turns", "patients", "A", "B", "B - A", "95% interval")
    for item in comparison.differences:
        if item.kind == "headline" or item.measure == "dice":
            add_row(table, *_difference_cells(item), style="bold" if is_clear(item) else None)
    print_whole(console, table)
    console.print(Text(f"  A: {comparison.a}"))
    console.print(Text(f"  B: {comparison.b}"))
    if comparison.wilcoxon_p is None:
        console.print(Text(f"  no intervals and no test below {MIN_PATIENTS} patients"))
    else:
        console.print(Text("  bold: the interval of the difference leaves 0 out"))
        test = f"Wilcoxon signed-rank test on patient mean Dice: p = {comparison.wilcoxon_p:.3g}"
        console.print(Text(f"  {test}"))


def print_gaps(console: Console, gaps: Sequence[HistoryGap]) -> None:
    """Prints the headline Dice of each model with its own and with the true history, and the difference."""
    if not gaps:
        console.print("no model has both a run with --history own and one with --history gt on this split")
        return
    names = ("model", "user", "track", "turns", "patients", "own", "true", "true - own", "95% interval")
    table = new_table("headline Dice with the true history and with the model's own", *names)
    for gap in gaps:
        headline = next(item for item in gap.comparison.differences if item.measure == "dice")
        numbers = _difference_cells(headline)[3:]
        add_row(table, gap.model, gap.user, gap.track, *numbers)
    print_whole(console, table)


def is_clear(difference: Difference) -> bool:
    """Whether the interval of the difference leaves 0 out."""
    if difference.interval is None:
        return False
    low, high = difference.interval
    return low > 0 or high < 0


def _difference_cells(item: Difference) -> list[str]:
    return [
        item.kind,
        item.value,
        item.measure,
        f"{item.n:,}",
        f"{item.n_patients:,}",
        f"{item.a:.3f}",
        f"{item.b:.3f}",
        f"{item.difference:+.3f}",
        interval(item.interval, "+.3f"),
    ]
