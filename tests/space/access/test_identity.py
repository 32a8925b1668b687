"""Who a request comes from."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Iterator
from types import SimpleNamespace

import gradio as gr
import pytest
from huggingface_hub import constants, hf_api
from starlette.middleware.sessions import SessionMiddleware

from space.access.identity import HubIdentity, IdentityError, LocalIdentity, session_profile
from space.access.sign_in import SmallSession
from tests.hub_double import HubDouble, without_network
from tests.space.apart import run_apart
from tests.space.oidc_double import person

WHOAMI = "GET /api/whoami-v2"


@pytest.fixture
def hub(monkeypatch) -> Iterator[HubDouble]:
    """A Hub that knows the token of robin."""
    with without_network(), HubDouble() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
        monkeypatch.setattr(hf_api.api, "endpoint", hub.endpoint)
        hub.add_account("hf_of_robin", "robin", organisations=["clinic"])
        yield hub


def _request(headers: dict | None = None, session: dict | None = None) -> gr.Request:
    """A request as gradio hands it to a handler."""
    scope = {"type": "http", "session": session or {}}
    return gr.Request(SimpleNamespace(headers=headers or {}, scope=scope))


def _bearer(token: str, header: str = "x-hf-authorization") -> gr.Request:
    return _request({header: f"Bearer {token}"})


def _session(name: str, organisations: tuple[str, ...] = (), expires_in: float = 100.0) -> dict:
    return {"oauth_info": {"expires_at": time.time() + expires_in, "userinfo": person(name, organisations)}}


def test_on_ones_own_computer_everybody_is_the_same_user():
    assert LocalIdentity().user(None, _bearer("hf_of_robin")) == "local"
    assert not LocalIdentity().signs_in


def test_a_visitor_is_nobody():
    assert HubIdentity().user(None, _request()) is None
    assert HubIdentity().signs_in


@pytest.mark.parametrize("organisations", [(), ("clinic", "lab")])
def test_a_session_tells_the_user(organisations):
    request = _request(session=_session("ada", organisations))
    assert HubIdentity().user(None, request) == "ada"
    assert session_profile(request).username == "ada"


def test_the_profile_that_gradio_gives_tells_the_user():
    assert HubIdentity().user(gr.OAuthProfile(person("ada")), _request()) == "ada"


def test_a_session_that_has_expired_tells_nobody():
    request = _request(session=_session("ada", expires_in=-1))
    assert HubIdentity().user(None, request) is None


def test_a_request_without_sessions_tells_nobody():
    assert HubIdentity().user(None, gr.Request(SimpleNamespace(headers={}, scope={}))) is None


@pytest.mark.parametrize(
    ("site", "user"), [("same-origin", "ada"), ("none", "ada"), ("cross-site", None), ("same-site", None)]
)
def test_the_session_does_not_count_for_requests_that_another_site_makes(site, user):
    """The cookie of a Space is sent along with them."""
    request = _request({"sec-fetch-site": site}, _session("ada"))
    assert HubIdentity().user(None, request) == user
    assert HubIdentity().user(gr.OAuthProfile(person("ada")), request) == user


@pytest.mark.parametrize("header", ["x-hf-authorization", "authorization"])
def test_a_token_tells_its_user(hub, header):
    assert HubIdentity().user(None, _bearer("hf_of_robin", header)) == "robin"


def test_whose_a_token_is_is_remembered_for_a_while(hub):
    clock = SimpleNamespace(time=0.0)
    identity = HubIdentity(known_s=300, now=lambda: clock.time)
    for _ in range(3):
        assert identity.user(None, _bearer("hf_of_robin")) == "robin"
    assert hub.seen[WHOAMI] == 1
    clock.time = 301.0
    assert identity.user(None, _bearer("hf_of_robin")) == "robin"
    assert hub.seen[WHOAMI] == 2


def test_a_bad_token_is_refused_and_asked_again_soon(hub):
    clock = SimpleNamespace(time=0.0)
    identity = HubIdentity(refused_s=10, now=lambda: clock.time)
    for _ in range(2):
        with pytest.raises(IdentityError, match=r"is not valid\. Make a new one") as refused:
            identity.user(None, _bearer("hf_of_nobody"))
        assert refused.value.key == "submit.token_refused"
    assert hub.seen[WHOAMI] == 1
    hub.add_account("hf_of_nobody", "newcomer")
    clock.time = 11.0
    assert identity.user(None, _bearer("hf_of_nobody")) == "newcomer"


@pytest.mark.parametrize(
    ("owner", "key"),
    [
        ({"type": "org", "name": "clinic"}, "submit.token_not_user"),
        ({"type": "user", "name": "ada", "auth": {"type": "oauth"}}, "submit.token_of_app"),
    ],
)
def test_tokens_of_organisations_and_of_other_apps_are_refused(monkeypatch, owner, key):
    monkeypatch.setattr("space.access.identity.whoami", lambda token: owner)
    with pytest.raises(IdentityError) as refused:
        HubIdentity().user(None, _bearer("hf_some"))
    assert refused.value.key == key


def test_a_hub_that_fails_is_no_bad_token_and_is_not_told_of_the_token(hub, caplog):
    caplog.set_level(logging.DEBUG)
    hub.faults.add(path="/whoami-v2", status=500, times=99)
    with pytest.raises(IdentityError) as refused:
        HubIdentity().user(None, _bearer("hf_of_robin"))
    assert refused.value.key == "submit.token_unchecked"
    said = [record.getMessage() for record in caplog.records if record.name == "space.access.identity"]
    assert said == ["the Hub did not say whose a token is: status 500"]


def test_a_hub_that_cannot_be_reached_is_told(hub):
    hub.faults.add(path="/whoami-v2", drop="before", times=99)
    with pytest.raises(IdentityError) as refused:
        HubIdentity().user(None, _bearer("hf_of_robin"))
    assert refused.value.key == "submit.token_unchecked"


def test_made_up_tokens_cannot_have_the_hub_asked_without_end(hub):
    identity = HubIdentity(lookups_per_minute=(5, 5))
    keys = []
    for number in range(8):
        with pytest.raises(IdentityError) as refused:
            identity.user(None, _bearer(f"hf_made_up_{number}"))
        keys.append(refused.value.key)
    assert keys == ["submit.token_refused"] * 5 + ["submit.token_unchecked"] * 3
    assert hub.seen[WHOAMI] == 5


def test_made_up_tokens_of_one_visitor_do_not_keep_others_out(hub):
    identity = HubIdentity(lookups_per_minute=(2, 60), is_proxied=True)
    for number in range(4):
        with pytest.raises(IdentityError):
            identity.user(None, _from("5.6.7.8", f"hf_made_up_{number}"))
    assert hub.seen[WHOAMI] == 2
    assert identity.user(None, _from("9.9.9.9", "hf_of_robin")) == "robin"


def _from(address: str, token: str) -> gr.Request:
    return _request({"authorization": f"Bearer {token}", "x-forwarded-for": address})


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer a b", "Basic abc", "Bearer \n", "hf_of_robin", "Bearer ü"])
def test_what_is_no_bearer_token_is_not_sent_to_the_hub(hub, value):
    assert HubIdentity().user(None, _request({"authorization": value})) is None
    assert hub.seen[WHOAMI] == 0


# What is kept of a sign-in


def _answered(session: dict) -> dict:
    """The session after an answer, with the Starlette middleware that gradio uses around ours."""

    async def app(scope, receive, send) -> None:
        scope["session"].update(session)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    sent = []

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    run_apart(SessionMiddleware(SmallSession(app), secret_key="key")(scope, None, send))
    (cookie,) = (value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie")
    assert len(cookie) < 4096  # or a browser drops it
    content = cookie.removeprefix("session=").split(".")[0]
    return json.loads(base64.b64decode(content + "=" * (-len(content) % 4)))


def test_a_cookie_tells_who_signed_in_and_no_more():
    info = _session("ada", tuple(f"organisation-{number}" for number in range(40)))["oauth_info"]
    kept = _answered({"oauth_info": {**info, "access_token": "secret", "id_token": "x" * 5000}})
    user = {name: info["userinfo"][name] for name in ("name", "preferred_username", "profile", "picture")}
    assert kept == {"oauth_info": {"userinfo": user, "expires_at": info["expires_at"]}}
    assert session_profile(_request(session=kept)).username == "ada"


def test_a_session_without_a_sign_in_stays_as_it_is():
    assert _answered({"_state_huggingface_x": {"nonce": "n"}}) == {"_state_huggingface_x": {"nonce": "n"}}
