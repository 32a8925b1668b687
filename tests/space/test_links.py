"""What the page's address may ask for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from space.links import Link


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ({}, Link()),
        ({"tab": "browse", "dialogue": "d-1.x_2", "turn": "3"}, Link(dialogue="d-1.x_2", turn=3)),
        ({"model": "abc", "track": "en-multi"}, Link(model="abc", track="en-multi")),
        ({"model": "<script>"}, Link()),
        ({"dialogue": "../x", "turn": "-1"}, Link()),
        ({"turn": "99999"}, Link()),
    ],
)
def test_only_well_formed_parts_are_taken(query, link):
    assert Link.of(SimpleNamespace(query_params=query)) == link
