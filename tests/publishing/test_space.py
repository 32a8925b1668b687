"""Publishing to a Hub: what a plan says, what is then there, and that failures leave nothing half done."""

from __future__ import annotations

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from publishing import PublishError, carry_out, plan_space, space_files
from tests.hub_double import File, HubDouble

NAME = "ORG/leaderboard"
WHERE = {"repo_id": NAME, "repo_type": "space"}


def add(api, path, content=b"x"):
    api.create_commit(operations=[CommitOperationAdd(path, content)], commit_message=f"add {path}", **WHERE)


def contents(hub):
    """Content by path of what the Space holds, without the file that every repository starts with."""
    files = hub.repository(NAME, "spaces").files
    return {path: file.content for path, file in files.items() if path != ".gitattributes"}


def changes(hub):
    """Requests that may change something."""
    return [line for line in hub.seen if not line.startswith(("GET", "HEAD"))]


@pytest.fixture
def publish(api, project):
    """publish(**options) -> the Plan that was carried out, of the project as it is now."""

    def run(**options):
        plan = plan_space(api, NAME, space_files(root=project), **options)
        carry_out(plan)
        return plan

    return run


class TestPlan:
    def test_it_changes_nothing(self, hub, api, project):
        plan = plan_space(api, NAME, space_files(root=project), variables={"MTURN_SEG_DATA": "d"}, private=True)
        assert (plan.is_new, plan.is_done, plan.deleted, plan.strange) == (True, False, [], [])
        assert list(plan.sent) == list(space_files(root=project))
        assert changes(hub) == []
        assert hub.hub.repositories == {}

    def test_of_a_public_space_nobody_needs_a_token(self, hub, project, publish):
        publish(variables={"MTURN_SEG_DATA": "d"})
        nobody = HfApi(endpoint=hub.endpoint, token=False)
        plan = plan_space(nobody, NAME, space_files(root=project))
        assert plan.is_done
        assert (plan.found.variables, plan.found.secrets) == (None, None)

    def test_secrets_are_not_shown(self, api, project):
        plan = plan_space(api, NAME, space_files(root=project), secrets={"HF_TOKEN": "hf_hidden"})
        assert "hf_hidden" not in repr(plan)

    @pytest.mark.parametrize("name", ["board", "a/b/c", "ORG/", "/board", "ORG/a b", "ORG/a--b", "ORG/" + "b" * 96])
    def test_names_that_no_space_has(self, hub, api, name):
        with pytest.raises(PublishError, match="is no name of a Space; expected ORG/NAME"):
            plan_space(api, name, {})
        assert not hub.seen


class TestFiles:
    def test_a_new_space_gets_all_of_them_in_one_commit(self, hub, project, publish):
        publish()
        space = hub.repository(NAME, "spaces")
        assert contents(hub) == space_files(root=project)
        assert (space.sdk, space.private, len(space.commits)) == ("gradio", False, 2)

    def test_without_changes_nothing_is_sent(self, hub, publish):
        publish()
        hub.seen.clear()
        assert publish().is_done
        assert changes(hub) == []

    def test_only_what_changed_is_sent(self, hub, project, publish):
        publish()
        (project / "space" / "app.py").write_text("print('new')\n")
        assert publish().sent == {"space/app.py": b"print('new')\n"}
        assert contents(hub) == space_files(root=project)
        assert len(hub.repository(NAME, "spaces").commits) == 3

    def test_what_is_here_no_more_is_deleted_and_other_files_stay(self, hub, api, project, publish):
        publish()
        add(api, "data/numbers.csv")
        add(api, "space/by-hand.py")
        (project / "space" / "tabs" / "table.py").unlink()
        plan = plan_space(api, NAME, space_files(root=project))
        assert (plan.sent, plan.strange) == ({}, ["data/numbers.csv"])
        assert plan.deleted == ["space/by-hand.py", "space/tabs/table.py"]
        publish()
        assert contents(hub) == {**space_files(root=project), "data/numbers.csv": b"x"}

    def test_a_card_edited_there_is_told_as_changed_and_written_again(self, hub, api, project, publish):
        publish()
        add(api, "README.md", b"---\ntitle: Mine\n---\n")
        assert list(publish().sent) == ["README.md"]
        assert contents(hub) == space_files(root=project)

    def test_a_file_that_the_hub_keeps_as_large_is_compared_too(self, hub, api, project, publish):
        publish()
        space = hub.repository(NAME, "spaces")
        space.commit("main", None, "lfs", "", "x", {**space.files, "LICENSE": File(b"Apache\n", lfs=True)})
        assert publish().is_done
        (project / "LICENSE").write_text("MIT\n")
        assert list(publish().sent) == ["LICENSE"]

    def test_a_long_listing_is_read_to_its_end(self, hub, publish):
        hub.hub.page_size = 3
        publish()
        assert publish().is_done


class TestSettings:
    def test_a_new_space_starts_with_them(self, hub, publish):
        publish(variables={"MTURN_SEG_DATA": "hub:ORG/d"}, secrets={"HF_TOKEN": "hf_x"}, private=True)
        space = hub.repository(NAME, "spaces")
        assert (space.variables, space.secrets) == ({"MTURN_SEG_DATA": "hub:ORG/d"}, {"HF_TOKEN": "hf_x"})
        assert space.private
        assert not [line for line in hub.seen if line.startswith("POST /api/spaces") and line.endswith("variables")]

    def test_only_those_that_differ_are_set_and_the_others_stay(self, hub, publish):
        publish(variables={"A": "1", "B": "2"})
        hub.seen.clear()
        plan = publish(variables={"B": "2", "C": "3"}, secrets={"HF_TOKEN": "hf_x"})
        assert plan.variables == {"C": "3"}
        space = hub.repository(NAME, "spaces")
        assert (space.variables, space.secrets) == ({"A": "1", "B": "2", "C": "3"}, {"HF_TOKEN": "hf_x"})
        assert hub.seen[f"POST /api/spaces/{NAME}/variables"] == 1
        assert len(space.commits) == 2

    def test_private_once_public_is_not_made_by_the_way(self, publish):
        publish()
        with pytest.raises(PublishError, match=rf"{NAME} is there and public; .*/settings"):
            publish(private=True)

    def test_private_again_is_as_it_is(self, publish):
        publish(private=True)
        assert publish(private=True).is_done
        assert publish().is_done


class TestRefusals:
    def test_a_token_of_somebody_else_makes_nothing(self, hub, project):
        hub.add_account("hf_stranger", "stranger")
        stranger = HfApi(endpoint=hub.endpoint, token="hf_stranger")
        with pytest.raises(PublishError, match=r"answered 403 \(making the Space\): this token may not do that"):
            carry_out(plan_space(stranger, NAME, space_files(root=project)))
        assert hub.hub.repositories == {}

    @pytest.mark.parametrize("options", [{}, {"variables": {"A": "1"}}, {"secrets": {"HF_TOKEN": "hf_x"}}])
    def test_a_token_that_only_reads_changes_nothing(self, hub, project, publish, options):
        publish()
        hub.add_account("hf_reader", "reader", ["ORG"], may_write=False)
        (project / "space" / "app.py").write_text("new")
        reader = HfApi(endpoint=hub.endpoint, token="hf_reader")
        before = contents(hub)
        with pytest.raises(PublishError, match="answered 403"):
            carry_out(plan_space(reader, NAME, space_files(root=project), **options))
        space = hub.repository(NAME, "spaces")
        assert (contents(hub), space.variables, space.secrets) == (before, {}, {})

    def test_a_token_that_nobody_has(self, hub):
        with pytest.raises(PublishError, match=r"answered 401 .*the token is not valid"):
            plan_space(HfApi(endpoint=hub.endpoint, token="hf_wrong"), NAME, {"a": b""})

    def test_no_token(self, hub, project):
        plan = plan_space(HfApi(endpoint=hub.endpoint, token=False), NAME, space_files(root=project))
        with pytest.raises(PublishError, match=r"answered 401 .*hf auth login"):
            carry_out(plan)

    def test_where_the_hub_wants_a_paid_plan(self, hub, publish):
        hub.faults.add(path="/api/repos/create", status=402)
        with pytest.raises(PublishError, match=r"answered 402 .*asks for a paid plan"):
            publish()

    def test_somebody_else_was_faster(self, hub, api, project, publish):
        publish()
        (project / "space" / "app.py").write_text("mine")
        plan = plan_space(api, NAME, space_files(root=project))
        add(api, "space/app.py", b"theirs")
        with pytest.raises(PublishError, match=r"answered 412 .*run the command again"):
            carry_out(plan)
        assert contents(hub)["space/app.py"] == b"theirs"

    def test_a_card_that_the_hub_refuses(self, hub, api):
        with pytest.raises(PublishError, match=r"Invalid metadata in README\.md"):
            carry_out(plan_space(api, NAME, {"README.md": b"---\n- no mapping\n---\n"}))
        assert contents(hub) == {}


class TestNoAnswer:
    def test_at_the_first_question(self, api, project):
        with HubDouble() as gone:
            endpoint = gone.endpoint
        with pytest.raises(PublishError, match=rf"{endpoint} did not answer .*looking for it; try again later"):
            plan_space(HfApi(endpoint=endpoint, token=False), NAME, space_files(root=project))

    @pytest.mark.parametrize("path", ["/variables", "/commit/"])
    def test_in_the_middle_the_files_are_as_they_were(self, hub, api, project, publish, path):
        publish()
        before = contents(hub)
        for name in ("app.py", "tabs/table.py"):
            (project / "space" / name).write_text("new")
        plan = plan_space(api, NAME, space_files(root=project), variables={"A": "1"})
        hub.faults.add(method="POST", path=path, drop="before")
        with pytest.raises(PublishError, match="did not answer"):
            carry_out(plan)
        assert contents(hub) == before
        publish(variables={"A": "1"})
        assert contents(hub) == space_files(root=project)

    def test_to_the_last_the_files_are_as_planned(self, hub, api, project, publish):
        hub.faults.add(method="POST", path="/commit/", drop="after")
        with pytest.raises(PublishError, match="did not answer"):
            publish()
        assert contents(hub) == space_files(root=project)
        assert publish().is_done

    def test_a_hub_in_trouble(self, hub, publish):
        hub.faults.add(path="/api/spaces/", status=503, times=None)
        with pytest.raises(PublishError, match=r"answered 503 .*try again later"):
            publish()

    def test_offline_by_choice(self, monkeypatch, publish):
        from huggingface_hub import constants
        from huggingface_hub.utils import close_session

        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        close_session()  # a session knows the switch of when it was made
        with pytest.raises(PublishError, match="HF_HUB_OFFLINE is set"):
            publish()
        close_session()
