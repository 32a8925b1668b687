"""What is kept of a record comes back as it was; damaged bytes are told, and nothing in them is run."""

import io
import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from leaderboard import StoreError
from leaderboard.records import Resampling
from leaderboard.statistics import Companion, headline_draws, kept_headline_draws

MANY = Resampling(resamples=200, seed=3)


@pytest.fixture
def scored(made):
    turns = made.turns(patients=24)
    extra = {"modality": ["CT"] * len(turns)}
    return SimpleNamespace(
        sums={"en-multi": made.sums(turns, extra), "zh-single": made.sums([("患者一", "head", 0.5, 0.4)])}
    )


@pytest.fixture
def companion(scored):
    return Companion.of(scored, MANY)


@pytest.fixture
def data(companion):
    return companion.to_bytes()


def same(one, other):
    if one.resampling != other.resampling or list(one.by_track) != list(other.by_track):
        return False
    for track, sums in one.by_track.items():
        kept = other.by_track[track]
        if (sums.patients, sums.cells) != (kept.patients, kept.cells):
            return False
        arrays = ("n", "dice", "iou", "intersection", "union")
        if any((getattr(sums, name) != getattr(kept, name)).any() for name in arrays):
            return False
        if not np.array_equal(one.draws[track], other.draws[track]):
            return False
    return True


def changed(data, name, content):
    """The archive with another content of one member, or without it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
            elif content is not None:
                new.writestr(item, content)
    return buffer.getvalue()


def npy(values, **options):
    buffer = io.BytesIO()
    np.save(buffer, values, **options)
    return buffer.getvalue()


def test_comes_back_as_it_was(companion, data):
    assert same(Companion.from_bytes(data), companion)


def test_holds_all_turns_and_regions_and_nothing_finer(companion, scored):
    cells = companion.sums("en-multi").cells
    assert cells == (("overall", "all"), ("region", "chest"), ("region", "head"))
    assert companion.sums("en-multi").headline("dice") == scored.sums["en-multi"].headline("dice")
    with pytest.raises(KeyError):
        companion.sums("zh-multi")


def test_the_same_scores_give_the_same_bytes(companion, data, scored):
    assert Companion.of(scored, MANY).to_bytes() == data
    assert Companion.from_bytes(data).to_bytes() == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}  # not the time of writing


def test_draws_are_kept_and_made_anew_for_another_resampling(scored, data):
    companion, other = Companion.from_bytes(data), Resampling(resamples=200, seed=4)
    kept = companion.headline_draws("en-multi", MANY)
    assert (kept == headline_draws(scored.sums["en-multi"], MANY)).all()
    assert (companion.headline_draws("en-multi", other) == headline_draws(scored.sums["en-multi"], other)).all()
    assert (kept != companion.headline_draws("en-multi", other)).any()
    assert companion.headline_draws("zh-single", MANY) is None
    assert companion.headline_draws("zh-single", other) is None


def test_draws_read_alone_are_the_same(data):
    companion, other = Companion.from_bytes(data), Resampling(resamples=150)
    for resampling in (MANY, other):
        draws = kept_headline_draws(data, "en-multi", resampling)
        assert (draws == companion.headline_draws("en-multi", resampling)).all()
        assert kept_headline_draws(data, "zh-single", resampling) is None
    with pytest.raises(StoreError, match="zh-multi"):
        kept_headline_draws(data, "zh-multi", MANY)


def test_only_the_tracks_asked_for_are_read(data):
    assert list(Companion.from_bytes(data, ("zh-single",)).by_track) == ["zh-single"]


def test_numpy_reads_it_without_pickles(data):
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        assert json.loads(archive["about"].tobytes())["resampling"] == {"resamples": 200, "seed": 3}
        assert archive["en-multi/draws"].shape == (200,)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("about.npy", None),
        ("about.npy", npy(np.frombuffer(b"[]", np.uint8))),
        ("about.npy", npy(np.frombuffer(b'{"version": 2}', np.uint8))),
        ("about.npy", npy(np.frombuffer(b'{"version": 1, "resampling": {"resamples": 3}}', np.uint8))),
        ("en-multi/n.npy", None),
        ("en-multi/n.npy", b"not an array"),
        ("en-multi/n.npy", npy(np.ones((24, 3), np.float32))),
        ("en-multi/dice.npy", npy(np.ones((23, 3)))),
        ("en-multi/dice.npy", npy(np.full((24, 3), np.nan))),
        ("en-multi/iou.npy", npy(np.array([[print]], object), allow_pickle=True)),
        ("en-multi/draws.npy", npy(np.ones(199))),
        ("en-multi/draws.npy", None),
        ("en-multi/patients.npy", npy(np.frombuffer(b'["a"]', np.uint8))),
    ],
)
def test_content_that_does_not_belong_is_refused(data, name, content):
    with pytest.raises(StoreError, match="companion cannot be read"):
        Companion.from_bytes(changed(data, name, content))


def test_damaged_bytes_are_refused_or_make_no_difference(companion, data):
    rng = np.random.default_rng(0)
    ends = {len(data) * part // 50 for part in range(50)}
    for end in ends:
        with pytest.raises(StoreError):
            Companion.from_bytes(data[:end])
    for place in rng.integers(len(data), size=600):
        damaged = bytearray(data)
        damaged[place] ^= 1 << rng.integers(8)
        try:
            assert same(Companion.from_bytes(bytes(damaged)), companion)
        except StoreError:
            continue
