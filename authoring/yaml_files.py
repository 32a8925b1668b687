"""Reads YAML files: fast, and a key that stands twice is an error, not a silent choice."""

from pathlib import Path
from typing import Any

import yaml

from authoring.errors import SourceError

#: The loader in C reads the texts fifty times as fast.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


MERGE = "tag:yaml.org,2002:merge"


class _Strict(_SAFE):
    """A safe loader that refuses a mapping with a key twice."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict:
    own = [key for key, _ in node.value if key.tag != MERGE]
    keys = [loader.construct_object(key, deep=True) for key in own]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", own[number].start_mark)
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds. Raises SourceError with file and place for what is no YAML and for a key that stands
    twice."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Strict)
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise SourceError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
