"""Finding and reading dialogues: of a folder, of the Hub, and of places that hold none."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mturn_seg import FEATURES
from space.browsing import BrowsingError, Dialogues, Filters, dialogues
from space.browsing.shards import Shard
from tests.hub_double import HubDouble, without_network
from tests.space.browsing import made


def opened(place, endpoint: str | None = None) -> Dialogues:
    found = Dialogues.open(place, endpoint)
    found.start()
    assert found.wait(60)
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The dialogues of made.rows()."""
    return opened(made.write(tmp_path_factory.mktemp("small") / "mturn-seg", made.rows()))


def ids(found: Dialogues, **filters) -> list[str]:
    return [found.index.ids[position] for position in found.matching(Filters(**filters))]


PLAIN = ["plain-0", "plain-1", "plain-2"]
TRAIN = [made.TALL, *PLAIN, "script"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [*TRAIN, made.ENGLISH, made.CHINESE, made.HIDDEN]),
        ({"split": "train"}, TRAIN),
        ({"split": "test"}, [made.HIDDEN]),
        ({"region": "head"}, [made.ENGLISH, made.CHINESE]),
        ({"region": "prostate"}, []),
        ({"modality": "MR"}, [made.ENGLISH, made.CHINESE]),
        ({"modality": "CT", "sequence": "T1w"}, []),
        ({"source": "clinic"}, [made.ENGLISH, made.CHINESE]),
        ({"source": made.SECRET}, []),  # of the test split, where it is withheld
        ({"language": "en"}, [*TRAIN, made.ENGLISH, made.HIDDEN]),
        ({"language": "zh", "region": "head"}, [made.ENGLISH, made.CHINESE]),  # turn 2 of the first is asked in both
        ({"language": "both", "region": "head"}, [made.ENGLISH]),
        ({"facet": "history"}, [made.TALL]),  # not the test dialogue, whose facets are withheld
        ({"facet": "clinical", "split": "validation"}, [made.ENGLISH, made.CHINESE]),
        ({"facet": "no such facet"}, []),
        ({"least_turns": 2}, [made.TALL, made.ENGLISH, made.HIDDEN]),
        ({"least_turns": 2, "most_turns": 2}, [made.ENGLISH, made.HIDDEN]),
        ({"most_turns": 1, "split": "validation"}, [made.CHINESE]),
    ],
)
def test_filters(small, filters, expected):
    assert ids(small, **filters) == expected


def test_the_summary_counts_what_the_rows_hold(small):
    train, validation, test = small.summary().splits
    assert (train.split, train.dialogues, train.images, train.turns, train.masks) == ("train", 5, 3, 8, 7)
    assert train.questions == {"en": 8, "zh": 8}
    assert train.by_turns == {1: 4, 4: 1}
    assert (train.by_modality, train.by_sequence, train.by_source) == ({"CT": 5}, {"CECT": 5}, {"hospital": 5})
    assert validation.questions == {"en": 2, "zh": 2}
    assert (validation.masks, validation.by_region) == (3, {"head": 2})
    assert (test.hidden, test.dialogues, test.turns, test.masks) == (True, 1, 2, 1)
    assert test.by_source == {}
    assert test.by_licence == {"CC0-1.0": 1}
    assert small.summary().dialogues == 8
    assert (small.summary().images, small.summary().masks) == (6, 11)


def test_a_dialogue_is_read_as_it_was_written(small):
    found = small.dialogue(made.TALL)
    assert (found.split, found.hidden, found.height, found.width) == ("train", False, made.HEIGHT, made.WIDTH)
    assert found.aspect == pytest.approx(48 * 1.0 / (40 * 2.0))
    first, second, third, fourth = found.turns
    assert (first.number, first.target, first.question["en"]) == (1, "structure_1", "Segment structure 1.")
    assert (second.kind, second.shape, second.answer["zh"]) == ("answer", None, "会。")
    assert (third.facets, third.refers_to, third.system) == (("spatial", "history"), (1,), "urinary")
    assert third.shape.pixels == made.SECOND.sum()
    assert (fourth.shape.path, fourth.shape.pixels) == ("", 0)
    assert small.dialogue(made.ENGLISH).spacing_mm is None
    assert small.dialogue(made.ENGLISH).turns[0].question == {"en": "Segment structure 1.", "zh": None}


def test_every_dialogue_is_found_in_its_own_row(small):
    for identifier in small.index.ids:
        assert small.dialogue(identifier).id == identifier


def test_nothing_that_answers_a_hidden_dialogue_is_read(small, monkeypatch):
    asked = []
    read = Shard.read

    def watching(shard, group, columns):
        table = read(shard, group, columns)
        asked.append((shard.split, table))
        return table

    monkeypatch.setattr(Shard, "read", watching)
    fresh = opened(small._place)
    found = fresh.dialogue(made.HIDDEN)
    tables = [table for split, table in asked if split == "test"]
    assert len(tables) == 2  # for the index and for the dialogue
    assert all(made.SECRET not in str(table.to_pylist()) for table in tables)
    assert made.SECRET not in repr(found)
    assert (found.source, found.patient, found.slice_index) == (None, None, None)
    for turn in found.turns:
        assert (turn.shape, turn.target, turn.system, turn.facets, turn.refers_to) == (None, None, None, (), ())
        assert turn.answer == {"en": None, "zh": None}
        assert turn.question["en"]


def test_a_split_that_nobody_knows_is_hidden(tmp_path):
    folder = made.write(tmp_path / "data-set", {"train": made.rows()["train"], "extra": made.rows()["test"]})
    found = opened(folder)
    assert [(split.split, split.hidden) for split in found.summary().splits] == [("train", False), ("extra", True)]
    assert made.SECRET not in repr(found.dialogue(made.HIDDEN))


def test_an_unknown_dialogue_is_missing(small):
    with pytest.raises(BrowsingError) as raised:
        small.dialogue("nobody")
    assert raised.value.reason == "missing"


@pytest.mark.parametrize("spoil", ["mask", "image", "size"])
def test_a_spoilt_row_is_unreadable_and_the_others_are_not(spoil, tmp_path):
    rows = made.rows()["train"][:2]
    if spoil == "mask":
        rows[0]["turns"][0]["mask"] = {"size": [made.HEIGHT, made.WIDTH], "counts": "no mask"}
    elif spoil == "image":
        rows[0]["image"]["bytes"] = b"no image"
    else:
        rows[0]["height"] += 1
    found = opened(made.write(tmp_path / "data-set", {"train": rows}))
    with pytest.raises(BrowsingError) as raised:
        found.dialogue(made.TALL)
    assert raised.value.reason == "unreadable"
    assert found.dialogue("plain-0").turns


def test_a_place_that_is_not_there_is_missing(tmp_path):
    for place in (tmp_path / "nowhere", tmp_path):
        found = opened(place)
        assert (found.ready, found.problem, found.summary()) == (False, "missing", None)
        with pytest.raises(BrowsingError):
            found.matching(Filters())


def test_other_files_are_unreadable(tmp_path):
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "train-00000-of-00001.parquet"
    file.write_bytes(b"PAR1 and no more")
    assert opened(tmp_path).problem == "unreadable"
    pq.write_table(pa.table({"other": [1]}), file)
    assert opened(tmp_path).problem == "unreadable"


def test_statistics_spare_reading_the_questions(small, monkeypatch):
    asked = []
    read = Shard.read
    monkeypatch.setattr(Shard, "read", lambda shard, *args: asked.append((shard.split, *args)) or read(shard, *args))
    opened(small._place)
    for split, _, columns in asked:
        assert not any(column.startswith(("image.", "turns.mask", "turns.answer")) for column in columns)
        assert any(column.startswith("turns.question") for column in columns) == (split == "validation")


def test_files_without_statistics_give_the_same_index(small, tmp_path):
    (tmp_path / "data").mkdir()
    for split, rows in made.rows().items():
        table = pa.Table.from_pylist(rows, schema=FEATURES.arrow_schema)
        pq.write_table(table, tmp_path / "data" / f"{split}-00000-of-00001.parquet", write_statistics=False)
    assert opened(tmp_path).summary() == small.summary()


def test_the_built_data_set(built_dataset):
    found = opened(built_dataset.folder)
    table = [
        (row["dialogue_id"], split, len(row["turns"]))
        for split in ("train", "validation", "test")
        for row in pq.read_table(built_dataset.folder / "data" / f"{split}-00000-of-00001.parquet").to_pylist()
    ]
    assert [row[0] for row in table] == found.index.ids
    assert {split.split: split.dialogues for split in found.summary().splits} == {
        split: sum(row[1] == split for row in table) for split in ("train", "validation", "test")
    }
    assert found.index.numbers["turns"].tolist() == [row[2] for row in table]
    for identifier, split, turns in table:
        dialogue = found.dialogue(identifier)
        assert (dialogue.split, len(dialogue.turns)) == (split, turns)


class TestHub:
    """A data set on the Hub, behind real HTTP."""

    REPOSITORY = "ORG/mturn-seg"

    @pytest.fixture
    def hub(self):
        with without_network(), HubDouble() as hub:
            hub.add_account("hf_token", "someone", organisations=["ORG"])
            yield hub

    def upload(self, hub, folder):
        from huggingface_hub import HfApi

        api = HfApi(endpoint=hub.endpoint, token="hf_token")
        api.create_repo(self.REPOSITORY, repo_type="dataset")
        api.upload_folder(repo_id=self.REPOSITORY, repo_type="dataset", folder_path=folder)

    def test_it_is_read_as_a_folder_is(self, hub, small):
        self.upload(hub, small._place)
        found = opened(f"hub:{self.REPOSITORY}", hub.endpoint)
        assert found.problem is None
        assert found.summary() == small.summary()
        assert found.dialogue(made.TALL) == small.dialogue(made.TALL)

    def test_a_repository_that_is_not_there_is_missing(self, hub):
        assert opened(f"hub:{self.REPOSITORY}", hub.endpoint).problem == "missing"

    def test_it_is_tried_again_when_the_hub_cannot_be_reached(self, hub, small, monkeypatch):
        self.upload(hub, small._place)
        monkeypatch.setattr(dialogues, "RETRY_SECONDS", 0.2)
        hub.faults.add(path="/api/datasets/", status=503, times=50)
        found = opened(f"hub:{self.REPOSITORY}", hub.endpoint)
        assert (found.ready, found.problem) == (False, "unreachable")
        hub.faults.clear()
        for _ in range(100):
            if found.ready:
                break
            found._stopped.wait(0.1)
        assert (found.ready, found.problem) == (True, None)
