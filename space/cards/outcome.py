"""The answer to a check or a submission: accepted with its places, good, kept for later, or all problems."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from space.cards.html import escape, notice, table
from space.words import Words

_PROBLEM_COLUMNS = ("row", "key", "field", "value", "expected")
_ENGLISH_COLUMNS = ("key", "expected")  # what the checks say, on every page
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # by which Excel knows that a file is UTF-8


def outcome(words: Words, result: Mapping[str, Any]) -> str:
    """The answer for an outcome of Submitting.check or Submitting.submit."""
    state = result.get("state")
    if state == "pending":
        why = "".join(notice(note) for note in result["notes"])
        return notice(words("submit.kept", model=result["model"], id=result["submission"]), "warn") + why
    notes = "".join(_note(words, note) for note in result["notes"])
    if state == "scored":
        return _scored(words, result) + notes
    if result["ok"]:
        return notice(_good(words, result), "good") + notes
    return notice(_faulty(words, result), "bad") + notes + problems(words, result["problems"])


def refused(words: Words, text: str, fields: Mapping[str, str]) -> str:
    """Why nothing was entered; fields: what is wrong with fields of the description, by name."""
    lines = "".join(
        f"<li><b>{escape(words(f'submit.field_{name}'))}</b> {escape(message)}</li>" for name, message in fields.items()
    )
    return notice(text, "bad") + (f'<ul class="faults">{lines}</ul>' if lines else "")


def problems(words: Words, rows: Sequence[Mapping[str, Any]]) -> str:
    """All listed problems, a table for each kind, and the same as a file; rows: of ValidationReport.to_rows."""
    heads = [words(f"submit.problem_{column}") for column in _PROBLEM_COLUMNS]
    parts = []
    for kind, items in groupby(rows, key=lambda row: row["kind"]):
        listed = list(items)
        lines = [[_cell(column, row[column]) for column in _PROBLEM_COLUMNS] for row in listed]
        count = listed[0]["count"]
        some = words("submit.first_of", shown=len(listed), count=f"{count:,}") if len(listed) < count else f"{count:,}"
        parts.append(
            f'<details open class="problems"><summary>{escape(kind_label(words, kind))} <small>{escape(some)}</small>'
            f"</summary>{table(heads, lines)}</details>"
        )
    return _download(words, rows) + "".join(parts) if parts else ""


def kind_label(words: Words, kind: str) -> str:
    """A kind of problem in words."""
    try:
        return words(f"submit.kind_{kind}")
    except KeyError:  # a kind that is newer than these words
        return kind.replace("_", " ")


def problems_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The listed problems as CSV that a spreadsheet opens as text, whatever stands in a cell; UTF-8 with its mark."""
    columns = ("kind", "count", *_PROBLEM_COLUMNS)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(row[column]) for column in columns] for row in rows)
    return (_BOM + text.getvalue()).encode("utf-8", "replace")


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _download(words: Words, rows: Sequence[Mapping[str, Any]]) -> str:
    """The list is in the link itself, so nothing is left behind on the server."""
    content = base64.b64encode(problems_csv(rows)).decode("ascii")
    return (
        f'<p><a class="download" download="problems.csv" href="data:text/csv;charset=utf-8;base64,{content}">'
        f"{escape(words('submit.download'))}</a></p>"
    )


def _good(words: Words, result: Mapping[str, Any]) -> str:
    tracks = words.listed([words.track(track) for track in result["tracks"]])
    return words("submit.good", rows=f"{result['rows']:,}", tracks=tracks)


def _faulty(words: Words, result: Mapping[str, Any]) -> str:
    count = sum({row["kind"]: row["count"] for row in result["problems"]}.values())
    if not result["rows"]:
        return words("submit.refused_whole")
    if count == 1:
        return words("submit.refused_one", rows=f"{result['rows']:,}")
    return words("submit.refused", count=f"{count:,}", rows=f"{result['rows']:,}")


def _scored(words: Words, result: Mapping[str, Any]) -> str:
    if result["repeated"]:
        done = words("submit.repeated", model=result["model"], date=result["date"])
    else:
        done = words("submit.accepted", model=result["model"], rows=f"{result['rows']:,}")
    heads = [
        words("submit.place_track"),
        words("submit.place_rank"),
        words("submit.place_ranks"),
        words.name("measure", "dice"),
        words.name("measure", "iou"),
        words("submit.place_turns"),
    ]
    lines = [_place(words, result["record"], place) for place in result["places"]]
    return notice(done, "good") + table(heads, lines, caption=words("submit.place_caption"))


def _place(words: Words, record: str, place: Mapping[str, Any]) -> list[str]:
    track, name = escape(place["track"]), escape(words.track(place["track"]))
    if place["shown"]:
        address = f"?track={track}&amp;model={escape(record)}"
        title = escape(words("submit.page_of_model"))
        name = f'<a href="{address}" title="{title}">{name}</a>'
    return [
        name,
        escape(_rank(words, place)),
        words.ranks(place["rank_interval"]),
        _score(words, place["dice"], place["dice_interval"]),
        _score(words, place["iou"], place["iou_interval"]),
        f"{place['turns']:,}",
    ]


def _rank(words: Words, place: Mapping[str, Any]) -> str:
    if place["rank"] is not None:
        return words("submit.place_of", rank=place["rank"], count=place["of"])
    if place["shown"] is None:
        return words("submit.place_unknown")
    return words("submit.place_other" if place["of"] and not place["shown"] else "submit.place_unranked")


def _score(words: Words, value: float | None, ends: tuple[float, float] | None) -> str:
    return f"{words.score(value)} <small>{words.interval(ends)}</small>" if ends else words.score(value)


def _note(words: Words, note: str) -> str:
    """A note of the checks, which speak English."""
    return f'<p class="notice info" role="note">{escape(words("submit.note"))}<span lang="en">{escape(note)}</span></p>'


def _cell(column: str, value: object) -> str:
    text = "" if value is None else escape(str(value))
    return f'<span lang="en">{text}</span>' if column in _ENGLISH_COLUMNS and text else text
