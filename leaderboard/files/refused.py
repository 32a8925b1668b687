"""The signal by which a reader gives up on a whole file."""

from __future__ import annotations

from leaderboard.problems import Problem


class Refused(Exception):  # noqa: N818 - a signal between reader and dispatcher, not an error of the package
    """Nothing more can be said about the rows of this file; `problem` says why."""

    def __init__(self, problem: Problem):
        super().__init__(str(problem))
        self.problem = problem


def too_large(value: str, expected: str, field: str | None = None) -> Refused:
    """A limit is exceeded."""
    return Refused(Problem(kind="too_large", field=field, value=value, expected=expected))


def unreadable(value: str, expected: str, field: str | None = None) -> Refused:
    """The file is damaged, or made in a way that is not read."""
    return Refused(Problem(kind="unreadable", field=field, value=value, expected=expected))
