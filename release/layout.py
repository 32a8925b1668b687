"""Where things lie in a release folder, and the digests that hold it together."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from release.records import Release

HEADER = "release.json"
ANNOTATIONS = "annotations.jsonl"
DIALOGUES = "dialogues.jsonl"
TEXTS = "texts.jsonl"
#: Rewordings that a model wrote and the check accepted, kept so that they can be made again without the model.
REWRITES = "rewrites.jsonl"
IMAGES = "images"


def image_file(image_id: str) -> str:
    """The place of an image inside a release folder."""
    return f"{IMAGES}/{image_id}.png"


def file_sha256(path: Path) -> str:
    """The sha256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def header_bytes(header: Release) -> bytes:
    """release.json as it is written: indented for readers, in a fixed order."""
    content = header.model_dump(mode="json")
    content["files"] = dict(sorted(content["files"].items()))
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def release_digest(header: Release) -> str:
    """sha256 over the canonical content of release.json, which holds the sha256 of every other file."""
    content = header.model_dump(mode="json")
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
