"""YAML is read as it stands: what is no YAML, and a key that stands twice, is refused with file and line."""

import pytest

from authoring.errors import SourceError
from authoring.yaml_files import read_yaml


def written(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_keep_their_kinds(tmp_path):
    text = "a: {1: liver, '2': null}\nb: &x [1.5, yes]\nc: *x\n"
    assert read_yaml(written(tmp_path, text)) == {"a": {1: "liver", "2": None}, "b": [1.5, True], "c": [1.5, True]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", r"a.yaml: not YAML \(the key 'a' stands twice .*line 3"),
        ("maps:\n  one: {1: liver, 1: spleen}\n", r"the key 1 stands twice .*line 2"),
        ("a: [1, 2\n", r"a.yaml: not YAML"),
        ("{a: 1}: b\n", r"a.yaml: not YAML"),
        ("a: !!python/object:os.system x\n", r"a.yaml: not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_yaml(written(tmp_path, text))


def test_merged_keys_may_be_overridden(tmp_path):
    assert read_yaml(written(tmp_path, "x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\n"))["y"] == {"a": 3, "b": 2}
