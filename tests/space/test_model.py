"""The page of one model: every number on it against the board's records and comparisons."""

from __future__ import annotations

import json
import re
from html import escape
from html.parser import HTMLParser
from types import SimpleNamespace

import gradio as gr
import pytest

from leaderboard import Comparison, ComparisonError, Difference, Leaderboard, Resampling, SqliteStore, SubmissionMeta
from space.board.boards import Boards
from space.board.watch import Watch
from space.cards import breakdown, model
from space.charts.compared import differences
from space.ranking.choice import KINDS
from space.tabs.model import comparison, content
from space.words import words
from tests.space import making, results
from tests.space.results import TRACK

EN, ZH = words("en"), words("zh")
PATIENTS = 30  # ten in each region: enough for intervals


class Tables(HTMLParser):
    """The text of the cells of every table: heading of the table -> rows."""

    def __init__(self, html: str):
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._inside = False
        elif tag == "table":
            self.tables[self._rows[0][0]] = self._rows[1:]

    def handle_data(self, data):
        if self._inside:
            self._rows[-1][-1] += data


def tables(html: str) -> dict[str, list[list[str]]]:
    return Tables(html).tables


def entered(board: Leaderboard, folder, name: str, shift: int, user="ann", mode="own", languages=("en", "zh")):
    path = folder / f"{board.truth.split}-{shift}-{mode}-{len(languages)}.parquet"
    making.write_predictions(making.prediction_rows(shift, languages, PATIENTS), path)
    meta = SubmissionMeta(model=name, link="https://example.org/x", history_mode=mode, signed="ann", notes="<i>n</i>")
    return board.submit(path, meta, user=user)


@pytest.fixture(scope="module")
def boards(tmp_path_factory) -> Boards:
    """Three models of two users on the test split, one of them also without history; one true history on validation."""
    folder = tmp_path_factory.mktemp("boards")
    store = SqliteStore(folder / "leaderboard.sqlite")
    made = [
        Leaderboard(
            making.write_truth(folder / f"{split}.parquet", split, PATIENTS),
            store,
            resampling=Resampling(resamples=200),
        )
        for split in ("test", "validation")
    ]
    test, validation = made
    entered(test, folder, "Near", 1)
    entered(test, folder, "Near", 2, mode="none")
    entered(test, folder, "<b>Far</b>", 3, user="bob")
    entered(test, folder, "English", 2, user="bob", languages=("en",))
    entered(validation, folder, "near", 3)
    entered(validation, folder, "NEAR", 1, mode="gt")
    return Boards(test, validation)


@pytest.fixture(scope="module")
def watch(boards) -> Watch:
    watch = Watch(boards)
    watch.refresh()
    return watch


@pytest.fixture(scope="module")
def seen(watch):
    return watch.snapshot


def row_of(seen, name: str, track: str = TRACK, mode: str = "own"):
    return next(row for row in seen.tables[track] if (row.model, row.history_mode) == (name, mode))


def shown(seen, name: str, track: str = TRACK, text=EN, mode: str = "own"):
    return content(text, seen, track, row_of(seen, name, track, mode).record_id)


def written(value, ends) -> str:
    return "–" if value is None else f"{value:.3f} [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else f"{value:.3f}"


def test_the_head_tells_rank_tier_and_headline(seen):
    row = row_of(seen, "Near")
    head = shown(seen, "Near").head
    low, high = row.rank_interval
    for label, value in [
        ("Rank", "1 of 4"),
        ("Rank, 95%", str(low) if low == high else f"{low}–{high}"),
        ("Tier", "1"),
        ("Probability of rank 1", escape(EN.share(row.p_first))),
        ("Headline Dice, 95%", written(row.headline_dice, row.headline_dice_interval)),
    ]:
        assert f"<dt>{label}</dt><dd>{value}</dd>" in head
    assert "drawn anew 200 times" in head


def test_the_facts_are_those_of_the_record(seen):
    record = seen.records[row_of(seen, "Near").record_id]
    facts = shown(seen, "Near").facts
    for fact in (
        record.id,
        record.file_sha256,
        record.dataset.digest,
        record.device,
        "of this model so far: 2",
        "ann",
        "own run",
    ):
        assert fact in facts
    assert 'href="https://example.org/x"' in facts
    assert "&lt;i&gt;n&lt;/i&gt;" in facts
    assert f"Dice {written(record.agreement['multi'].dice, record.agreement['multi'].dice_interval)}" in facts
    assert "150 of 30 dialogues, 30 patients" in facts
    assert "Agreement" not in shown(seen, "English").facts  # it has one language


@pytest.mark.parametrize("text", [EN, ZH])
def test_every_stratum_stands_with_its_scores_and_counts(seen, text):
    score = seen.score(TRACK, row_of(seen, "Near").record_id)
    found = tables(shown(seen, "Near", text=text).strata)
    for kind in KINDS:
        cells = score.strata.get(kind, {})
        if not cells:
            continue
        expected = [
            [
                written(cell.dice, cell.dice_interval),
                written(cell.iou, cell.iou_interval),
                "–" if cell.mm is None else f"{cell.mm.hd95:.1f}",
                "–" if cell.mm is None else f"{cell.mm.nsd:.3f}",
                str(cell.n),
                str(cell.n_patients),
            ]
            for cell in cells.values()
        ]
        assert [line[1:] for line in found[text.name("kind", kind)]] == expected
    whole = found[text("model.overall")]
    assert whole[0][1] == written(score.headline_dice, score.headline_dice_interval)
    assert whole[1][1] == written(score.overall.dice, score.overall.dice_interval)
    assert len(found) == 1 + sum(bool(score.strata.get(kind)) for kind in KINDS)


def test_distances_in_pixels_and_partly_known_spacings_are_told():
    cell = results.cell(
        0.5, mm=results.Distances(n=40, hd95=3.0, nsd=0.25), px=results.Distances(n=20, hd95=7.5, nsd=0.125)
    )
    found = tables(breakdown.strata(EN, results.track(0.5, 0.5, 3.0, strata={"region": {"head": cell}})))
    assert found["Region"] == [
        ["Head", "0.500 [0.450, 0.550]", "0.250 [0.200, 0.300]", "3.0 n 40", "0.250", "7.5 n 20", "0.125", "60", "20"]
    ]


def test_hidden_scores_are_dashes_beside_their_counts():
    found = tables(breakdown.strata(EN, results.track(0.5, 0.5, None)))
    assert found["Organ system"] == [["immune", "–", "–", "–", "–", "9", "4"]]


def test_turns_stand_beside_the_fixed_cohort(seen):
    found = tables(breakdown.turns(EN, results.track(0.6, 0.5, None)))["Turn"]
    assert found[1] == ["2", "0.300 [0.250, 0.350]", "30 (20)", "0.150", "10 (9)"]
    assert found[5] == ["6", "0.100 [0.050, 0.150]", "10 (20)", "–", "–"]
    assert "at least 5 segmentation turns, shown at turns 1 to 5" in shown(seen, "Near").turns
    assert "one segmentation turn" in shown(seen, "Near", "en-single").turns
    assert shown(seen, "Near", "en-single").curves == (None, None)


def test_the_curves_draw_the_record(seen):
    score = seen.score(TRACK, row_of(seen, "Near").record_id)
    for curve, cells in zip(shown(seen, "Near").curves, (score.turn_curve, score.fixed_cohort_curve), strict=True):
        drawn = json.loads(curve.plot)["data"][0]
        assert drawn["y"] == pytest.approx([cells[turn].dice for turn in "12345"])


def test_the_history_gap_is_that_of_the_validation_board(boards, seen):
    gap = next(item for item in boards.validation.history_gaps() if item.track == TRACK)
    lines = tables(shown(seen, "Near").gap)["Measure"]
    headline = [item for item in gap.comparison.differences if item.kind == "headline"]
    assert lines == [
        [
            {"dice": "Dice", "iou": "IoU"}[item.measure],
            f"{item.a:.3f}",
            f"{item.b:.3f}",
            f"{item.difference:+.3f} [{item.interval[0]:+.3f}, {item.interval[1]:+.3f}]",
            "150",
            "30",
        ]
        for item in headline
    ]
    assert headline[0].difference > 0.1


def test_without_a_gap_the_command_that_measures_it_is_told(seen):
    gap = shown(seen, "<b>Far</b>").gap
    assert "validation split" in gap
    assert "mturn-seg history-gap" in gap
    assert not tables(gap)


def test_other_tracks_and_other_histories_of_the_model_are_linked(seen):
    near, none = row_of(seen, "Near"), row_of(seen, "Near", mode="none")
    facts = shown(seen, "Near").facts
    for track in ("en-single", "zh-single", "zh-multi"):
        assert f'href="?track={track}&amp;model={near.record_id}"' in facts
    assert f'href="?track={TRACK}&amp;model={none.record_id}"' in facts
    assert row_of(seen, "English").record_id not in facts
    assert "zh-multi" not in shown(seen, "English").facts


def test_names_are_never_markup(seen):
    page = shown(seen, "<b>Far</b>")
    assert "&lt;b&gt;Far&lt;/b&gt;" in page.head
    assert all("<b>Far" not in part for part in (page.head, page.facts, page.strata, page.gap))
    assert "<b>Far" not in shown(seen, "Near").curves[0].plot


def test_an_id_that_stands_in_no_table_is_told(seen):
    page = content(EN, seen, TRACK, "<script>-1")
    assert "No submission in these tables has the record &lt;script&gt;-1." in page.head
    assert page.options is None
    values = dict(zip(("head", "body"), page.values(), strict=False))
    assert values["body"]["visible"] is False


def test_a_row_without_its_record_shows_what_the_table_knows():
    alone = results.three()
    alone.records.clear()
    page = content(EN, alone, TRACK, "a-1")
    assert "0.600 [0.550, 0.650]" in page.head
    assert "cannot be reached now" in page.head
    assert page.options is None


def test_all_other_rows_can_be_compared_with(seen):
    options = shown(seen, "Near").options
    assert [value for _, value in options] == [
        row.record_id for row in seen.tables[TRACK] if row.record_id != row_of(seen, "Near").record_id
    ]
    labels = [label for label, _ in options]
    assert f"{row_of(seen, 'Near', mode='none').rank}. Near (no history)" in labels
    assert any(label.endswith(". <b>Far</b>") for label in labels)  # a list shows text, not markup


def test_a_single_model_has_nobody_to_be_compared_with():
    page = content(EN, results.snapshot(results.record("a", results.track(0.5, 0.5, 1.0))), TRACK, "a-1")
    assert page.options == []
    assert "No other model" in page.hint


@pytest.fixture
def page(watch):
    return SimpleNamespace(words=EN, watch=watch)


def test_a_comparison_has_the_numbers_of_the_board(boards, seen, page):
    near, far = row_of(seen, "Near"), row_of(seen, "<b>Far</b>")
    expected = next(item for item in boards.ranked.compare(far.record_id, near.record_id) if item.track == TRACK)
    card, figure = comparison(page, TRACK, near.record_id, far.record_id)
    lines = {line[0]: line[1:] for line in tables(card)["Stratum"]}
    dice = {(item.kind, item.value): item for item in expected.differences if item.measure == "dice"}
    iou = {(item.kind, item.value): item for item in expected.differences if item.measure == "iou"}

    def difference(item):
        ends = f" [{item.interval[0]:+.3f}, {item.interval[1]:+.3f}]" if item.interval else ""
        return f"{item.difference:+.3f}{ends}"

    names = {
        "Mean of the regions (headline)": ("headline", "all"),
        "All turns": ("overall", "all"),
        "Region: Head": ("region", "head"),
        "Region: Chest": ("region", "chest"),
        "Region: Abdomen": ("region", "abdomen"),
    }
    assert lines.keys() == names.keys()
    for name, key in names.items():
        item = dice[key]
        scores = [f"{item.b:.3f}", f"{item.a:.3f}", difference(item), difference(iou[key])]
        assert lines[name] == [*scores, str(item.n), str(item.n_patients)]
    assert near.headline_dice - far.headline_dice == pytest.approx(dice["headline", "all"].difference)
    p = expected.wilcoxon_p
    assert f"p {'&lt; 0.001' if p < 0.001 else f'= {p:.3f}'}." in card
    assert "B: &lt;b&gt;Far&lt;/b&gt;" in card
    drawn = json.loads(figure["value"].plot)["data"]
    values = [value for trace in drawn for value in trace["x"] if value is not None]
    assert sorted(values) == pytest.approx(sorted(item.difference for item in dice.values()))


def test_two_results_of_one_model_are_told_apart(seen, page):
    own, none = row_of(seen, "Near"), row_of(seen, "Near", mode="none")
    card, _ = comparison(page, TRACK, own.record_id, none.record_id)
    assert "A: Near (own history) (this page)<br>B: Near (no history)" in card


def test_what_cannot_be_compared_says_so(seen, page):
    near, other = row_of(seen, "Near"), row_of(seen, "English")
    impossible = "cannot be compared"
    assert impossible in comparison(page, TRACK, near.record_id, "nobody-1")[0]
    assert comparison(page, TRACK, near.record_id, None)[0] == ""

    def refuse(*_):
        raise ComparisonError("of different data: /secret")

    def broken(*_):
        raise OSError("/secret/path")

    for act in (refuse, broken):
        away = SimpleNamespace(words=EN, watch=SimpleNamespace(snapshot=seen, comparison=act))
        card, figure = comparison(away, TRACK, near.record_id, other.record_id)
        assert impossible in card
        assert "secret" not in card
        assert figure["visible"] is False


def made_comparison(*items: tuple[str, str, float, tuple[float, float] | None]) -> Comparison:
    rows = [
        Difference(
            kind=kind, value=value, measure="dice", n=60, n_patients=20, a=0.4, b=0.4 + by, difference=by, interval=ends
        )
        for kind, value, by, ends in items
    ]
    return Comparison(track=TRACK, a="x", b="y", n=60, n_patients=20, differences=rows, wilcoxon_p=None)


def test_the_figure_tells_clear_differences_from_others():
    figure = differences(
        EN,
        made_comparison(
            ("headline", "all", 0.1, (0.05, 0.15)),
            ("region", "chest", -0.1, (-0.15, -0.05)),
            ("region", "head", 0.01, (-0.05, 0.07)),
            ("region", "prostate", 0.02, None),
            ("turn_curve", "1", 0.3, None),  # the stratum of turn 1 says the same
        ),
    )
    drawn = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in figure.data if trace.x[0] is not None}
    assert drawn == {
        "A is better": [(0.1, 0)],
        "B is better": [(-0.1, 1)],
        "the interval holds 0": [(0.01, 2), (0.02, 3)],
    }
    neither = next(trace for trace in figure.data if trace.name == "the interval holds 0" and trace.x[0] is not None)
    assert neither.marker.symbol[1].endswith("-open")
    assert neither.error_x.array[0] == pytest.approx(0.06)
    assert figure.layout.yaxis.ticktext == (
        "Mean of the regions (headline)",
        "Region: Chest",
        "Region: Head",
        "Region: Prostate",
    )


def test_the_p_value_is_not_told_for_few_patients(page, seen):
    few = made_comparison(("headline", "all", 0.1, None))
    near, far = row_of(seen, "Near"), row_of(seen, "<b>Far</b>")
    watch = SimpleNamespace(snapshot=seen, comparison=lambda *_: [few])
    card, _ = comparison(SimpleNamespace(words=EN, watch=watch), TRACK, near.record_id, far.record_id)
    assert "No test (Wilcoxon) and no intervals below 10 patients" in card
    assert "p =" not in card
    assert "p &lt;" not in card


def test_the_page_gives_a_value_to_each_of_its_components(watch):
    from space.tabs import model as tab  # its build, beside the card of the same name

    with gr.Blocks() as blocks:
        record = tab.build(SimpleNamespace(words=EN, watch=watch), gr.Radio(), gr.Column())
    show = next(fn for fn in blocks.fns.values() if (record._id, "change") in fn.targets)
    near = row_of(watch.snapshot, "Near").record_id
    for asked in (near, "", "nobody-1"):
        assert len(show.fn(TRACK, asked)) == len(show.outputs)
    assert show.fn(TRACK, near)[0]["visible"] == "hidden"
    assert show.fn(TRACK, "")[0]["visible"] is True


def test_links_to_models_are_well_formed():
    row = results.three().tables[TRACK][0]
    anchors = model.elsewhere(EN, [("zh-multi", row)], [])
    assert re.findall(r'href="([^"]+)"', anchors) == ["?track=zh-multi&amp;model=a-1"]
    assert model.elsewhere(EN, [], []) == ""
