"""A comparison as Markdown."""

import re

from leaderboard.reports import comparison_markdown


def rows(text):
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    header, _, *found = [[cell.strip() for cell in line] for line in lines]
    return [dict(zip(header, line, strict=True)) for line in found]


def test_every_difference_stands_beside_its_counts(made):
    headline, iou, overall, head, prostate = rows(comparison_markdown(made.comparison()))
    assert list(head.values()) == [
        *("Region", "head", "Dice", "800", "60"),
        *("0.4000", "0.3400", "-0.0600", "-0.0900 to -0.0300"),
    ]
    names = ("Stratum", "B - A", "B - A, 95%")
    assert [headline[name] for name in names] == ["Mean of the regions", "+0.0310", "+0.0100 to +0.0500"]
    assert (iou["Measure"], overall["Stratum"]) == ("IoU", "All turns")
    assert (prostate["n"], prostate["Patients"], prostate["B - A, 95%"]) == ("30", "6", "n/a")


def test_it_says_who_is_compared_and_how(made):
    text = comparison_markdown(made.comparison())
    assert text.startswith("## English, multi turn\n")
    assert "8,322 turns of 300 patients" in text
    assert "p = 0.00031" in text and "2,000 resamples" in text
    assert f"- A: {made.long}" in text
    assert "<script" not in re.sub(r"\\<", "", text)


def test_a_test_that_does_not_exist_is_n_a(made):
    text = comparison_markdown(made.comparison(wilcoxon_p=None, n_patients=6))
    assert "p = n/a" in text
    assert rows(comparison_markdown(made.comparison(differences=[]))) == []
