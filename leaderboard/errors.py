"""Errors of the leaderboard. Everything a caller may want to catch hangs below one root.

SubmissionError (ValueError)
├── SubmissionRefused       a prediction file that breaks rules; `.report` lists every problem found
├── QuotaExceeded           the user has no submission left for now; `.allowance` says when the next is allowed
├── MetaError               a submission's description (model name, link, user ...) that breaks rules
├── NotAllowed              the action is its owner's or a maintainer's
├── TruthError              a truth file that cannot be used
├── ComparisonError         two results that cannot be compared
└── StoreError              submissions or records that cannot be kept, changed or found
    ├── RecordNotFound      no record has this id
    └── SubmissionNotFound  no submission has this id
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaderboard.problems import ValidationReport
    from leaderboard.records import Allowance


class SubmissionError(ValueError):
    """Root of all errors of this package."""


class SubmissionRefused(SubmissionError):  # noqa: N818 - it says what happened, as in the messages
    """A prediction file that is not accepted; `report` is the whole ValidationReport.

    report: None when the file itself is not at fault, as for one whose scoring was interrupted again and again.
    """

    def __init__(self, report: ValidationReport | None, reason: str | None = None):
        super().__init__(reason or (report.to_text() if report else "refused"))
        self.report = report


class QuotaExceeded(SubmissionError):  # noqa: N818
    """The user has no submission left for now; `allowance` says what was used and when the next is allowed."""

    def __init__(self, user: str, allowance: Allowance):
        super().__init__(f"{user} has no submission left: {allowance}")
        self.allowance = allowance


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field of a description.

    kind: the rule in one word, for who tells it in other words: "missing", "too_long" (values: limit), "no_name",
    "character" (character), "marks" (limit), "not_plain", "no_address", "user_in_address", "no_number", "choice",
    "needs_truth" (mode), "unsigned", or "other". text: the same in English, with the value and what is expected.
    """

    kind: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


class MetaError(SubmissionError):
    """Fields of a description break rules; the message names each field, its value and the rule.

    faults: what is wrong, by name of the field.
    """

    def __init__(self, faults: Mapping[str, FieldFault]):
        super().__init__("; ".join(f"{name}: {fault.text}" for name, fault in faults.items()))
        self.faults = dict(faults)


class NotAllowed(SubmissionError):  # noqa: N818
    """The action is its owner's or a maintainer's."""


class TruthError(SubmissionError):
    """The truth file is missing a column, contradicts itself or is no truth file."""


class ComparisonError(SubmissionError):
    """Two results that cannot be compared: of different data, scorers or tracks."""


class StoreError(SubmissionError):
    """The store refused a record or holds something that contradicts it."""


class RecordNotFound(StoreError):  # noqa: N818
    """No record has this id."""


class SubmissionNotFound(StoreError):  # noqa: N818
    """No submission has this id."""
