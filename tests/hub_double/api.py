"""Answers below /api: who am I, repositories, commits, listings, branches and tags."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlencode

import yaml

from tests.hub_double.accounts import check_write
from tests.hub_double.hub import Hub, route
from tests.hub_double.messages import ApiError, Request, Response
from tests.hub_double.repositories import MAIN, Commit, File, Repository
from tests.hub_double.spaces import settle_in

_REPOSITORY = r"/api/(?P<kind>models|datasets|spaces)/(?P<id>[^/]+/[^/]+)"
_COMMITS_A_PAGE = 50


@route("GET", "/api/whoami-v2")
def whoami(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    account = hub.account(request)
    if account is None:
        raise ApiError(401, "Invalid username or password.")
    return Response.of(account.to_json())


@route("GET", "/api/agent-harnesses")
def agent_harnesses(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    return Response.of({"standardEnvVars": [], "harnesses": {}})


@route("POST", "/api/validate-yaml")
def validate_yaml(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    """Refuses a card whose metadata is no mapping in YAML; of the fields it knows nothing."""
    content = request.json()["content"]
    try:
        fields = yaml.safe_load(content.split("---\n")[1]) if content.startswith("---\n") else {}
        problem = None if isinstance(fields, dict) else "metadata is no mapping"
    except (yaml.YAMLError, IndexError) as error:
        problem = str(error)
    if problem:
        raise ApiError(400, "Invalid metadata", errors=[{"message": problem}], warnings=[])
    return Response.of({"errors": [], "warnings": [] if fields else [{"message": "empty or missing yaml metadata"}]})


@route("POST", "/api/repos/create")
def create(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    asked = request.json()
    account = hub.account(request)
    if account is None:
        raise ApiError(401, "Invalid username or password.")
    namespace = asked.get("organization") or account.name
    if not account.may_write or not account.owns(namespace):
        raise ApiError(403, f'You don\'t have the rights to create a repository under the namespace "{namespace}".')
    kind, name = f"{asked.get('type', 'model')}s", f"{namespace}/{asked['name']}"
    url = f"{hub.endpoint}/{'' if kind == 'models' else kind + '/'}{name}"
    if (kind, name) in hub.repositories:
        raise ApiError(409, f"You already created this {kind[:-1]} repo", url=url)
    private = asked.get("visibility") == "private" or bool(asked.get("private"))
    repository = Repository(kind, name, private)
    if kind == "spaces":
        settle_in(repository, asked)
    hub.repositories[kind, name] = repository
    return Response.of({"url": url, "name": name, "id": name})


@route("DELETE", "/api/repos/delete")
def delete(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    asked = request.json()
    account = hub.account(request)
    namespace = asked.get("organization") or (account.name if account else "")
    key = (f"{asked.get('type', 'model')}s", f"{namespace}/{asked['name']}")
    check_write(account, hub.repositories.get(key))
    del hub.repositories[key]
    return Response.of({})


@route("GET", _REPOSITORY)
@route("GET", _REPOSITORY + r"/revision/(?P<revision>[^/]+)")
def info(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    repository = hub.readable(request, values)
    commit = repository.find(values.get("revision") or MAIN)
    blobs = request.says("blobs")
    known = {
        "id": repository.id,
        "author": repository.id.partition("/")[0],
        "sha": commit.oid,
        "private": repository.private,
        "lastModified": commit.date,
        "tags": [],
        "siblings": [_sibling(path, file, blobs) for path, file in sorted(commit.files.items())],
    }
    expand = [*request.query.get("expand", []), *request.query.get("expand[]", [])]
    return Response.of({name: known[name] for name in ("id", *expand) if name in known} if expand else known)


def _sibling(path: str, file: File, blobs: bool) -> dict:
    found: dict = {"rfilename": path}
    if blobs:
        found |= {"size": len(file.content), "blobId": file.oid}
        if file.lfs:
            found["lfs"] = {"sha256": file.sha256, "size": len(file.content), "pointerSize": len(file.pointer)}
    return found


@route("GET", _REPOSITORY + r"/tree/(?P<revision>[^/]+)(?:/(?P<folder>.+))?")
def tree(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    """A listing, page by page; the cursor is the place of the first entry of the page."""
    commit = hub.readable(request, values).find(values["revision"])
    folder = values["folder"].strip("/")
    if folder not in commit.trees:
        raise ApiError(404, f"{folder} does not exist on {values['revision']!r}", code="EntryNotFound")
    entries = commit.entries(folder, request.says("recursive"))
    return _page(hub, request, [_entry(path, item, commit, request.says("expand")) for path, item in entries])


def _entry(path: str, item: File | str, commit: Commit, expand: bool) -> dict:
    if isinstance(item, str):
        found: dict = {"type": "directory", "oid": item, "size": 0, "path": path}
    else:
        found = {"type": "file", "oid": item.oid, "size": len(item.content), "path": path}
        if item.lfs:
            found["lfs"] = {"oid": item.sha256, "size": len(item.content), "pointerSize": len(item.pointer)}
    if expand:
        found["lastCommit"] = {"id": commit.oid, "title": commit.title, "date": commit.date}
    return found


@route("GET", _REPOSITORY + r"/commits/(?P<revision>[^/]+)")
def commits(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    found = [
        {
            "id": commit.oid,
            "title": commit.title,
            "message": commit.message,
            "authors": [{"user": commit.author}],
            "date": commit.date,
        }
        for commit in hub.readable(request, values).history(values["revision"])
    ]
    return _page(hub, request, found, _COMMITS_A_PAGE)


def _page(hub: Hub, request: Request, items: list[dict], size: int | None = None) -> Response:
    size = size or hub.page_size
    start = int(request.first("cursor", "0"))
    if start + size >= len(items):
        return Response.of(items[start:])
    query = urlencode({**request.query, "cursor": [str(start + size)]}, doseq=True)
    return Response.of(items[start : start + size], Link=f'<{hub.endpoint}{request.path}?{query}>; rel="next"')


@route("POST", _REPOSITORY + r"/paths-info/(?P<revision>[^/]+)")
def paths_info(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    commit = hub.readable(request, values).find(values["revision"])
    asked = parse_qs(request.body.decode())
    found: dict[str, File | str] = {**commit.trees, **commit.files}
    expand = asked.get("expand", [""])[0].lower() == "true"
    return Response.of([_entry(path, found[path], commit, expand) for path in asked.get("paths", []) if path in found])


@route("GET", _REPOSITORY + "/refs")
def refs(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    repository = hub.readable(request, values)
    return Response.of(
        {
            "branches": [_ref("heads", name, oid) for name, oid in repository.branches.items()],
            "tags": [_ref("tags", name, oid) for name, oid in repository.tags.items()],
            "converts": [],
            "pullRequests": [],
        }
    )


def _ref(kind: str, name: str, oid: str) -> dict:
    return {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": oid}


@route("POST", _REPOSITORY + r"/tag/(?P<revision>[^/]+)")
def tag(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    repository = hub.writable(request, values)
    _name(repository.tags, request.json()["tag"], repository.find(values["revision"]))
    return Response.of({})


@route("POST", _REPOSITORY + r"/branch/(?P<branch>[^/]+)")
def branch(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    repository = hub.writable(request, values)
    start = request.json().get("startingPoint", MAIN) if request.body else MAIN
    _name(repository.branches, values["branch"], repository.find(start))
    return Response.of({})


def _name(names: dict[str, str], name: str, commit: Commit) -> None:
    if name in names:
        raise ApiError(409, f"Reference {name} already exists")
    names[name] = commit.oid


@route("POST", _REPOSITORY + r"/preupload/(?P<revision>[^/]+)")
def preupload(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    """Which files go to LFS, and the id of what stands in their places now: the client leaves out what is the same."""
    repository = hub.writable(request, values)
    present = repository.find(values["revision"]).files
    found = []
    for asked in request.json()["files"]:
        path, sample = asked["path"], base64.b64decode(asked["sample"])
        mode = "lfs" if repository.goes_to_lfs(path, asked["size"], sample) else "regular"
        answer = {"path": path, "uploadMode": mode, "shouldIgnore": False}
        found.append(answer | ({"oid": present[path].etag} if path in present else {}))
    return Response.of({"files": found})


@route("POST", _REPOSITORY + r"/commit/(?P<branch>[^/]+)")
def commit(hub: Hub, request: Request, values: dict[str, str]) -> Response:
    repository = hub.writable(request, values)
    if values["branch"] not in repository.branches:
        raise ApiError(404, f"Invalid rev id: {values['branch']}", code="RevisionNotFound")
    lines = [json.loads(line) for line in request.body.splitlines()]
    header = next((line["value"] for line in lines if line["key"] == "header"), None)
    if header is None:
        raise ApiError(400, "no header in the commit")
    files = dict(repository.find(values["branch"]).files)
    for line in lines:
        _apply(repository, files, line["key"], line["value"])
    author = hub.account(request).name
    made = repository.commit(
        values["branch"], header.get("parentCommit"), header["summary"], header.get("description", ""), author, files
    )
    url = f"{hub.endpoint}/{repository.kind}/{repository.id}/commit/{made.oid}"
    return Response.of({"success": True, "commitOid": made.oid, "commitUrl": url, "hookOutput": ""})


def _apply(repository: Repository, files: dict[str, File], key: str, value: dict) -> None:
    path = value.get("path", "")
    if key == "file":
        files[path] = File(base64.b64decode(value["content"]))
    elif key == "lfsFile":
        if value["oid"] not in repository.uploads:
            raise ApiError(400, f"LFS object {value['oid']} of {path} was not uploaded")
        files[path] = File(repository.uploads[value["oid"]], lfs=True)
    elif key in ("deletedFile", "deletedFolder"):
        inside = f"{path.rstrip('/')}/"
        gone = [name for name in files if (name == path if key == "deletedFile" else name.startswith(inside))]
        if not gone:
            raise ApiError(404, f"A file with this name doesn't exist: {path}", code="EntryNotFound")
        for name in gone:
            del files[name]
