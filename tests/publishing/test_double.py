"""The double of the Hub keeps to what is known of Spaces, asked through huggingface_hub itself."""

from __future__ import annotations

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

NAME = "ORG/board"


@pytest.fixture
def space(api):
    """A public Space."""
    api.create_repo(NAME, repo_type="space", space_sdk="gradio", space_variables=[{"key": "A", "value": "1"}])
    return NAME


def test_variables_are_read_back_and_written_over(api, space):
    api.add_space_variable(space, "B", "2")
    api.add_space_variable(space, "A", "3")
    assert {name: item.value for name, item in api.get_space_variables(space).items()} == {"A": "3", "B": "2"}


def test_of_secrets_only_the_names_are_told(hub, api, space):
    api.add_space_secret(space, "HF_TOKEN", "hf_hidden")
    assert hub.repository(space, "spaces").secrets == {"HF_TOKEN": "hf_hidden"}
    (found,) = api.get_space_secrets(space).values()
    assert found.key == "HF_TOKEN"
    assert "hf_hidden" not in repr(found)


@pytest.mark.parametrize("ask", ["get_space_variables", "get_space_secrets"])
def test_settings_are_their_owners(hub, space, ask):
    hub.add_account("hf_stranger", "stranger")
    with pytest.raises(HfHubHTTPError, match="403"):
        getattr(HfApi(endpoint=hub.endpoint, token="hf_stranger"), ask)(space)


def test_a_space_is_one_of_an_sdk(hub, token):
    import httpx2

    asked = {"name": "board", "organization": "ORG", "type": "space", "sdk": "abacus"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx2.post(f"{hub.endpoint}/api/repos/create", json=asked, headers=headers)
    assert answer.status_code == 400
    assert '"sdk" must be one of' in answer.json()["error"]
