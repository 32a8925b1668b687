"""Authoring: labelled CT and MR scans in, a release folder of checked bilingual dialogues out."""

from authoring.author import Header, Options, author
from authoring.errors import (
    AuthoringError,
    DownloadError,
    DuplicateError,
    OrientationError,
    PrivacyError,
    ReviewError,
    SourceError,
)
from authoring.packages import fetch, fetch_scans
from authoring.reviewing import apply_review
from authoring.rewriting import apply_rewrites
from authoring.sources.catalogue import Package, SourceDescription, catalogue, demo_sources, read_source

__all__ = [
    "AuthoringError",
    "DownloadError",
    "DuplicateError",
    "Header",
    "Options",
    "OrientationError",
    "Package",
    "PrivacyError",
    "ReviewError",
    "SourceDescription",
    "SourceError",
    "apply_review",
    "apply_rewrites",
    "author",
    "catalogue",
    "demo_sources",
    "fetch",
    "fetch_scans",
    "read_source",
]
