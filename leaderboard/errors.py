"""Errors of the leaderboard. Everything a caller may want to catch hangs below one root.

SubmissionError (ValueError)
├── SubmissionRefused   a prediction file that breaks rules; `.report` lists every problem found
├── MetaError           a submission's description (model name, link, user ...) that breaks rules
├── TruthError          a truth file that cannot be used
└── StoreError          records that cannot be kept or found
    └── RecordNotFound  no record has this id
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaderboard.report import ValidationReport


class SubmissionError(ValueError):
    """Root of all errors of this package."""


class SubmissionRefused(SubmissionError):  # noqa: N818 - it says what happened, as in the messages
    """A prediction file that is not accepted; `report` is the whole ValidationReport."""

    def __init__(self, report: ValidationReport):
        super().__init__(report.to_text())
        self.report = report


class MetaError(SubmissionError):
    """A field of a submission's description breaks a rule; the message names the field, the value and the rule."""


class TruthError(SubmissionError):
    """The truth file is missing a column, contradicts itself or is no truth file."""


class StoreError(SubmissionError):
    """The store refused a record or holds something that contradicts it."""


class RecordNotFound(StoreError):  # noqa: N818
    """No record has this id."""
