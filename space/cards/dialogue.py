"""One dialogue: the slice with the masks on the left, the turns as a chat on the right.

All masks and both languages are on the page; dialogue.js and browse.css show the chosen ones, so that nothing waits for
the server.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from space.browsing import Dialogue, Turn
from space.cards.html import escape, notice
from space.words import LANGUAGES, Words

#: For `js_on_load` of the gr.HTML that shows `viewer`.
SCRIPT = (Path(__file__).parent / "dialogue.js").read_text(encoding="utf-8")
# Okabe and Ito's colours, which colour-blind people tell apart, without black, which a slice is full of.
TONES = ("#e69f00", "#56b4e9", "#f0e442", "#009e73", "#cc79a7", "#d55e00", "#0072b2")
# Up to this side the pixels of a slice are drawn as squares; beyond, screens have too few pixels for that.
_COARSE_SIDE = 256
_LIGHT_TEXT_ON = {"#0072b2"}
_LANGUAGE_NAMES = {"en": "English", "zh": "中文"}  # each in itself, on both pages


def viewer(dialogue: Dialogue, words: Words, turn: int | None = None) -> str:
    """A dialogue with `turn` chosen; the first where it has no such turn."""
    numbers = [each.number for each in dialogue.turns]
    chosen = turn if turn in numbers else numbers[0]
    split = words.name("split", dialogue.split)
    hidden = notice(words("browse.hidden", split=split)) if dialogue.hidden else ""
    tones = _tones(dialogue)
    return (
        f'<section class="viewer" data-dialogue="{escape(dialogue.id)}" data-turn="{chosen}"'
        f' data-language="{words.language}">{_facts(dialogue, words)}{hidden}'
        f'<div class="sides">{_slice(dialogue, words, tones)}{_talk(dialogue, words, tones)}</div></section>'
    )


def _tones(dialogue: Dialogue) -> dict[int, str]:
    """The colour of each turn that has a mask, as CSS."""
    masked = (turn.number for turn in dialogue.turns if turn.shape is not None)
    return {
        number: f"--tone:{tone};--tone-text:{'#fff' if tone in _LIGHT_TEXT_ON else '#000'}"
        for number, tone in zip(masked, cycle(TONES), strict=False)
    }


def _facts(dialogue: Dialogue, words: Words) -> str:
    facts = "".join(
        f"<div><dt>{escape(words(f'browse.{name}'))}</dt><dd>{escape(value)}</dd></div>"
        for name, value in _fact_values(dialogue, words)
    )
    copy = (
        f'<button type="button" class="copy-link" data-done="{escape(words("browse.copied"))}">'
        f"{escape(words('browse.copy_link'))}</button>"
    )
    return f'<div class="image-facts"><dl>{facts}</dl>{copy}</div>'


def _fact_values(dialogue: Dialogue, words: Words) -> Iterator[tuple[str, str]]:
    yield "split", words.name("split", dialogue.split)
    for name in ("modality", "sequence", "region", "plane"):
        yield name, words.name(name, getattr(dialogue, name))
    yield "size", words("browse.pixels", width=dialogue.width, height=dialogue.height)
    yield "spacing", _spacing(dialogue, words)
    withheld = words("browse.withheld")
    yield "source", withheld if dialogue.hidden else dialogue.source or "–"
    if dialogue.hidden:
        yield "patient", withheld
    elif dialogue.patient:
        yield "patient", words("browse.patient_of", pseudonym=dialogue.patient)
    if dialogue.slice_index is not None:
        yield "slice", str(dialogue.slice_index)
    yield "licence", dialogue.licence or "–"
    yield "dialogue", dialogue.id


def _spacing(dialogue: Dialogue, words: Words) -> str:
    if dialogue.spacing_mm is None:
        return words("browse.unknown_spacing")
    row, column = dialogue.spacing_mm
    return words("browse.millimetres", column=f"{column:.3g}", row=f"{row:.3g}")


def _slice(dialogue: Dialogue, words: Words, tones: dict[int, str]) -> str:
    masked = [turn for turn in dialogue.turns if turn.shape is not None]
    paths = "".join(_path(turn, tones[turn.number]) for turn in masked)
    labels = "".join(_label(turn, tones[turn.number], dialogue) for turn in masked)
    picture = f"data:image/png;base64,{base64.b64encode(dialogue.picture).decode('ascii')}"
    described = {name: words.name(name, getattr(dialogue, name)) for name in ("modality", "region", "plane")}
    kind = "coarse" if max(dialogue.height, dialogue.width) <= _COARSE_SIDE else "fine"
    return (
        f'<figure class="slice"><div class="frame" style="--aspect:{dialogue.aspect:.6f}">'
        f'<img class="{kind}" alt="{escape(words("browse.slice_of", **described))}" src="{picture}">'
        f'<svg viewBox="0 0 {dialogue.width} {dialogue.height}" preserveAspectRatio="none" aria-hidden="true">{paths}'
        f"</svg>{labels}</div><figcaption>{_states(dialogue, words)}{_steps(dialogue, words, tones)}"
        f"{_controls(words) if masked else ''}</figcaption></figure>"
    )


def _path(turn: Turn, tone: str) -> str:
    # The outline twice: light on dark and dark on light must both be seen.
    parts = "".join(f'<path class="{part}" d="{turn.shape.path}"/>' for part in ("fill", "halo", "line"))
    return f'<g data-mask="{turn.number}" style="{tone}">{parts}</g>'


def _label(turn: Turn, tone: str, dialogue: Dialogue) -> str:
    if turn.shape.label is None:
        return ""
    x, y, above = turn.shape.label
    place = f"left:{100 * x / dialogue.width:.3f}%;top:{100 * y / dialogue.height:.3f}%"
    return (
        f'<span class="mark {"above" if above else "below"}" data-mask="{turn.number}" aria-hidden="true"'
        f' style="{place};{tone}">{turn.number}</span>'
    )


def _states(dialogue: Dialogue, words: Words) -> str:
    lines = "".join(f'<p data-state="{turn.number}">{escape(_state(turn, words))}</p>' for turn in dialogue.turns)
    return f'<div class="states" aria-live="polite">{lines}</div>'


def _state(turn: Turn, words: Words) -> str:
    if turn.shape is not None:
        key = "state_mask" if turn.shape.pixels else "state_empty"
        return words(f"browse.{key}", turn=turn.number, pixels=f"{turn.shape.pixels:,}")
    return words(f"browse.{'state_answer' if turn.kind == 'answer' else 'state_withheld'}", turn=turn.number)


def _steps(dialogue: Dialogue, words: Words, tones: dict[int, str]) -> str:
    buttons = "".join(_number(turn, words, tones) for turn in dialogue.turns)
    return f'<div class="steps" role="group" aria-label="{escape(words("browse.choose_turn"))}">{buttons}</div>'


def _number(turn: Turn, words: Words, tones: dict[int, str]) -> str:
    """The button that chooses a turn, in the colour of its mask."""
    return (
        f'<button type="button" class="number" data-choose="{turn.number}" style="{tones.get(turn.number, "")}"'
        f' aria-label="{escape(words("browse.turn", turn=turn.number))}">{turn.number}</button>'
    )


def _controls(words: Words) -> str:
    return (
        f'<label class="opacity">{escape(words("browse.opacity"))}'
        '<input type="range" min="0" max="100" value="55"></label>'
        f'<label class="outlines"><input type="checkbox" checked> {escape(words("browse.outlines"))}</label>'
    )


def _talk(dialogue: Dialogue, words: Words, tones: dict[int, str]) -> str:
    names = {**_LANGUAGE_NAMES, "both": words("browse.both")}
    switch = "".join(
        f'<button type="button" data-show="{code}">{escape(name)}</button>' for code, name in names.items()
    )
    turns = "".join(_turn(turn, words, tones) for turn in dialogue.turns)
    return (
        f'<div class="talk"><div class="languages" role="group" aria-label="{escape(words("browse.shown_language"))}">'
        f'{switch}</div><ol class="turns" aria-label="{escape(words("browse.turns_of"))}">{turns}</ol></div>'
    )


def _turn(turn: Turn, words: Words, tones: dict[int, str]) -> str:
    question = _bubble("question", turn.question, words)
    answer = _bubble("answer", turn.answer, words) if any(turn.answer.values()) else ""
    return (
        f'<li data-bubble="{turn.number}" style="{tones.get(turn.number, "")}">{_number(turn, words, tones)}'
        f'<div class="said">{question}{answer}<p class="tags">{_tags(turn, words)}</p></div></li>'
    )


def _bubble(kind: str, texts: dict[str, str | None], words: Words) -> str:
    lines = "".join(_text(texts[language], language, words) for language in LANGUAGES)
    return f'<div class="bubble {kind}"><b class="speaker">{escape(words(f"browse.{kind}"))}</b>{lines}</div>'


def _text(text: str | None, language: str, words: Words) -> str:
    if text is None:
        missing = words("browse.not_asked", language=words.name("language", language))
        return f'<p class="missing" data-language="{language}">{escape(missing)}</p>'
    return f'<p lang="{language}" data-language="{language}">{escape(text)}</p>'


def _tags(turn: Turn, words: Words) -> str:
    tags = [words("browse.in_words" if turn.kind == "answer" else "browse.segmentation")]
    tags += [words("browse.facet_tag", facet=words.name("facet", facet)) for facet in turn.facets]
    if turn.target:
        tags.append(words("browse.target", target=turn.target))
    if turn.system:
        tags.append(words("browse.system", system=words.name("system", turn.system)))
    links = [
        f'<button type="button" class="tag" data-choose="{earlier}">'
        f"{escape(words('browse.refers_to', turn=earlier))}</button>"
        for earlier in turn.refers_to
    ]
    return "".join([*(f'<span class="tag">{escape(tag)}</span>' for tag in tags), *links])
