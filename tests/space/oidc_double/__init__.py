"""A small OpenID Connect provider for tests: real HTTP on this computer, one client, and a user who always agrees.

    with OidcDouble("client", "secret") as provider:
        provider.user = person("someone")
        ... an app with OPENID_PROVIDER_URL=provider.endpoint signs "someone" in

It speaks what gradio's sign-in asks for: discovery, authorisation by code, tokens with RS256-signed id tokens, keys and
user info, with the claims of the Hugging Face Hub.
"""

from tests.space.oidc_double.people import person
from tests.space.oidc_double.server import OidcDouble

__all__ = ["OidcDouble", "person"]
