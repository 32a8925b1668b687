"""Authoring: labelled CT and MR scans in, a release folder of checked bilingual dialogues out."""

from authoring.author import Header, author
from authoring.errors import AuthoringError, DownloadError, OrientationError, SourceError
from authoring.packages import fetch, fetch_scans
from authoring.sources.catalogue import Package, SourceDescription, demo_sources, read_source

__all__ = [
    "AuthoringError",
    "DownloadError",
    "Header",
    "OrientationError",
    "Package",
    "SourceDescription",
    "SourceError",
    "author",
    "demo_sources",
    "fetch",
    "fetch_scans",
    "read_source",
]
