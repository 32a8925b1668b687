"""What stands where on the Hub, who may see it, and what is fetched."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import time
import traceback

import pytest
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import RepositoryNotFoundError

from leaderboard import AuditLine, Quota, Record, StoreError, Submission
from tests.leaderboard.stores.making import AT, companion_of, line_of, new_submission, record_of

FREE = Quota()
PUBLIC, PRIVATE = "ORG/RESULTS", "ORG/RESULTS-private"


@pytest.fixture
def store(open_hub_store):
    return open_hub_store()


@pytest.fixture
def scored(tmp_path):
    """scored(store, content, ...) -> a submission that was admitted and finished."""

    def submit(store, *arguments, **changes):
        submission, raw = new_submission(tmp_path, *arguments, **changes)
        store.admit(submission, raw, FREE)
        store.finish(record_of(submission), companion_of(submission), AT)
        return submission

    return submit


def downloads(hub, repository=PRIVATE):
    """How often each file of a repository was fetched."""
    place = re.compile(rf"GET /datasets/{repository}/resolve/[0-9a-f]+/(.+)")
    return {place.match(key)[1]: count for key, count in hub.seen.items() if place.match(key)}


class TestPlaces:
    def test_each_thing_has_its_file(self, hub, store, scored):
        submission = scored(store, "content of the file")
        record = record_of(submission)
        store.change(line_of(submission, "withdraw"))
        private = hub.repository(PRIVATE).files
        assert set(private) == {
            ".gitattributes",
            "latest.txt",
            f"submissions/ann/{submission.id}.json",
            f"results/ann/{record.id}.json",
            f"companions/{record.id}.npz",
            f"raw/{submission.file_sha256}",
            f"audit/000001-20260102T100000Z-withdraw-{submission.id}.json",
        }
        kept = json.loads(private[f"submissions/ann/{submission.id}.json"].content)
        assert Submission.model_validate(kept["submission"]) == store.submission(submission.id)
        assert Record.model_validate_json(private[f"results/ann/{record.id}.json"].content) == record
        assert private[f"companions/{record.id}.npz"].content == companion_of(submission)
        assert private[f"raw/{submission.file_sha256}"].content == b"content of the file"
        assert AuditLine.model_validate_json(private[max(name for name in private if "audit/" in name)].content)

    def test_the_public_repository_has_the_records_and_nothing_else(self, hub, store, scored):
        submission = scored(store, "content of the file")
        path = f"results/ann/{record_of(submission).id}.json"
        public = hub.repository(PUBLIC)
        assert set(public.files) == {".gitattributes", path}
        assert public.files[path].content == hub.repository(PRIVATE).files[path].content
        everything = [file.content for commit in public.commits.values() for file in commit.files.values()]
        assert not any(b"content of the file" in item or companion_of(submission) in item for item in everything)
        assert not public.uploads

    @pytest.mark.parametrize(
        ("user", "folder"),
        [
            ("ann", "ann"),
            ("An-n_1.x", "An-n_1.x"),
            ("ann.", None),
            (".ann", None),
            ("../a", None),
            ("a/b", None),
            ("~ann", None),
            ("用户", None),
            ("two words", None),
        ],
    )
    def test_the_folder_of_a_user_is_the_name_or_a_digest(self, hub, store, scored, user, folder):
        scored(store, user=user)
        expected = folder or "~" + hashlib.sha256(user.encode()).hexdigest()[:16]
        found = {name.split("/")[1] for name in hub.repository(PUBLIC).files if name.startswith("results/")}
        assert found == {expected}

    @pytest.mark.parametrize("identifier", ["../escape", "a/b", "", ".hidden", "x" * 200])
    def test_an_id_that_could_lead_elsewhere_is_refused(self, hub, store, tmp_path, identifier):
        submission, raw = new_submission(tmp_path)
        with pytest.raises(StoreError, match=r"id '.*'; expected letters, digits"):
            store.admit(submission.model_copy(update={"id": identifier}), raw, FREE)
        assert set(hub.repository(PRIVATE).files) == {".gitattributes"}

    def test_a_submission_is_one_commit_and_so_is_its_result(self, hub, store, scored):
        commits = len(hub.repository(PRIVATE).commits)
        scored(store)
        titles = [commit.title.split()[0] for commit in hub.repository(PRIVATE).history("main")]
        assert titles[:2] == ["finish", "admit"]
        assert len(hub.repository(PRIVATE).commits) == commits + 2

    def test_a_deleted_submission_is_in_neither_repository(self, hub, store, scored):
        mine, theirs = scored(store, "mine"), scored(store, "theirs", user="bob")
        store.change(line_of(mine, "delete"))
        left = set(hub.repository(PRIVATE).files)
        assert {name for name in left if mine.id not in name and record_of(mine).id not in name} == left - {
            f"submissions/ann/{mine.id}.json",
            f"audit/000001-20260102T100000Z-delete-{mine.id}.json",
        }
        assert f"raw/{mine.file_sha256}" not in left
        assert {f"raw/{theirs.file_sha256}", f"companions/{record_of(theirs).id}.npz"} < left
        assert set(hub.repository(PUBLIC).files) == {".gitattributes", f"results/bob/{record_of(theirs).id}.json"}

    def test_audit_lines_of_one_second_stay_in_order(self, store, scored):
        submission = scored(store)
        lines = [line_of(submission, action) for action in ("withdraw", "restore", "withdraw", "restore", "verify")]
        for item in lines:
            store.change(item)
        assert store.audit() == lines

    def test_files_of_others_in_the_public_repository_are_left_alone(self, hub, store, scored, token):
        api = HfApi(endpoint=hub.endpoint, token=token)
        for path in ("README.md", "results/ann/older.json"):
            api.upload_file(path_or_fileobj=b"---\na: b\n---\n", path_in_repo=path, repo_id=PUBLIC, repo_type="dataset")
        submission = scored(store)
        store.change(line_of(submission, "delete"))
        assert set(hub.repository(PUBLIC).files) == {".gitattributes", "README.md", "results/ann/older.json"}

    def test_a_large_file_goes_to_lfs_and_comes_back(self, hub, store, open_hub_store, tmp_path):
        content = b"\0\1\2\3" * 2**19  # 2 MiB
        submission, raw = new_submission(tmp_path, content)
        store.admit(submission, raw, FREE)
        assert hub.repository(PRIVATE).files[f"raw/{submission.file_sha256}"].lfs
        assert open_hub_store("other").raw(submission.id).read_bytes() == content
        uploads = [key for key in hub.seen if key.startswith("PUT")]
        assert [hub.seen[key] for key in uploads] == [1]


class TestWhoMaySee:
    def test_both_repositories_are_made_and_one_is_private(self, hub, store):
        assert not hub.repository(PUBLIC).private
        assert hub.repository(PRIVATE).private
        nobody = HfApi(endpoint=hub.endpoint, token=False)
        assert nobody.dataset_info(PUBLIC).sha
        with pytest.raises(RepositoryNotFoundError):
            nobody.dataset_info(PRIVATE)

    def test_a_public_repository_for_private_things_is_refused(self, hub, open_hub_store, token):
        HfApi(endpoint=hub.endpoint, token=token).create_repo(PRIVATE, repo_type="dataset", private=False)
        with pytest.raises(StoreError, match="ORG/RESULTS-private is public; expected a private repository"):
            open_hub_store()

    @pytest.mark.parametrize("known", [True, False])
    def test_a_token_that_may_not_write_is_told_and_never_shown(self, hub, store, open_hub_store, caplog, known):
        secret = "hf_another-secret"
        if known:
            hub.add_account(secret, "somebody")
        with pytest.raises(StoreError, match="ORG/RESULTS") as caught:
            open_hub_store("other", token=secret)
        told = "".join(traceback.format_exception(caught.value)) + caplog.text
        assert secret not in told and secret not in repr(store.__dict__)

    def test_a_token_that_may_only_read_can_read(self, hub, store, open_hub_store, scored, tmp_path):
        submission = scored(store)
        hub.add_account("hf_reader", "reader", ["ORG"], may_write=False)
        reader = open_hub_store("other", token="hf_reader")
        assert reader.record(record_of(submission).id) == record_of(submission)
        with pytest.raises(StoreError, match=r"ORG/RESULTS-private: the Hub answered 403: .*; expected a token"):
            reader.admit(*new_submission(tmp_path, "another"), FREE)

    def test_without_a_connection_it_says_so(self, open_hub_store, monkeypatch):
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        with pytest.raises(StoreError, match="HF_HUB_OFFLINE is set; expected a connection"):
            open_hub_store()

    def test_the_cache_is_for_this_user_only(self, store, scored, tmp_path):
        submission = scored(store)
        for path in [*(tmp_path / "cache").rglob("*"), store.raw(submission.id)]:
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


class TestFetching:
    def test_another_store_sees_a_change_and_fetches_only_what_changed(self, hub, store, open_hub_store, scored):
        for number in range(5):
            scored(store, f"file {number}", user=f"user{number}")
        other = open_hub_store("other")
        assert len(other.submissions()) == 5
        before = downloads(hub)
        assert len([path for path in before if path.startswith("submissions/")]) == 5
        submission = scored(store, "one more", user="user3")
        assert other.submission(submission.id).state == "scored"
        fetched = {path for path, count in downloads(hub).items() if count != before.get(path)}
        assert fetched == {f"submissions/user3/{submission.id}.json"}

    def test_the_writer_itself_fetches_nothing(self, hub, store, scored):
        submission = scored(store)
        assert store.record(record_of(submission).id) and store.submissions() and store.record_keys()
        assert store.companion(record_of(submission).id) and store.raw(submission.id)
        assert downloads(hub) == {}

    def test_a_new_process_with_the_same_cache_fetches_nothing(self, hub, store, open_hub_store, scored):
        submission = scored(store)
        other = open_hub_store()
        assert other.submission(submission.id) and other.record(record_of(submission).id)
        assert downloads(hub) == {}

    def test_asking_for_the_keys_fetches_records_and_companions_once(self, hub, store, open_hub_store, scored):
        ids = [record_of(scored(store, f"file {number}")).id for number in range(3)]
        other = open_hub_store("empty")
        assert {key.id for key in other.record_keys()} == set(ids)
        fetched = downloads(hub)
        assert all(fetched[f"results/ann/{item}.json"] == fetched[f"companions/{item}.npz"] == 1 for item in ids)
        for item in ids:
            assert other.record(item).id == item and other.companion(item).startswith(b"sums")
        assert downloads(hub) == fetched

    def test_within_the_refresh_time_nothing_is_asked(self, hub, open_hub_store, scored):
        store = open_hub_store(refresh_seconds=30.0)
        submission = scored(store)
        asked = sum(hub.seen.values())
        for _ in range(20):
            assert store.submissions() and store.version() and store.submission(submission.id)
        assert sum(hub.seen.values()) == asked

    def test_after_the_refresh_time_a_change_is_seen(self, open_hub_store, scored):
        store, other = open_hub_store(), open_hub_store("other", refresh_seconds=0.2)
        scored(store)
        time.sleep(0.25)
        assert len(other.submissions()) == 1

    def test_what_is_asked_for_by_its_id_is_found_at_once(self, open_hub_store, scored):
        store, other = open_hub_store(), open_hub_store("other", refresh_seconds=1000.0)
        submission = scored(store)
        record_id = record_of(submission).id
        assert other.submissions() == []
        assert other.companion(record_id) == companion_of(submission)

    def test_writing_sees_what_others_did_whatever_the_refresh_time(self, open_hub_store, scored, tmp_path):
        store, other = open_hub_store(), open_hub_store("other", refresh_seconds=1000.0)
        first = scored(store)
        assert other.admit(*new_submission(tmp_path), FREE).state == "scored"
        assert other.change(line_of(first, "withdraw")).state == "withdrawn"

    def test_a_damaged_cache_is_noticed(self, store, open_hub_store, scored, tmp_path):
        submission = scored(store)
        for path in (tmp_path / "cache").rglob("files/*"):
            path.write_bytes(b"damaged")
        again = open_hub_store()
        assert again.record(record_of(submission).id) == record_of(submission)
        assert again.companion(record_of(submission).id) == companion_of(submission)

    def test_listings_of_many_pages(self, hub, open_hub_store, scored):
        hub.hub.page_size = 2
        store = open_hub_store()
        ids = {scored(store, f"file {number}", user=f"user{number % 3}").id for number in range(7)}
        assert {item.id for item in open_hub_store("other").submissions()} == ids

    def test_a_file_that_is_no_submission_is_named(self, hub, store, open_hub_store, token):
        api = HfApi(endpoint=hub.endpoint, token=token)
        path = "submissions/ann/broken.json"
        api.upload_file(path_or_fileobj=b"{}", path_in_repo=path, repo_id=PRIVATE, repo_type="dataset")
        with pytest.raises(StoreError, match=f"ORG/RESULTS-private: {path} holds no submission"):
            store.submissions()

    def test_derived_bytes_go_when_something_is_deleted(self, store, open_hub_store, scored, tmp_path):
        submission = scored(store)
        other = open_hub_store()
        store.keep_derived("table", b"a secret of the deleted one", store.version())
        assert other.derived("table") == b"a secret of the deleted one"
        other.change(line_of(submission, "delete"))
        assert store.derived("table") is other.derived("table") is None
        left = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        assert not any(b"a secret" in path.read_bytes() for path in left)

    def test_the_copy_of_a_deleted_file_goes_too(self, store, scored, tmp_path):
        submission = scored(store, "content of the file")
        store.change(line_of(submission, "delete"))
        left = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        assert not any(b"content of the file" in item or companion_of(submission) in item for item in left)
