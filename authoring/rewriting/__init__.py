"""Rewords the questions of a release with a language model, and accepts only what says the same."""

from authoring.rewriting.applying import Applied, apply_rewrites
from authoring.rewriting.asking import Limits, Outcome
from authoring.rewriting.check import problem
from authoring.rewriting.endpoint import Endpoint
from authoring.rewriting.errors import EndpointError, RewritingError
from authoring.rewriting.rewriting import Result, rewrite_release

__all__ = [
    "Applied",
    "Endpoint",
    "EndpointError",
    "Limits",
    "Outcome",
    "Result",
    "RewritingError",
    "apply_rewrites",
    "problem",
    "rewrite_release",
]
