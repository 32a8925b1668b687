"""The ranking: its cells against the records, its order, its links, and what stands around it."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import pytest

from leaderboard import DataFacts, published_results
from leaderboard.records import HEADLINE_REGIONS
from space.cards import standing
from space.cards.published import published
from space.ranking.choice import MEASURES, WHOLE, Choice, offered, stratum_option
from space.ranking.frames import ordered, ranking
from space.tabs import table
from space.words import words
from tests.space import results
from tests.space.results import DATA, FACTS, TRACK

EN, ZH = words("en"), words("zh")


@pytest.fixture(scope="module")
def three():
    return results.three()


def lines(frame) -> dict[str, dict[str, str]]:
    """Model -> heading -> what the cell shows."""
    rows = [dict(zip(frame.headers, line, strict=True)) for line in frame.value["metadata"]["display_value"]]
    return {row["Model"]: row for row in rows}


def sorted_by(frame, heading: str) -> list[str]:
    """The models as gradio sorts them by a column, upwards: as JavaScript's Number, or as text."""
    place = frame.headers.index(heading)
    read = float if frame.types[place] == "number" else str
    return [line[1] for line in sorted(frame.value["data"], key=lambda line: read(line[place]))]


def models(snapshot, choice) -> list[str]:
    return [row.model for row in ordered(snapshot, TRACK, choice)]


def test_a_line_holds_the_numbers_of_its_record(three):
    frame = ranking(EN, three, FACTS, Choice(), DATA)
    assert lines(frame)["b"] == {
        "Rank": "2",
        "Model": "b",
        "Dice [95%]": "0.500 [0.450, 0.550]",
        "Rank, 95%": "–",
        "P(first)": "–",
        "Tier": "–",
        "IoU": "0.250",
        "HD95 (mm)": "30.2",
        "NSD": "0.500",
        "Turn 1": "0.500",
        "Turn 2": "0.250",
        "Turn 3": "0.167",
        "Turn 4": "0.125",
        "Turn 5": "0.100",
        "Agreement EN–ZH": "0.710",
        "Head": "0.500",
        "Chest": "0.500",
        "Parameters (10⁹)": "7",
        "Turns": "120",
        "Patients": "30",
        "Empty masks": "7",
        "Attempts": "3",
        "Run": "own run",
        "History": "own",
        "Organisation": "lab",
        "Submitted by": "ann",
        "Date": "2026-01-31",
        "Data": DATA,
        "Record": "b-1",
    }


def test_what_does_not_exist_is_a_dash_and_no_number(three):
    frame = ranking(EN, three, FACTS, Choice(), DATA)
    place, column = 2, frame.headers.index("Chest")
    assert frame.value["metadata"]["display_value"][place][column] == "–"
    assert (frame.types[column], frame.value["data"][place][column]) == ("number", "-Infinity")


def test_ranks_tiers_and_verification_are_written_out():
    made = results.snapshot(results.record("a", results.track(0.6, 0.3, None)))
    row = made.tables[TRACK][0].model_copy(
        update={"rank_interval": (1, 3), "p_first": 0.75, "tier": 2, "verified": True, "parameters": 350_000_000}
    )
    made.tables[TRACK][0] = row
    line = lines(ranking(EN, made, FACTS, Choice(), DATA))["a"]
    shown = {name: line[name] for name in ("Rank, 95%", "P(first)", "Tier", "Run", "Parameters (10⁹)", "HD95 (mm)")}
    assert shown == {
        "Rank, 95%": "1–3",
        "P(first)": "75%",
        "Tier": "2",
        "Run": "verified",
        "Parameters (10⁹)": "0.35",
        "HD95 (mm)": "–",
    }
    made.tables[TRACK][0] = row.model_copy(update={"rank_interval": (1, 1)})
    assert lines(ranking(EN, made, FACTS, Choice(), DATA))["a"]["Rank, 95%"] == "1"


@pytest.mark.parametrize(
    ("heading", "upwards"),
    [
        ("Dice [95%]", "dcba"),
        ("Rank", "abcd"),
        ("Rank, 95%", "abcd"),  # 1–3, 2, 2–10, 10–12: neither as text nor by the upper end alone
        ("HD95 (mm)", "acbd"),  # without a value the worst, not 0
        ("Tier", "abcd"),
        ("Chest", "cdab"),  # without a value below the lowest
        ("P(first)", "bcda"),
    ],
)
def test_readers_sort_by_the_numbers_and_what_is_missing_is_the_worst(heading, upwards):
    tracks = [
        results.track(0.6, 0.3, 12.0),
        results.track(0.5, 0.5, 100.0),
        results.track(0.4, None, 20.0),
        results.track(0.1, 0.0, None),
    ]
    made = results.snapshot(*(results.record(name, score) for name, score in zip("abcd", tracks, strict=True)))
    standings = [((1, 3), 0.9, 1), ((2, 2), 0.0, 2), ((2, 10), 0.04, 10), ((10, 12), 0.06, None)]
    made.tables[TRACK] = [
        row.model_copy(update={"rank_interval": ends, "p_first": first, "tier": tier})
        for row, (ends, first, tier) in zip(made.tables[TRACK], standings, strict=True)
    ]
    assert sorted_by(ranking(EN, made, FACTS, Choice(), DATA), heading) == list(upwards)


def test_the_chosen_column_sorts_by_its_number(three):
    frame = ranking(EN, three, FACTS, Choice("dice", "region.chest"), DATA)
    assert sorted_by(frame, "Dice · Chest") == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("choice", "order", "heading", "cells"),
    [
        (Choice("dice", "region.chest"), "bac", "Dice · Chest", ["0.500 [0.450, 0.550]", "0.300 [0.250, 0.350]", "–"]),
        (
            Choice("iou", "region.head"),
            "abc",
            "IoU · Head",
            [f"{x:.3f} [{x - 0.05:.3f}, {x + 0.05:.3f}]" for x in (0.3, 0.25, 0.2)],
        ),
        (Choice("hd95"), "acb", "HD95 (mm)", ["12.0", "20.0", "30.2"]),
        (Choice("nsd"), "abc", "NSD", ["0.600", "0.500", "0.400"]),
        (
            Choice("dice", "segmentation_turn.2"),
            "abc",
            "Dice · Turn 2",
            ["0.300 [0.250, 0.350]", "0.250 [0.200, 0.300]", "0.200 [0.150, 0.250]"],
        ),
        (Choice("hd95", "region.head"), "abc", "HD95 (mm) · Head", ["–", "–", "–"]),
    ],
)
def test_the_table_is_ordered_by_the_choice_which_stands_after_the_model(three, choice, order, heading, cells):
    assert models(three, choice) == list(order)
    frame = ranking(EN, three, FACTS, choice, DATA)
    assert frame.headers[:3] == ["Rank", "Model", heading]
    assert [line[2] for line in frame.value["metadata"]["display_value"]] == cells
    assert len(set(frame.headers)) == len(frame.headers)
    assert [line[0] for line in frame.value["data"]] == ["abc".index(name) + 1 for name in order]


def test_ties_keep_the_order_of_the_ranking():
    made = results.snapshot(
        *(results.record(name, results.track(value, 0.5, 9.0)) for name, value in (("x", 0.2), ("y", 0.3)))
    )
    assert models(made, Choice("dice", "region.chest")) == ["y", "x"]
    assert models(made, Choice("hd95")) == ["y", "x"]


def test_a_table_without_its_records_still_stands(three):
    alone = type(three)(made=three.made, tables=three.tables, records={})
    frame = ranking(EN, alone, FACTS, Choice("dice", "region.chest"), DATA)
    shown = frame.value["metadata"]["display_value"]
    assert [line[1:3] for line in shown] == [["a", "–"], ["b", "–"], ["c", "–"]]
    assert lines(frame)["a"]["Agreement EN–ZH"] == "–"
    assert lines(frame)["a"]["IoU"] == "0.300"


def test_submissions_of_one_name_are_told_apart_in_their_cells():
    made = results.snapshot(
        results.record("a", results.track(0.6, 0.3, 1.0), meta={"model": "LISA"}),
        results.record("b", results.track(0.5, 0.3, 1.0), meta={"model": "LISA", "history_mode": "none"}),
        results.record("c", results.track(0.4, 0.3, 1.0)),
    )
    frame = ranking(EN, made, FACTS, Choice(), DATA)
    shown = [(line[1], line[-1]) for line in frame.value["metadata"]["display_value"]]
    assert shown == [("LISA (own history)", "a-1"), ("LISA (no history)", "b-1"), ("c", "c-1")]


def test_a_track_of_single_turns_has_no_column_for_the_first_turn(three):
    facts = results.TrackFacts(TRACK, 40, 40, 30, 1, ["head", "chest"])
    headers = ranking(EN, three, facts, Choice(), DATA).headers
    assert not [heading for heading in headers if heading.startswith("Turn ")]


def test_bars_are_as_long_as_the_share(three):
    frame = ranking(EN, three, FACTS, Choice("dice", "region.chest"), DATA)
    assert frame.value["metadata"]["styling"] == [
        ["", "", "--share: 0.500", "--share: 0.500"],
        ["", "", "--share: 0.300", "--share: 0.600"],
        ["", "", "", "--share: 0.400"],
    ]


def test_markup_in_a_name_is_plain_text():
    name = "<b>x</b> & **y**"
    made = results.snapshot(results.record("a", results.track(0.6, 0.3, 1.0), meta={"model": name}))
    frame = ranking(EN, made, FACTS, Choice(), DATA)
    assert frame.value["data"][0][1] == name
    assert set(frame.types) == {"str", "number"}  # gradio shows both as they are


def test_headings_are_chinese_on_the_chinese_page(three):
    frame = ranking(ZH, three, FACTS, Choice("iou", "region.chest"), DATA)
    assert frame.headers[:4] == ["名次", "模型", "IoU · 胸部", "Dice [95%]"]
    assert frame.value["data"][0][frame.headers.index("运行方式")] == "自行运行"


def test_strata_without_scores_are_not_offered(three):
    score = three.score(TRACK, "a-1")
    turns = [f"segmentation_turn.{turn}" for turn in ("1", "2", "3", "4", "5", "6+")]
    assert offered(score) == [WHOLE, "region.head", "region.chest", "facet.history", *turns]
    assert offered(None) == [WHOLE]
    assert (
        stratum_option(EN, WHOLE, "hd95") == stratum_option(EN, WHOLE, "nsd") == "All turns with a known pixel spacing"
    )
    assert [stratum_option(EN, item, "iou") for item in offered(score)[:5]] == [
        "Everything (headline)",
        "Region: Head",
        "Region: Chest",
        "Facet of reasoning: history",
        "Turn 1",
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("iou", "region.chest"), Choice("iou", "region.chest")),
        (("hd95", None), Choice("hd95")),
        (("volume", "region.chest"), Choice("dice", "region.chest")),
        (("nsd", "region.<b>"), Choice("nsd")),
        ((None, ["region.chest"]), Choice()),
    ],
)
def test_what_is_not_offered_becomes_the_headline(asked, found):
    assert Choice.of(*asked, [WHOLE, "region.chest"]) == found


def test_tiles_and_notes_tell_what_the_table_is_of(three):
    facts = DataFacts("Squares", "1.2.0", "ab" * 32, "test", {TRACK: FACTS})
    tiles = standing.summary(EN, three.tables[TRACK], FACTS)
    for label, value in [
        ("Ranked submissions", "3"),
        ("Best Dice", "0.600"),
        ("Segmentation turns", "120"),
        ("Patients", "30"),
    ]:
        assert f"<dt>{label}</dt><dd>{value}</dd>" in tiles
    notes = standing.notes(EN, FACTS, facts, three.made)
    assert "unweighted means over Head and Chest. This track has no turns of Abdomen and Prostate" in notes
    assert "2026-02-01 10:20 UTC · data 1.2.0 · ababababab" in notes
    for ending in ("csv", "md"):
        assert f'href="./table/{TRACK}.{ending}"' in notes
    assert "头部和胸部" in standing.notes(ZH, FACTS, facts, three.made)


def test_the_order_is_told_with_the_turns_behind_it(three):
    score = three.score(TRACK, "a-1")
    assert "Choose a row" in standing.order(EN, Choice(), score.overall)
    chest = Choice("dice", "region.chest")
    assert "Ordered by Dice · Chest (turns: 60, patients: 20)." in standing.order(EN, chest, chest.cell(score))
    distances = standing.order(EN, Choice("hd95"), score.overall)
    assert "Ordered by HD95 (mm), the mean over the turns whose pixel spacing is known (100)." in distances
    assert "patients" not in distances
    unknown = standing.order(EN, Choice("nsd", "region.chest"), chest.cell(score))
    assert "turns" not in unknown
    assert "按“IoU”排序" in standing.order(ZH, Choice("iou"), None)


@pytest.mark.parametrize("text", [EN, ZH])
def test_the_printed_results_stand_apart(text):
    card = published(text, published_results())
    assert "not compare" in card or "请勿" in card
    printed = [result for result in published_results() if result.model == "LISA (7B)"]
    assert len(printed) == 2
    for result in printed:
        assert f"<b>{result.dice:.4f}</b> / {result.iou:.4f}" in card
        for region in HEADLINE_REGIONS:
            assert f"{result.region_dice[region]:.4f} / {result.region_iou[region]:.4f}" in card
    assert "0.2096" in card


@pytest.fixture
def tab(three):
    """opened(**query): the values of the tab's outputs, by elem_id."""
    facts = {TRACK: FACTS, "zh-multi": results.TrackFacts("zh-multi", 4, 9, 3, 1, ["head"])}
    seen = type(three)(three.made, three.tables | {"zh-multi": []}, three.records)
    watch = SimpleNamespace(data=DataFacts("Squares", "1.2.0", "ab" * 32, "test", facts), snapshot=seen)
    with gr.Blocks():
        built = table.build(SimpleNamespace(words=EN, watch=watch, names_api=False))

    def opened(**query):
        values = built.act(SimpleNamespace(query_params=query))
        return {item.elem_id: value for item, value in zip(built.outputs, values, strict=True)}

    return opened


def test_an_opened_tab_shows_the_first_track_by_the_headline(tab):
    values = tab()
    assert (values["track"], values["measure"], values["stratum"]["value"]) == (TRACK, "dice", WHOLE)
    assert [line[1] for line in values["ranking"]["value"]["data"]] == ["a", "b", "c"]
    assert values["model-record"] == ""
    assert "Choose a row" in values["table-order"]


def test_the_address_asks_for_track_measure_stratum_and_model(tab):
    values = tab(track=TRACK, measure="iou", stratum="region.chest", model="b-1")
    assert (values["measure"], values["stratum"]["value"]) == ("iou", "region.chest")
    assert [line[1] for line in values["ranking"]["value"]["data"]] == ["b", "a", "c"]
    assert values["model-record"] == "b-1"


def test_distances_over_everything_are_not_called_the_headline(tab):
    offered = {name: tab(measure=name)["stratum"]["choices"][0][0] for name in MEASURES}
    assert offered == dict.fromkeys(("dice", "iou"), "Everything (headline)") | dict.fromkeys(
        ("hd95", "nsd"), "All turns with a known pixel spacing"
    )


def test_a_model_is_shown_in_a_track_that_it_stands_in(tab):
    assert tab(track="zh-multi", model="b-1")["track"] == TRACK
    assert tab(track="zh-multi", model="nobody-1")["track"] == "zh-multi"


def test_a_track_without_submissions_says_so(tab):
    values = tab(track="zh-multi")
    assert not values["ranking"]["visible"]
    assert "No submission in this track yet." in values["table-order"]
    assert tab(track="zz-top")["track"] == TRACK


def test_the_measures_have_names():
    assert [EN.name("measure", name) for name in MEASURES] == ["Dice", "IoU", "HD95 (mm)", "NSD"]
