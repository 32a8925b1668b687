"""Answers outside /api: downloads, and uploads of large files."""

from __future__ import annotations

import hashlib
import re

from tests.hub_double.hub import Hub, route
from tests.hub_double.messages import ApiError, Request, Response

_PLACE = r"/(?:(?P<kind>datasets|spaces)/)?(?P<id>[^/]+/[^/]+)"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@route("GET HEAD", _PLACE + r"/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
def resolve(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    """A file, or the part of it that a Range asks for."""
    commit = hub.readable(request, values).find(values["revision"])
    file = commit.files.get(values["path"])
    if file is None:
        raise ApiError(404, "Entry not found", code="EntryNotFound")
    headers = {
        "Content-Type": "application/octet-stream",
        "ETag": f'"{file.etag}"',
        "X-Repo-Commit": commit.oid,
        "Accept-Ranges": "bytes",
    }
    if file.lfs:
        headers |= {"X-Linked-Etag": f'"{file.etag}"', "X-Linked-Size": str(len(file.content))}
    asked = request.headers.get("range")
    if asked is None:
        return Response(200, file.content, headers)
    start, end = _part(asked, len(file.content))
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(file.content)}"
    return Response(206, file.content[start:end], headers)


def _part(asked: str, size: int) -> tuple[int, int]:
    """First byte and the one behind the last of a Range header."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not any(found.groups()):
        raise ApiError(416, f"Range {asked!r}; expected one range of bytes")
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    start, end = int(first), min(size, int(last) + 1 if last else size)
    if start >= end:
        raise ApiError(416, f"Range {asked!r} of a file of {size} bytes")
    return start, end


@route("POST", _PLACE + r"\.git/info/lfs/objects/batch")
def lfs_batch(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    """Where to send each object; nothing to do for one that is there already."""
    repository = hub.writable(request, values)
    objects = []
    for asked in request.json()["objects"]:
        answer: dict = {"oid": asked["oid"], "size": asked["size"]}
        if asked["oid"] not in repository.uploads:
            href = f"{hub.endpoint}/lfs-uploads/{repository.kind}/{repository.id}/{asked['oid']}"
            answer["actions"] = {"upload": {"href": href}}
        objects.append(answer)
    return Response.of({"transfer": "basic", "objects": objects})


@route("PUT", r"/lfs-uploads/(?P<kind>models|datasets|spaces)/(?P<id>[^/]+/[^/]+)/(?P<oid>[0-9a-f]{64})")
def lfs_upload(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    """An object, which has to have the SHA-256 that it was announced with. No token is sent here, as to a storage."""
    repository = hub.repositories.get((values["kind"], values["id"]))
    if repository is None:
        raise ApiError(404, "no such upload")
    found = hashlib.sha256(request.body).hexdigest()
    if found != values["oid"]:
        raise ApiError(400, f"SHA-256 is {found}, not {values['oid']}")
    repository.uploads[found] = request.body
    return Response()
