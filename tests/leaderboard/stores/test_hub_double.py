"""The double of the Hub keeps to what the real one was seen to do, asked through huggingface_hub itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub_double import HubDouble, without_network

NAME = "ORG/data"
HERE = {"repo_id": NAME, "repo_type": "dataset"}
LARGE = b"\0weights" * 4096


@pytest.fixture
def api(hub, token):
    api = HfApi(endpoint=hub.endpoint, token=token)
    api.create_repo(NAME, repo_type="dataset", private=True)
    return api


@pytest.fixture
def commit(api):
    """commit({path: bytes or None}, parent) -> the id of the new commit; None deletes."""

    def run(files, parent=None):
        operations = [
            CommitOperationDelete(path) if content is None else CommitOperationAdd(path, content)
            for path, content in files.items()
        ]
        message = "change " + " ".join(files)
        return api.create_commit(operations=operations, commit_message=message, parent_commit=parent, **HERE).oid

    return run


def paths(api, **options):
    return [item.path for item in api.list_repo_tree(**HERE, **options)]


class TestCommits:
    def test_files_are_written_and_deleted_in_one_commit(self, api, commit):
        commit({"a/one.json": b"1", "a/two.json": b"2"})
        commit({"a/one.json": None, "b.json": b"3"})
        assert paths(api, recursive=True) == [".gitattributes", "a", "a/two.json", "b.json"]

    def test_an_older_head_is_no_parent(self, api, commit):
        first = commit({"a": b"1"})
        second = commit({"a": b"2"}, parent=first)
        with pytest.raises(HfHubHTTPError, match="412"):
            commit({"b": b"1"}, parent=first)
        assert api.dataset_info(NAME).sha == second

    def test_what_changes_nothing_succeeds_whatever_its_parent_is(self, commit):
        first = commit({"a": b"1"})
        second = commit({"b": b"1"})
        assert commit({"a": b"1"}, parent=first) == second

    def test_a_file_that_is_not_there_cannot_be_deleted(self, commit):
        with pytest.raises(EntryNotFoundError, match="doesn't exist"):
            commit({"missing": None})

    def test_the_history_is_newest_first_over_pages(self, api, commit):
        for number in range(60):
            commit({"a": f"{number}".encode()})
        history = api.list_repo_commits(**HERE)
        assert [item.title for item in history] == ["change a"] * 60 + ["initial commit"]
        assert history[0].commit_id == api.list_repo_refs(**HERE).branches[0].target_commit
        assert history[0].authors == ["keeper"]

    def test_tags_stay_where_they_were_put(self, api, commit, tmp_path):
        commit({"a": b"1"})
        api.create_tag(NAME, tag="v1", repo_type="dataset")
        commit({"a": b"2"})
        for revision, content in (("v1", b"1"), ("main", b"2")):
            path = api.hf_hub_download(NAME, "a", repo_type="dataset", revision=revision, cache_dir=tmp_path)
            assert Path(path).read_bytes() == content
        with pytest.raises(HfHubHTTPError, match="409"):
            api.create_tag(NAME, tag="v1", repo_type="dataset")

    def test_a_repository_can_be_deleted(self, api):
        api.delete_repo(**HERE)
        assert not api.repo_exists(**HERE)


class TestListings:
    def test_equal_folders_have_equal_tree_ids(self, api, commit):
        commit({"a/x/one": b"1", "b/x/one": b"1"})
        before = {item.path: item.tree_id for item in api.list_repo_tree(**HERE) if hasattr(item, "tree_id")}
        commit({"b/x/one": b"2"})
        after = {item.path: item.tree_id for item in api.list_repo_tree(**HERE) if hasattr(item, "tree_id")}
        assert before["a"] == after["a"]
        assert before["b"] != after["b"]

    def test_only_what_stands_in_the_folder_unless_recursive(self, api, commit):
        commit({"a/x/one": b"1", "a/two": b"2"})
        assert paths(api) == [".gitattributes", "a"]
        assert paths(api, path_in_repo="a") == ["a/two", "a/x"]
        assert paths(api, path_in_repo="a", recursive=True) == ["a/two", "a/x", "a/x/one"]
        with pytest.raises(EntryNotFoundError):
            paths(api, path_in_repo="c")
        with pytest.raises(RevisionNotFoundError):
            paths(api, revision="nowhere")

    def test_pages(self, hub, api, commit):
        hub.hub.page_size = 3
        commit({f"a{number}": b"1" for number in range(10)})
        assert paths(api, recursive=True) == [".gitattributes", *sorted(f"a{number}" for number in range(10))]

    def test_what_it_tells_of_paths(self, api, commit):
        head = commit({"a/one": b"1", "b.npz": LARGE})
        folder, file = api.get_paths_info(NAME, ["a", "b.npz", "missing"], repo_type="dataset", expand=True)
        assert (folder.path, file.path, file.size, file.lfs.size) == ("a", "b.npz", len(LARGE), len(LARGE))
        assert file.last_commit.oid == head


class TestFiles:
    def test_a_large_file_goes_to_lfs_once(self, hub, api, commit, tmp_path):
        commit({"b.npz": LARGE})
        commit({"again.npz": LARGE})
        assert len([key for key in hub.seen if key.startswith("PUT")]) == 1
        for name in ("b.npz", "again.npz"):
            path = api.hf_hub_download(NAME, name, repo_type="dataset", cache_dir=tmp_path)
            assert Path(path).read_bytes() == LARGE

    def test_a_folder_goes_up_and_comes_down(self, api, tmp_path):
        source, target = tmp_path / "source", tmp_path / "target"
        (source / "data").mkdir(parents=True)
        (source / "data" / "test.parquet").write_bytes(LARGE)
        (source / "README.md").write_text("---\npretty_name: Made\n---\n", encoding="utf-8")
        api.upload_folder(folder_path=source, **HERE)
        api.snapshot_download(NAME, repo_type="dataset", local_dir=target)
        for name in ("data/test.parquet", "README.md"):
            assert (target / name).read_bytes() == (source / name).read_bytes()

    def test_a_card_that_is_no_yaml_is_refused(self, api):
        with pytest.raises(ValueError, match="Invalid metadata in README"):
            api.upload_file(path_or_fileobj=b"---\na: [\n---\n", path_in_repo="README.md", **HERE)

    @pytest.mark.parametrize(
        ("asked", "status", "content"),
        [
            (None, 200, b"0123456789"),
            ("bytes=2-4", 206, b"234"),
            ("bytes=7-", 206, b"789"),
            ("bytes=-2", 206, b"89"),
            ("bytes=5-99", 206, b"56789"),
            ("bytes=10-", 416, None),
        ],
    )
    def test_parts_of_a_file(self, hub, api, commit, token, asked, status, content):
        head = commit({"digits": b"0123456789"})
        url = hf_hub_url(NAME, "digits", repo_type="dataset", endpoint=hub.endpoint)
        headers = {"Authorization": f"Bearer {token}"} | ({"Range": asked} if asked else {})
        answer = get_session().get(url, headers=headers)
        assert answer.status_code == status
        if content is not None:
            assert answer.content == content
            assert answer.headers["X-Repo-Commit"] == head
        found = api.get_hf_file_metadata(url=url)
        assert (found.commit_hash, found.size) == (head, 10)


class TestAccess:
    @pytest.mark.parametrize("other", ["hf_stranger", False])
    def test_a_private_repository_is_not_there_for_others(self, hub, api, other):
        hub.add_account("hf_stranger", "stranger")
        stranger = HfApi(endpoint=hub.endpoint, token=other)
        with pytest.raises(RepositoryNotFoundError):
            stranger.dataset_info(NAME)
        with pytest.raises(RepositoryNotFoundError):
            stranger.create_commit(operations=[CommitOperationAdd("a", b"1")], commit_message="x", **HERE)

    def test_reading_is_not_writing(self, hub, api):
        hub.add_account("hf_reader", "reader", ["ORG"], may_write=False)
        reader = HfApi(endpoint=hub.endpoint, token="hf_reader")
        assert reader.dataset_info(NAME).private
        with pytest.raises(HfHubHTTPError, match="403"):
            reader.create_commit(operations=[CommitOperationAdd("a", b"1")], commit_message="x", **HERE)
        with pytest.raises(HfHubHTTPError, match="403"):
            reader.create_repo("ORG/other", repo_type="dataset")

    def test_who_am_i(self, hub, api):
        assert api.whoami()["name"] == "keeper"
        assert [item["name"] for item in api.whoami()["orgs"]] == ["ORG"]
        with pytest.raises(HfHubHTTPError, match="Invalid user token"):
            HfApi(endpoint=hub.endpoint, token="hf_nobody").whoami()

    def test_making_a_repository_again(self, api):
        with pytest.raises(HfHubHTTPError, match="409"):
            api.create_repo(NAME, repo_type="dataset")
        assert api.create_repo(NAME, repo_type="dataset", exist_ok=True).repo_id == NAME


class TestFaults:
    def test_they_strike_what_matches_as_often_as_told(self, hub, api):
        hub.faults.add(method="GET", path="/api/datasets/ORG/data", status=503, retry_after=7, times=2)
        for _ in range(2):
            with pytest.raises(HfHubHTTPError) as caught:
                api.dataset_info(NAME)
            assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (503, "7")
        assert api.dataset_info(NAME).id == NAME

    @pytest.mark.parametrize(("drop", "commits"), [("before", 1), ("after", 2)])
    def test_a_dropped_connection_before_or_after_the_work(self, hub, api, commit, drop, commits):
        hub.faults.add(path="/commit/", drop=drop)
        with pytest.raises(Exception, match="disconnected"):
            commit({"a": b"1"})
        assert len(hub.repository(NAME).commits) == commits


def test_it_runs_in_a_process_of_its_own():
    command = [sys.executable, "-m", "tests.hub_double", "hf_t", "someone", "ORG"]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        with without_network():
            api = HfApi(endpoint=process.stdout.readline().strip(), token="hf_t")
            assert api.whoami()["name"] == "someone"
        process.stdin.close()
    assert process.returncode == 0


def test_two_at_once_know_nothing_of_each_other():
    with without_network(), HubDouble() as one, HubDouble() as two:
        for double in (one, two):
            double.add_account("hf_t", "someone")
        HfApi(endpoint=one.endpoint, token="hf_t").create_repo("someone/x")
        assert not HfApi(endpoint=two.endpoint, token="hf_t").repo_exists("someone/x")
        assert one.repository("someone/x", kind="models").files
