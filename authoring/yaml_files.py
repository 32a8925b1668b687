"""Reads YAML files: fast, and a key that stands twice is an error, not a silent choice."""

from pathlib import Path
from typing import Any

import yaml

from authoring.errors import SourceError

#: The loader in C reads the texts fifty times as fast.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_SAFE):
    """A safe loader that refuses a mapping with a key twice."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict:
    loader.flatten_mapping(node)
    found = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds. Raises SourceError with file and place for what is no YAML and for a key that stands
    twice."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Strict)
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise SourceError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
