"""A release in numbers and figures, beside those published for the benchmark."""

from building.reporting.figures import composition, questions, reasoning, terms
from building.reporting.numbers import MADE, Numbers, count, length_shares, published, ranked, reasoning_shares, shares
from building.reporting.words import Questions

__all__ = [
    "MADE",
    "Numbers",
    "Questions",
    "composition",
    "count",
    "length_shares",
    "published",
    "questions",
    "ranked",
    "reasoning",
    "reasoning_shares",
    "shares",
    "terms",
]
