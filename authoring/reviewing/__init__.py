"""Reviewing: people look at a sample of the questions, and what they decide goes into the release."""

from authoring.reviewing.agreement import Agreement, agreements
from authoring.reviewing.applying import Applied, apply_review
from authoring.reviewing.decisions import CHOICES, Decision, DecisionLog, Item, latest, read_all, read_decisions
from authoring.reviewing.sampling import Extent, Sampled, sample

__all__ = [
    "CHOICES",
    "Agreement",
    "Applied",
    "Decision",
    "DecisionLog",
    "Extent",
    "Item",
    "Sampled",
    "agreements",
    "apply_review",
    "latest",
    "read_all",
    "read_decisions",
    "sample",
]
