"""Lists and comparisons at 100 columns."""

from rich.cells import cell_len

from commands.showing import is_clear, print_audit, print_comparison, print_gaps, print_submissions
from leaderboard import AuditLine, Comparison, Difference, HistoryGap, Submission, SubmissionMeta
from leaderboard.records import DatasetRef

LONG = "一个名字很长的模型-with-a-long-name-that-goes-on-and-on-and-on-to-the-80th-character"


def difference(kind, value, change, interval, measure="dice"):
    return Difference(
        kind=kind, value=value, measure=measure, n=116094, n_patients=1234, a=0.5, b=0.5 + change, difference=change,
        interval=interval,
    )  # fmt: skip


def test_submissions_fit_and_ids_and_reasons_are_whole(wide):
    console, printed = wide
    meta = SubmissionMeta(model=LONG, history_mode="own")
    one = Submission(
        id="0123456789abcdef", user="a-long-user-name-of-40-characters-or-more", meta=meta, split="test",
        dataset=DatasetRef(version="1", digest="d"), file_sha256="0", file_bytes=1, state="withdrawn",
        created="2026-01-31T12:34:56+00:00", scored="2026-01-31T12:34:56+00:00", reason="the wrong checkpoint was run",
    )  # fmt: skip
    again = one.model_copy(update={"id": "f" * 16, "state": "scored", "reason": None, "verified": one.scored})
    print_submissions(console, [one, again])
    lines = printed().splitlines()
    assert max(cell_len(line.rstrip()) for line in lines) <= 100
    assert "0123456789abcdef  2026-01-31 12:34" in printed()
    assert "withdrawn" in printed()
    assert all(word in printed() for word in ("wrong", "checkpoint"))
    assert "verified" in next(line for line in lines if "f" * 16 in line)


def test_the_audit_fits_and_ids_are_whole(wide):
    console, printed = wide
    line = AuditLine(
        at="2026-01-31T12:34:56+00:00", by="a-long-user-name-of-40-characters-or-more", action="withdraw",
        submission="0123456789abcdef", user="another-long-user-name-of-40-characters", file_sha256="0" * 64,
        reason="the wrong checkpoint was run, and nobody saw it before the evening",
    )  # fmt: skip
    print_audit(console, [line])
    lines = printed().splitlines()
    assert lines[0] == "1 line of the audit"
    assert max(cell_len(line.rstrip()) for line in lines) <= 100
    row = next(line for line in lines if "0123456789abcdef" in line)
    assert row.startswith("2026-01-31 12:34  ")
    assert "withdraw" in row
    assert all(word in printed() for word in ("checkpoint", "evening"))


def test_names_are_printed_as_they_are(wide):
    console, printed = wide
    fields = {"n": 4, "n_patients": 2, "differences": [difference("headline", "all", 0.25, None)]}
    comparison = Comparison(track="en-multi", a="[/a] :bomb:", b="b\\", **fields)
    print_comparison(console, comparison)
    assert "  A: [/a] :bomb:\n  B: b\\\n" in printed()
    gap = HistoryGap(user="u\\", model="[/m] :x:", track="en-multi", own="0", true="1", comparison=comparison)
    print_gaps(console, [gap])
    assert "[/m] :x:  u\\    en-multi" in printed()


def test_a_comparison_fits_and_marks_what_is_clear(wide):
    console, printed = wide
    comparison = Comparison(
        track="en-multi", a="[a]", b="b", n=116094, n_patients=1234, wilcoxon_p=0.012345,
        differences=[
            difference("headline", "all", 0.25, (0.125, 0.375)),
            difference("headline", "all", 0.25, (0.125, 0.375), measure="iou"),
            difference("overall", "all", 0.25, (0.125, 0.375)),
            difference("system", "musculoskeletal", -0.125, (-0.25, 0.25)),
            difference("system", "musculoskeletal", -0.375, (-0.25, 0.25), measure="iou"),
            difference("segmentation_turn", "6+", 0, None),
        ],
    )  # fmt: skip
    print_comparison(console, comparison)
    lines = printed().splitlines()
    assert max(cell_len(line.rstrip()) for line in lines) <= 100
    assert lines[0] == "en-multi: B - A over 116,094 turns of 1,234 patients"
    assert "A: [a]" in printed()
    assert "-0.250 to +0.250" in printed()
    assert "p = 0.0123" in printed()
    assert "-0.375" not in printed()  # IoU stands with the headline only
    assert sum("iou" in line for line in lines) == 1
    assert [is_clear(item) for item in comparison.differences] == [True, True, True, False, False, False]


def test_a_loss_is_clear_too():
    assert is_clear(difference("headline", "all", -0.25, (-0.375, -0.125)))


def test_few_patients_are_told(wide):
    console, printed = wide
    few = Comparison(
        track="en-multi", a="a", b="b", n=4, n_patients=2, differences=[difference("headline", "all", 0.25, None)]
    )
    print_comparison(console, few)
    assert "no intervals and no test below 10 patients" in printed()
