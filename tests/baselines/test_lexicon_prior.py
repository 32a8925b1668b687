import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import ndimage

import masks
from baselines import FitError, Image, PastTurn, Request, create, run
from baselines.lexicon_prior import LexiconPrior
from baselines.lexicon_prior.body import Body, find_body, otsu
from baselines.lexicon_prior.maps import GRID, from_grid, take_largest, to_grid


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("history", ["own", "none"])
def test_it_beats_the_empty_runner_on_patients_it_has_not_seen(fitted, splits, tmp_path, language, history):
    patients = [set(splits[split]["patient_id"]) for split in ("train", "validation")]
    assert not patients[0] & patients[1]
    options = {"languages": [language], "history": history}
    scores = {}
    for runner in (create("empty"), fitted):
        summary = run(splits["validation"], runner, out=tmp_path / f"{runner.name}.parquet", **options)
        assert summary.n_errors == 0
        scores[runner.name] = _dice(summary.out, splits["validation"])
    assert scores["empty"] == 0
    assert scores["lexicon-prior"] > 0.5


def test_it_tells_questions_that_want_words(fitted, splits, tmp_path):
    summary = run(splits["validation"], fitted, out=tmp_path / "p.parquet")
    statuses = {}
    kinds = {(row["dialogue_id"], turn["turn"]): turn["kind"] for row in splits["validation"] for turn in row["turns"]}
    for line in summary.log.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        statuses.setdefault(kinds[record["dialogue_id"], record["turn"]], set()).add(record["status"])
    assert statuses == {"segment": {"ok"}, "answer": {"no_seg"}}


def test_it_runs_over_the_public_test_split_and_refuses_true_history_there(fitted, splits, tmp_path):
    summary = run(splits["test"], fitted, out=tmp_path / "p.parquet")
    assert summary.statuses["ok"] == summary.segmentation_turns > 0
    with pytest.raises(ValueError, match="test split"):
        run(splits["test"], fitted, out=tmp_path / "gt.parquet", history="gt")


def test_the_same_rows_give_the_same_fit_and_the_same_predictions(fitted, splits, tmp_path):
    again = LexiconPrior.fit(splits["train"])
    for name, runner in (("1", fitted), ("2", again)):
        runner.save(tmp_path / name)
        run(splits["validation"], LexiconPrior.load(tmp_path / name), out=tmp_path / f"{name}.parquet")
    for file in ("fit.json", "fit.npz"):
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes()
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def test_a_run_of_it_can_be_cut(fitted, splits, tmp_path):
    whole = run(splits["validation"], fitted, out=tmp_path / "whole.parquet")
    log = whole.log.read_bytes()
    out = tmp_path / "cut.parquet"
    out.with_name(f"cut.parquet.{whole.run}.work.jsonl").write_bytes(log[: len(log) // 2])
    assert run(splits["validation"], fitted, out=out).resumed > 0
    assert out.read_bytes() == whole.out.read_bytes()


def test_a_saved_fit_replaces_an_older_one_and_nothing_else(fitted, tmp_path):
    fitted.save(tmp_path / "fit")
    fitted.save(tmp_path / "fit")
    assert sorted(path.name for path in (tmp_path / "fit").iterdir()) == ["fit.json", "fit.npz"]
    (tmp_path / "thesis").mkdir()
    with pytest.raises(FitError, match="thesis: exists and is no fit"):
        fitted.save(tmp_path / "thesis")


def test_a_fit_of_one_language_runs_in_it_alone(splits, tmp_path):
    runner = LexiconPrior.fit(splits["train"], "zh")
    assert runner.capabilities.languages == ("zh",)
    summary = run(splits["validation"].select(range(3)), runner, out=tmp_path / "p.parquet")
    assert set(pq.read_table(summary.out)["language"].to_pylist()) == {"zh"}


def test_rows_without_truth_cannot_be_learned(splits):
    with pytest.raises(FitError, match=r"turn 1: has no mask, expected rows of the train split"):
        LexiconPrior.fit(splits["test"])
    with pytest.raises(FitError, match="no mask with foreground"):
        LexiconPrior.fit([])
    with pytest.raises(FitError, match=r"languages \('fr',\)|languages \['fr'\]"):
        LexiconPrior.fit(splits["train"], "fr")


@pytest.mark.parametrize("damage", ["missing", "json", "npz", "format", "array"])
def test_a_folder_that_is_no_whole_fit_is_refused(fitted, tmp_path, damage):
    folder = tmp_path / "fit"
    fitted.save(folder)
    if damage == "missing":
        (folder / "fit.npz").unlink()
    elif damage == "json":
        (folder / "fit.json").write_text("{")
    elif damage == "npz":
        (folder / "fit.npz").write_bytes(b"PK\x03\x04 not a zip")
    elif damage == "format":
        (folder / "fit.json").write_text('{"format": 99}')
    else:
        np.savez(folder / "fit.npz", maps=np.zeros((1, GRID, GRID)))
    with pytest.raises(FitError, match=r"fit\b"):
        LexiconPrior.load(folder)


# A slice of two kidneys and a spine on grey: enough to learn sides, pairs and the place of a reference.
SIZE = (64, 96)
PLACES = {"kidney_right": (34, 20, 12, 10), "kidney_left": (34, 66, 12, 10), "spine": (40, 42, 16, 12)}
WORDS = {
    "kidney_right": ("the organ that filters blood", "过滤血液的器官"),
    "kidney_left": ("the organ that filters blood", "过滤血液的器官"),
    "spine": ("the bony axis of the trunk", "躯干的骨性中轴"),
}


def _mask(structure, shift=(0, 0)):
    top, left, height, width = PLACES[structure]
    mask = np.zeros(SIZE, dtype=bool)
    mask[top + shift[0] : top + shift[0] + height, left + shift[1] : left + shift[1] + width] = True
    return mask


def _slice():
    grey = np.zeros(SIZE, dtype=np.uint8)
    grey[4:62, 6:90] = 90
    return grey


@pytest.fixture(scope="module")
def small() -> LexiconPrior:
    import PIL.Image

    rows = []
    for number in range(6):
        turns = []
        for turn, structure in enumerate(PLACES, start=1):
            en, zh = WORDS[structure]
            question = {"en": f"Segment {en}.", "zh": f"请分割{zh}。"}
            mask = masks.encode(_mask(structure))
            turns.append({"turn": turn, "kind": "segment", "question": question, "target": structure, "mask": mask})
        row = {"dialogue_id": f"d{number}", "image_id": f"i{number}", "image": PIL.Image.fromarray(_slice())}
        rows.append({**row, "modality": "CT", "height": SIZE[0], "width": SIZE[1], "spacing_mm": None, "turns": turns})
    return LexiconPrior.fit(rows)


def _ask(runner, question, language="en", past=()):
    rgb = np.repeat(_slice()[:, :, None], 3, axis=2)
    image = Image("i", rgb, "CT")
    turns = tuple(
        PastTurn(index, text, language, None, mask, "gt", "ok") for index, (text, mask) in enumerate(past, start=1)
    )
    request = Request(image, turns, question, language, "d", len(turns) + 1, 0)
    return runner.open(image, language).respond(request)


KIDNEY = {"en": "Segment the organ that filters blood.", "zh": "请分割过滤血液的器官。"}
SPINE = {"en": "Segment the bony axis of the trunk.", "zh": "请分割躯干的骨性中轴。"}


@pytest.mark.parametrize(
    ("language", "question", "past", "expected"),
    [
        ("en", "On the left side of the image, segment the organ that filters blood.", [], "kidney_right"),
        ("en", "Segment the organ that filters blood, on the patient's left side.", [], "kidney_left"),
        ("zh", "请分割图像右侧的这一结构：过滤血液的器官。", [], "kidney_left"),
        ("zh", "请在患者右侧找到并分割过滤血液的器官。", [], "kidney_right"),
        ("en", "Segment the organ that filters blood: the one to the image right of the structure segmented first.",
         ["spine"], "kidney_left"),
        ("zh", "请分割图像上位于第一个分割的结构左侧、符合以下描述的结构：过滤血液的器官。", ["spine"], "kidney_right"),
        ("en", "Segment the counterpart of the structure segmented last.", ["spine", "kidney_left"], "kidney_right"),
        ("zh", "请分割第二个分割的结构在身体对侧的对应结构。", ["spine", "kidney_right"], "kidney_left"),
        ("en", "Leave out the structure segmented first and segment the other structure that filters blood.",
         ["kidney_right"], "kidney_left"),
        ("en", "Segment the one with a larger area than the structure segmented first.", ["kidney_left"], "spine"),
    ],
)  # fmt: skip
def test_clues_of_place_pair_and_size_choose_between_structures(small, language, question, past, expected):
    asked = {"spine": SPINE, "kidney_left": _sided("left"), "kidney_right": _sided("right")}
    response = _ask(small, question, language, [(asked[name][language], _mask(name)) for name in past])
    assert response.meta["structure"] == expected
    assert _overlap(response.mask, _mask(expected)) > 0.6


def _sided(side):
    zh = {"left": "左", "right": "右"}[side]
    en = f"Segment the organ that filters blood, on the patient's {side} side."
    return {"en": en, "zh": f"请在患者{zh}侧找到并分割过滤血液的器官。"}


def test_a_structure_asked_for_again_is_the_mask_of_the_history(small):
    masks_so_far = [(SPINE["en"], _mask("spine", (2, 1))), (_sided("right")["en"], _mask("kidney_right", (-3, 2)))]
    question = "Of the structures segmented so far, segment once more the one farthest to the left of the image."
    response = _ask(small, question, past=masks_so_far)
    np.testing.assert_array_equal(response.mask, _mask("kidney_right", (-3, 2)))


def test_masks_of_the_history_move_the_prior_with_them(small):
    still = _ask(small, _sided("left")["en"], past=[(SPINE["en"], _mask("spine"))]).mask
    moved = _ask(small, _sided("left")["en"], past=[(SPINE["en"], _mask("spine", (6, 0)))]).mask
    rows = [ndimage.center_of_mass(mask)[0] for mask in (still, moved)]
    # Of 6 pixels, a third: one mask says little.
    assert 1.5 <= rows[1] - rows[0] <= 2.5


def test_a_mask_far_from_where_its_structure_lies_moves_nothing(small):
    usual = _ask(small, _sided("left")["en"]).mask
    astray = _ask(small, _sided("left")["en"], past=[(SPINE["en"], _mask("spine", (-30, 0)))]).mask
    np.testing.assert_array_equal(usual, astray)


def test_the_area_is_the_usual_one(small):
    response = _ask(small, SPINE["en"])
    assert abs(response.mask.sum() - _mask("spine").sum()) <= 1


def test_the_body_is_the_large_parts_with_holes_filled_and_without_the_table():
    grey = np.zeros((64, 96), dtype=np.uint8)
    grey[10:40, 8:88] = 120
    grey[20:30, 30:60] = 0
    grey[50:52, 4:92] = 200
    body = find_body(grey)
    assert (body.top, body.left, body.height, body.width) == (10, 8, 30, 80)
    assert body.outline[25, 45]
    assert not body.outline[51].any()


def test_two_legs_are_one_body():
    grey = np.zeros((64, 96), dtype=np.uint8)
    grey[10:50, 8:40] = 120
    grey[12:50, 56:88] = 130
    body = find_body(grey)
    assert (body.top, body.left, body.height, body.width) == (10, 8, 40, 80)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_slice_without_contrast_is_all_body(value):
    body = find_body(np.full((20, 30), value, dtype=np.uint8))
    assert (body.top, body.left, body.height, body.width) == (0, 0, 20, 30)


def test_a_large_slice_is_outlined_on_a_coarser_one():
    grey = np.zeros((511, 640), dtype=np.uint8)
    grey[100:400, 120:520] = 100
    body = find_body(grey)
    assert body.outline.shape == grey.shape
    for found, true in zip((body.top, body.left, body.height, body.width), (100, 120, 300, 400), strict=True):
        assert abs(found - true) <= 8


def test_otsu_parts_two_values():
    assert 20 < otsu(np.array([[10, 20, 20], [200, 210, 205]])) < 200


@pytest.mark.parametrize(("height", "width"), [(30, 80), (64, 64), (300, 200)])
def test_a_map_laid_over_the_body_it_came_from_is_the_mask_again(height, width):
    size = (320, 260)
    body = Body(np.ones(size, dtype=bool), 5, 7, height, width)
    mask = np.zeros(size, dtype=bool)
    mask[5 + height // 4 : 5 + height // 2, 7 + width // 4 : 7 + width * 3 // 4] = True
    cells = to_grid(*np.nonzero(mask), body)
    assert cells.sum() / GRID**2 == pytest.approx(mask.sum() / (height * width))
    again = np.zeros(size, dtype=bool)
    again[body.window] = take_largest(from_grid(cells, body), int(mask.sum()))
    assert _overlap(again, mask) > 0.9


@pytest.mark.parametrize("n", range(8))
def test_take_largest_takes_as_many_as_asked_of_the_positive_and_the_first_of_equals(n):
    values = np.array([[0.5, 0.9, 0.0], [0.5, 0.5, 0.2]])
    order = [1, 0, 3, 4, 5]
    assert np.flatnonzero(take_largest(values, n)).tolist() == sorted(order[:n])


def _overlap(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


def _dice(predictions, rows):
    truth = {(row["dialogue_id"], turn["turn"]): turn["mask"] for row in rows for turn in row["turns"]}
    scores = []
    for row in pq.read_table(predictions).to_pylist():
        predicted = masks.decode({"size": row["size"], "counts": row["counts"]})
        scores.append(_overlap(predicted, masks.decode(truth[row["dialogue_id"], row["turn"]])))
    return np.mean(scores)
