"""What a report says, whatever its format."""

import numpy as np
import pytest
import yaml

from leaderboard.records import MIN_PATIENTS, STATEMENT
from leaderboard.reports import submission
from leaderboard.reports.blocks import Facts, Link, Picture, Prose, Table
from leaderboard.reports.submission import submission_report
from leaderboard.scoring.partition import SIZE_LIMITS_MM2, SIZE_LIMITS_PX
from leaderboard.truth import COHORT_TURNS


def sections(report):
    """(title of the level-2 section, title) -> blocks."""
    found, above = {}, None
    for section in report.sections:
        above = section.title if section.level == 2 else above
        found[above, section.title] = section.blocks
    return found


def facts(blocks):
    return dict(next(block for block in blocks if isinstance(block, Facts)).items)


def tables(blocks):
    return [
        [dict(zip(block.header, row, strict=True)) for row in block.rows]
        for block in blocks
        if isinstance(block, Table)
    ]


def prose(blocks):
    return [block.text for block in blocks if isinstance(block, Prose)]


def test_it_says_who_and_what(made):
    found = facts(sections(submission_report(made.record(), {"en-multi": made.row()}))["Submission", "Submission"])
    assert found["Model"] == Link(made.hostile[:80], "https://example.org/a?b=1&c=2")
    assert found["Run"] == "own run"
    assert found["Parameters"] == "13,000,000,000"
    assert found["Data"] == "ORG/data version 1.2.0, test split"
    assert (found["Digest of the data"], found["SHA-256 of the file"]) == ("ab" * 32, "cd" * 32)
    assert found["Scorer"] == "version 2, on cpu"
    assert (found["Rows of the file"], found["Empty masks among them"]) == ("33,288", "901")
    assert found["Scored submissions of this model so far"] == "3"
    assert STATEMENT in found["Signed"]


def test_what_was_not_said_is_not_made_up(made):
    blank = {"link": None, "organisation": "", "training_data": "", "parameters": None, "signed": None}
    found = facts(sections(submission_report(made.record(meta=blank)))["Submission", "Submission"])
    assert found["Model"] == made.hostile[:80]
    assert {found[name] for name in ("Organisation", "Training data", "Notes", "Parameters", "Run")} == {"n/a"}
    assert found["Signed"] == "not signed"


def test_a_run_again_by_a_maintainer_is_verified(made):
    report = submission_report(made.record(), {"en-multi": made.row(verified=True)})
    assert facts(sections(report)["Submission", "Submission"])["Run"] == "verified"


def test_the_headline_has_its_rank_and_how_sure_it_is(made):
    rows = {"en-multi": made.row(), "en-single": made.row(rank=None, rank_interval=None, tier=None, p_first=None)}
    scores, counts = tables(sections(submission_report(made.record(), rows))["Headline", "Headline"])
    single, multi, chinese = scores
    assert list(multi.values()) == [
        *("English, multi turn", "2", "1 to 4", "1", "0.2515"),
        *("0.4733", "0.4401 to 0.5099", "0.3211", "0.3000 to 0.3500"),
    ]
    assert [single[name] for name in ("Rank", "Rank, 95%", "Tier")] == ["unranked", "n/a", "n/a"]
    assert [chinese[name] for name in ("Rank", "Dice", "Dice, 95%")] == ["n/a", "0.4733", "n/a"]
    assert list(counts[1].values())[1:] == [
        *("head, chest, abdomen", f"{0.4512 / (2 - 0.4512):.4f}", "0.5017"),
        *("8,322", "1,900", "300", "312", "7"),
    ]


def test_it_says_why_there_is_no_interval_and_which_region_lacks(made):
    notes = prose(sections(submission_report(made.record()))["Headline", "Headline"])
    assert any(note.startswith("Chinese, multi turn: intervals") and "6 patients" in note for note in notes)
    assert sum("intervals" in note for note in notes) == 1
    [lacking] = [note for note in notes if "no turns of prostate" in note]
    assert lacking.startswith("All tracks: ")


def test_a_note_is_made_once_for_the_tracks_it_is_true_of(made):
    rows = {track: made.row(rank=None) for track in ("en-single", "zh-multi")}
    notes = prose(sections(submission_report(made.record(), rows))["Headline", "Headline"])
    assert "English, single turn; Chinese, multi turn: this submission does not compete and has no rank." in notes


def test_enough_patients_but_no_interval_is_explained(made):
    report = submission_report(made.record(tracks={"en-multi": made.track(headline_dice_interval=None)}))
    assert any("a region has fewer than 3 patients" in note for note in prose(sections(report)["Headline", "Headline"]))


def test_tracks_come_in_the_order_of_the_benchmark(made):
    titles = [section.title for section in submission_report(made.record()).sections if section.level == 2]
    assert titles == [
        *("Submission", "Headline", "English, single turn", "English, multi turn", "Chinese, multi turn"),
        *("Agreement between the languages", "Measures"),
    ]


def test_the_turn_curve_stands_beside_its_cohort_and_counts(made):
    blocks = sections(submission_report(made.record()))["English, multi turn", "By segmentation turn"]
    [rows] = tables(blocks)
    assert [row["Turn"] for row in rows] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [row["n"] for row in rows] == ["4,200", "2,100", "1,400", "1,050", "840", "700", "600"]
    assert [row["Cohort: n"] for row in rows] == ["700"] * 5 + ["n/a"] * 2
    assert (rows[0]["Dice"], rows[0]["Dice, 95%"], rows[1]["Cohort: Dice"]) == ("0.6200", "0.5900 to 0.6500", "0.4814")
    assert [block.name for block in blocks if isinstance(block, Picture)] == ["en-multi-turns"]


def test_a_track_of_single_turns_has_no_curve(made):
    blocks = sections(submission_report(made.record()))["English, single turn", "By segmentation turn"]
    assert prose(blocks) == ["Every dialogue of this track has one segmentation turn."]
    assert len(blocks) == 1


def test_best_and_worst_leave_small_and_hidden_strata_out(made):
    strata = {
        "system": {
            "tiny": made.cell(9, MIN_PATIENTS - 1, 0.01),
            "hidden": made.cell(9, 50, None),
            **{f"s{number}": made.cell(100 + number, 20, number / 20) for number in range(1, 13)},
        }
    }
    report = submission_report(made.record(tracks={"en-multi": made.track(strata=strata)}))
    best, worst = tables(sections(report)["English, multi turn", "Best and worst strata"])
    assert [row["Value"] for row in best] == ["s12", "s11", "s10", "s9", "s8"]
    assert [row["Value"] for row in worst] == ["s1", "s2", "s3", "s4", "s5"]
    assert list(worst[0].values()) == ["Organ system", "s1", "0.0500", "0.0200 to 0.0800", "101", "20"]


@pytest.mark.parametrize(("known", "each"), [(2, 1), (3, 1), (5, 2), (10, 5), (11, 5)])
def test_no_stratum_is_both_best_and_worst(made, known, each):
    strata = {"system": {f"s{number}": made.cell(100, 20, number / 20) for number in range(known)}}
    report = submission_report(made.record(tracks={"en-multi": made.track(strata=strata)}))
    best, worst = tables(sections(report)["English, multi turn", "Best and worst strata"])
    assert len(best) == len(worst) == each
    assert not {row["Value"] for row in best} & {row["Value"] for row in worst}


def test_too_few_strata_are_said_to_be_too_few(made):
    blocks = sections(submission_report(made.record()))["Chinese, multi turn", "Best and worst strata"]
    assert prose(blocks) == [f"Fewer than two strata have {MIN_PATIENTS} patients."]


def test_boundaries_stand_in_their_unit_beside_their_counts(made):
    rows = tables(sections(submission_report(made.record()))["English, multi turn", "Boundaries"])[0]
    assert list(rows[0].values()) == ["All turns", "all", "18.23", "0.4123", "7,800", "n/a", "n/a", "n/a"]
    assert list(rows[1].values()) == ["Region", "head", "12.35", "0.5000", "2,800", "n/a", "n/a", "n/a"]
    assert set(list(rows[2].values())[2:]) == {"n/a"}


def test_boundaries_that_were_not_measured(made):
    blocks = sections(submission_report(made.record()))["Chinese, multi turn", "Boundaries"]
    assert prose(blocks) == ["Boundary distances were not measured."]


def test_every_stratum_is_listed_and_none_is_shown_as_zero(made):
    [rows] = tables(sections(submission_report(made.record()))["English, multi turn", "All strata"])
    listed = [(row["Value"], row["n"]) for row in rows[1:]]
    strata = made.track().strata
    assert listed == [(value, f"{cell.n:,}") for cells in strata.values() for value, cell in cells.items()]
    [hidden] = [row for row in rows if row["Value"] == "other"]
    assert [hidden[name] for name in ("n", "Patients", "Dice", "Dice, 95%", "IoU")] == ["22", "4", "n/a", "n/a", "n/a"]


def test_agreement_is_there_only_for_both_languages(made):
    report = submission_report(made.record())
    [[row]] = tables(sections(report)["Agreement between the languages", "Agreement between the languages"])
    assert list(row.values()) == ["All turns", "0.7123", "0.6900 to 0.7300", "8,000", "300", "4"]
    without = submission_report(made.record(agreement={}))
    assert not any("Agreement" in section.title for section in without.sections)


def test_every_measure_of_the_tables_is_explained(made):
    report = submission_report(made.record(), {"en-multi": made.row()})
    explained = " ".join(facts(sections(report)["Measures", "Measures"]))
    for name in ("Dice", "IoU", "gIoU", "cIoU", "HD95", "NSD", "Tier", "Rank, 95%", "Empty", "Agreement", "cohort"):
        assert name in explained
    assert "2,000 bootstrap resamples" in facts(sections(report)["Measures", "Measures"])["95% interval"]


def test_the_glossary_agrees_with_the_scorer():
    entries = yaml.safe_load(submission._GLOSSARY.read_text(encoding="utf-8"))
    meaning = {entry["term"]: entry["meaning"] for entry in entries}
    assert len(meaning) == len(entries)
    small, large = (f"{2 * np.sqrt(area / np.pi):g}" for area in SIZE_LIMITS_MM2)
    assert f"a disc of {small} mm" in meaning["Target size (mm)"] and f"{large} mm" in meaning["Target size (mm)"]
    small, large = (f"{side:g} x {side:g}" for side in np.sqrt(SIZE_LIMITS_PX))
    assert f"{small} pixels" in meaning["Target size (pixels)"] and large in meaning["Target size (pixels)"]
    assert COHORT_TURNS == 5 and "at least five" in meaning["Fixed cohort"]


def test_a_record_without_scores_is_still_a_report(made):
    none = made.track(headline_dice=None, headline_iou=None, headline_dice_interval=None, strata={}, turn_curve={})
    for tracks in ({}, {"en-multi": none}):
        report = submission_report(made.record(tracks=tracks, agreement={}))
        assert report.sections[-1].title == "Measures"
