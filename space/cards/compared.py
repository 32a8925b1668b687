"""Two models side by side: every difference with its interval, and the test over patients."""

from __future__ import annotations

from leaderboard import Comparison, Difference
from leaderboard.records import MIN_PATIENTS
from space.cards.breakdown import difference
from space.cards.html import escape, notice, table
from space.ranking.choice import KINDS, stratum_option
from space.words import NO_SCORE, Words

_WHOLE = ("headline", "overall")
_COUNTS = ("col_turns", "col_patients")
_HEADS = ("col_stratum", "col_a", "col_b", "col_difference", "col_difference_iou", *_COUNTS)


def compared(words: Words, result: Comparison, a: str, b: str) -> str:
    """result: from the second model (b) to that of the page (a), so that a difference above 0 says that a is better.

    a and b: names of the models, escaped here.
    """
    names = [words("model.compare_a", model=a), words("model.compare_b", model=b)]
    head = words("model.compare_head", turns=f"{result.n:,}", patients=f"{result.n_patients:,}")
    parts = [
        f'<p class="pair">{"<br>".join(map(escape, names))}</p>',
        f'<p class="help">{escape(head)}</p>',
        notice(_test(words, result)),
        f'<p class="help">{escape(words("model.compare_interval", resamples=f"{result.resampling.resamples:,}"))}</p>',
    ]
    heads = [words(f"model.{key}") for key in _HEADS]
    return "".join(parts) + table(heads, _rows(words, result))


def impossible(words: Words) -> str:
    """In place of a comparison."""
    return notice(words("model.compare_impossible"), "warn")


def shown_rows(result: Comparison) -> list[tuple[str, str]]:
    """Kind and value of the rows that are shown, the whole first; curves repeat the strata of the turns."""
    found = dict.fromkeys((item.kind, item.value) for item in result.differences)
    order = (*_WHOLE, *KINDS)
    return sorted((key for key in found if key[0] in order), key=lambda key: order.index(key[0]))


def row_name(words: Words, kind: str, value: str) -> str:
    """How a row is called; plain text."""
    return words(f"model.{kind}_row") if kind in _WHOLE else stratum_option(words, f"{kind}.{value}")


def _test(words: Words, result: Comparison) -> str:
    if result.wilcoxon_p is None:
        return words("model.compare_no_p", least=MIN_PATIENTS, patients=result.n_patients)
    return words("model.compare_p", p=_p(result.wilcoxon_p), patients=result.n_patients)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _rows(words: Words, result: Comparison) -> list[list[str]]:
    by_key = {(item.kind, item.value, item.measure): item for item in result.differences}
    rows = []
    for kind, value in shown_rows(result):
        dice, iou = by_key[kind, value, "dice"], by_key.get((kind, value, "iou"))
        rows.append(
            [
                escape(row_name(words, kind, value)),
                words.score(dice.b),
                words.score(dice.a),
                _marked(dice),
                NO_SCORE if iou is None else _marked(iou),
                f"{dice.n:,}",
                f"{dice.n_patients:,}",
            ]
        )
    return rows


def _marked(item: Difference) -> str:
    """In bold where the interval leaves out 0."""
    text = escape(difference(item.difference, item.interval))
    return f"<b>{text}</b>" if is_clear(item) else text


def is_clear(item: Difference) -> bool:
    """Whether its interval leaves out 0."""
    return item.interval is not None and not item.interval[0] <= 0 <= item.interval[1]
