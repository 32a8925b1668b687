"""Users as the Hub's id tokens describe them."""

from __future__ import annotations


def person(name: str, organisations: tuple[str, ...] = ()) -> dict:
    """The claims about a user; `orgs` is a list, as the Hub sends it for members of organisations."""
    return {
        "sub": f"id-of-{name}",
        "name": name.capitalize(),
        "preferred_username": name,
        "profile": f"https://huggingface.co/{name}",
        "picture": "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "website": "",
        "isPro": False,
        "orgs": [
            {"sub": f"id-of-{org}", "name": org, "preferred_username": org, "picture": "", "isEnterprise": False}
            for org in organisations
        ],
    }
