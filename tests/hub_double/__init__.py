"""A small Hugging Face Hub for tests: real HTTP on this computer, repositories in memory, faults on demand.

    with HubDouble() as hub:
        hub.add_account("hf_token", "someone", organisations=["ORG"])
        api = HfApi(endpoint=hub.endpoint, token="hf_token")
        hub.faults.add(path="/commit/", status=503, times=2)

It speaks what huggingface_hub 2.4 sends for repositories, commits, listings, downloads, tags and LFS uploads, and for
the variables and secrets of Spaces. It does not speak Xet: `HF_HUB_DISABLE_XET=1` has to be set, or `without_network()`
entered, before a large file is sent.
`python -m tests.hub_double` runs one in a process of its own.
"""

from tests.hub_double.client import lead_client_to, without_network
from tests.hub_double.faults import Fault, Faults
from tests.hub_double.repositories import File, Repository
from tests.hub_double.server import HubDouble

__all__ = ["Fault", "Faults", "File", "HubDouble", "Repository", "lead_client_to", "without_network"]
