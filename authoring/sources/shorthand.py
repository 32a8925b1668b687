"""The short form of a source description: one pattern of images, one of labels, and what the label values mean."""

from authoring.errors import SourceError

NEEDED = ("images", "labels", "names", "modality", "region")
#: What the short form says of every scan, as the full form does under `files`.
OF_FILES = (
    "modality",
    "channel",
    "series",
    "window",
    "orientation",
    "trust_orientation",
    "spacing_mm",
    "where",
    "split",
    "splits",
)
#: What it says of the slices to show, as the full form does under `views`.
OF_VIEWS = ("region", "plane", "pixels", "having", "lacking")
FULL = ("cases", "files", "label_maps", "views")
#: Enough slices of a scan to show its organs, far enough apart to differ.
SLICES, GAP_MM = 10, 10


def expanded(raw: object) -> object:
    """The full form of what a YAML file holds; a full form stays as it is.

    Raises SourceError where the short form lacks a key, is mixed with the full one, or has no * that tells patients.
    """
    if not isinstance(raw, dict) or "images" not in raw:
        return raw
    if missing := [key for key in NEEDED if key not in raw]:
        raise SourceError(f"{', '.join(missing)}: missing; a description with `images` needs {', '.join(NEEDED)}")
    if mixed := [key for key in FULL if key in raw]:
        raise SourceError(f"{', '.join(mixed)}: not beside `images`; expected either the short form or the full one")
    view = {key: raw[key] for key in OF_VIEWS if key in raw}
    view |= {"slices": raw.get("slices", SLICES), "gap_mm": raw.get("gap_mm", GAP_MM)}
    files = {key: raw[key] for key in OF_FILES if key in raw}
    files |= {
        "image": _pattern(raw["images"], "images"),
        "labels": [{"file": _pattern(raw["labels"], "labels"), "map": "names"}],
        "sequence": raw.get("sequence", "other"),
        "views": [view],
    }
    used = {*NEEDED, *OF_FILES, *OF_VIEWS, "sequence", "slices", "gap_mm", "redistribute"}
    return {
        **{key: value for key, value in raw.items() if key not in used},
        # Whoever says nothing of it has not allowed it.
        "redistribute": raw.get("redistribute", "no"),
        "files": [files],
        "label_maps": {"names": raw["names"]},
    }


def _pattern(text: object, key: str) -> str:
    """The pattern with {patient} for its *."""
    if not isinstance(text, str) or text.count("*") + text.count("{patient}") != 1:
        raise SourceError(f"{key}: {text!r}; expected one * where the names of two patients differ")
    return text.replace("*", "{patient}")
