import json

import pytest

from baselines import Response, run
from baselines.harness import run_hash


def test_a_run_cut_at_any_line_or_within_it_gives_the_same_bytes(rows, spy, tmp_path):
    whole = run(rows, spy(), out=tmp_path / "whole.parquet", digest="abc")
    expected = whole.out.read_bytes()
    log = whole.log.read_bytes()
    lines = log.splitlines(keepends=True)
    assert len(lines) == 15
    starts = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]
    cuts = [(start, n) for n, start in enumerate(starts)]
    cuts += [(start + part, n) for n, start in enumerate(starts[:-1]) for part in (1, len(lines[n]) // 2)]
    # The whole record is there, but not the end of its line: it counts.
    cuts += [(start - 1, n) for n, start in enumerate(starts) if n]
    for cut, complete in cuts:
        out = tmp_path / f"cut-{cut}.parquet"
        _work_file(out, whole.run).write_bytes(log[:cut])
        runner = spy()
        summary = run(rows, runner, out=out, digest="abc")
        assert out.read_bytes() == expected
        assert summary.resumed == complete
        assert len(runner.requests) == 15 - complete
        assert summary.statuses == whole.statuses


def test_an_interrupted_run_goes_on_where_it_stopped(rows, spy, tmp_path):
    whole = run(rows, spy(), out=tmp_path / "whole.jsonl")
    good = spy().answer
    for last in range(15):
        out = tmp_path / f"{last}.jsonl"
        asked = []

        def answer(request, asked=asked, last=last):
            if len(asked) == last:
                raise KeyboardInterrupt
            asked.append(request)
            return good(request)

        with pytest.raises(KeyboardInterrupt):
            run(rows, spy(answer), out=out)
        assert not out.exists()
        runner = spy()
        run(rows, runner, out=out)
        assert len(runner.requests) == 15 - last
        assert out.read_bytes() == whole.out.read_bytes()
        assert not list(tmp_path.glob("*.work.jsonl"))


def test_the_history_after_a_resume_is_the_history_before(rows, spy, tmp_path):
    replies = {1: Response(None, "字", "no_seg"), 2: Response(None, "two", "error")}
    good = spy().answer

    def answer(request):
        return replies.get(request.turn) or good(request)

    straight = spy(answer)
    whole = run(rows, straight, out=tmp_path / "whole.parquet", languages=["en"])
    out = tmp_path / "cut.parquet"
    _work_file(out, whole.run).write_bytes(b"".join(whole.log.read_bytes().splitlines(keepends=True)[:3]))
    resumed = spy(answer)
    run(rows, resumed, out=out, languages=["en"])
    described = [
        [_described(past) for past in runner.requests[at].turns] for runner, at in ((straight, 3), (resumed, 0))
    ]
    assert described[0] == described[1]
    assert described[0][0][:3] == (1, "字", "no_seg")


def test_a_torn_turn_voids_the_later_turns_of_its_dialogue_only(rows, spy, tmp_path):
    whole = run(rows, spy(), out=tmp_path / "whole.parquet")
    lines = whole.log.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][: len(lines[1]) // 2] + b"\n"
    out = tmp_path / "cut.parquet"
    _work_file(out, whole.run).write_bytes(b"".join(lines))
    runner = spy()
    run(rows, runner, out=out)
    assert [(r.dialogue_id, r.language, r.turn) for r in runner.requests] == [
        ("dialogue-a", "en", t) for t in (2, 3, 4)
    ]
    assert out.read_bytes() == whole.out.read_bytes()
    # The voided records are still in the log; read again they must not come back to life.
    again = tmp_path / "again.parquet"
    _work_file(again, whole.run).write_bytes(out.with_name("cut.parquet.turns.jsonl").read_bytes())
    runner = spy()
    run(rows, runner, out=again)
    assert runner.requests == []
    assert again.read_bytes() == whole.out.read_bytes()


@pytest.mark.parametrize("line", [b"null", b"[]", b"{}", b'"text"', b"\xff\xfe", b"\0" * 50, b'{"run": 1}'])
def test_a_line_that_is_no_record_counts_for_nothing(rows, spy, tmp_path, line):
    whole = run(rows, spy(), out=tmp_path / "whole.parquet")
    lines = whole.log.read_bytes().splitlines()
    out = tmp_path / "cut.parquet"
    _work_file(out, whole.run).write_bytes(b"\n".join([line, *lines[:5], line, *lines[5:]]) + b"\n")
    runner = spy()
    run(rows, runner, out=out)
    assert runner.requests == []
    assert out.read_bytes() == whole.out.read_bytes()


@pytest.mark.parametrize("change", [{"history": "gt"}, {"seed": 1}, {"digest": "other"}, {"config": {"checkpoint": 2}}])
def test_a_run_of_something_else_does_not_take_over_the_turns(rows, spy, tmp_path, change):
    out = tmp_path / "p.parquet"
    config = change.pop("config", {})
    key = run_hash(spy(), "own", 0, None)
    asked = []

    def answer(request):
        if len(asked) == 5:
            raise KeyboardInterrupt
        asked.append(request)
        return Response(None, "first", "no_seg")

    with pytest.raises(KeyboardInterrupt):
        run(rows, spy(answer), out=out)
    assert len(_work_file(out, key).read_bytes().splitlines()) == 5
    runner = spy(config=config)
    run(rows, runner, out=out, **change)
    assert len(runner.requests) == 15
    assert _work_file(out, key).exists()


def test_a_finished_run_is_run_again_from_the_start(rows, spy, tmp_path):
    run(rows, spy(lambda request: Response(None, "old", "no_seg")), out=tmp_path / "p.parquet")
    runner = spy()
    summary = run(rows, runner, out=tmp_path / "p.parquet")
    assert (len(runner.requests), summary.resumed, summary.statuses["ok"]) == (15, 0, 13)
    assert {json.loads(line)["status"] for line in summary.log.read_text().splitlines()} == {"ok"}


def _work_file(out, key):
    return out.with_name(f"{out.name}.{key}.work.jsonl")


def _described(past):
    return past.index, past.answer, past.status, past.mask_source, None if past.mask is None else past.mask.tobytes()
