"""Answers about the settings of Spaces: public variables, and secrets of which only the names are told."""

from __future__ import annotations

from tests.hub_double.hub import Hub, route
from tests.hub_double.messages import ApiError, Request, Response
from tests.hub_double.repositories import Repository

_SPACE = r"/api/(?P<kind>spaces)/(?P<id>[^/]+/[^/]+)"
_SDKS = ("gradio", "docker", "static")


def settle_in(repository: Repository, asked: dict) -> None:
    """Takes what a request to create a Space says of it beside its name."""
    if asked.get("sdk") not in _SDKS:
        raise ApiError(400, f'"sdk" must be one of {", ".join(_SDKS)}')
    repository.sdk = asked["sdk"]
    for name, settings in (("variables", repository.variables), ("secrets", repository.secrets)):
        settings.update({item["key"]: item["value"] for item in asked.get(name, [])})


@route("GET", _SPACE + "/variables")
def variables(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    return _told(hub.writable(request, values).variables)


@route("POST", _SPACE + "/variables")
def add_variable(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    repository = hub.writable(request, values)
    _add(repository.variables, request)
    return _told(repository.variables)


@route("GET", _SPACE + "/secrets")
def secrets(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    names = hub.writable(request, values).secrets
    return Response.of({name: {"updatedAt": "2026-01-31T12:00:00.000Z"} for name in names})


@route("POST", _SPACE + "/secrets")
def add_secret(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    _add(hub.writable(request, values).secrets, request)
    return Response.of({})


def _add(settings: dict[str, str], request: Request) -> None:
    asked = request.json()
    settings[asked["key"]] = asked["value"]


def _told(settings: dict[str, str]) -> Response:
    return Response.of({name: {"value": value} for name, value in settings.items()})
