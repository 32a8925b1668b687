"""Reports for reading: one submission in full, a comparison of two, and the figures of both.

Importing this loads matplotlib, so the other parts of the leaderboard do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leaderboard.records import Record, TableRow
from leaderboard.reports import figures
from leaderboard.reports.comparing import comparison_markdown
from leaderboard.reports.html import to_html
from leaderboard.reports.markdown import write_folder
from leaderboard.reports.submission import submission_report

__all__ = ["comparison_markdown", "figures", "report_html", "write_markdown"]


def report_html(record: Record, rows: Mapping[str, TableRow] | None = None) -> str:
    """The report of a submission as one self-contained page without scripts.

    rows: track -> the submission's row of that table, for rank, tier and verification; n/a without them.
    """
    return to_html(submission_report(record, rows))


def write_markdown(record: Record, rows: Mapping[str, TableRow] | None, folder: Path | str) -> Path:
    """The report of a submission as `folder`/report.md with PNG figures beside it; returns its path.

    Raises FileExistsError when the folder exists and holds anything, OSError when it cannot be written.
    """
    return write_folder(submission_report(record, rows), folder)
