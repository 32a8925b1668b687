"""The reader understands every form that a question can take, alone and in the place where it stands."""

import pytest
import yaml

from tests.authoring.reading.anatomy import AUTHORING, descriptions
from tests.authoring.reading.parsing import UnreadableError, mentions, read

FORMS = yaml.safe_load((AUTHORING / "wording" / "forms.yaml").read_text(encoding="utf-8"))
FIRST, SECOND = ("earlier", 1), ("earlier", 2)
FITS = frozenset({"liver", "spleen"})

#: What each clause of the file says, by its path, without what it is told against.
CLAUSES = {
    "InSystem": ("system", "urinary"),
    "SameSideAs.same": ("same side", True),
    "SameSideAs.opposite": ("same side", False),
    "SizeAgainst.larger": ("size", "larger"),
    "SizeAgainst.smaller": ("size", "smaller"),
    "Touching.touching": ("touches", True),
    "Touching.apart": ("touches", False),
    "Inside": ("inside",),
    "Around": ("around",),
    "PartOf": ("part of",),
    "NearestTo.two": ("nearest",),
    "NearestTo.more": ("nearest",),
    **{f"Beside.image.{way}": ("beside", "image", way) for way in ("left", "right", "above", "below")},
    **{
        f"Beside.patient.{way}": ("beside", "patient", way)
        for way in ("left", "right", "front", "behind", "head", "feet")
    },
    **{f"NthFrom.{side}": ("nth", 3, side) for side in ("left", "right", "above", "below")},
    **{
        f"ExtremeOf.{many}.{extreme}": ("extreme", extreme)
        for many in ("two", "more")
        for extreme in ("largest", "smallest", "leftmost", "rightmost", "topmost", "lowest")
    },
    **dict.fromkeys(("OnSide", "InHalf", "InQuarter"), ("quarter", "upper", "left")),
}
PLACES = {
    **{f"OnSide.{whose}.{side}": ("side", whose, side) for whose in ("image", "patient") for side in ("left", "right")},
    **{f"InHalf.{half}": ("half", half) for half in ("upper", "lower")},
    **{
        f"InQuarter.{half}.{side}": ("quarter", half, side) for half in ("upper", "lower") for side in ("left", "right")
    },
}
QUARTER = ("quarter", "upper", "left")
FRAMES = {
    "settled": set(),
    "settled_at": {QUARTER},
    "place": {QUARTER},
    "chosen": {("size", "larger", FIRST)},
    "narrowed": {QUARTER, ("size", "larger", FIRST)},
    "other": {("other", FIRST)},
    "place_of_group": {QUARTER},
    "chosen_of_group": {("size", "larger", FIRST)},
    "narrowed_of_group": {QUARTER, ("size", "larger", FIRST)},
    "other_of_group": {("other", FIRST)},
    "counterpart": {("counterpart", FIRST)},
    "again": {("before",), ("size", "larger", FIRST)},
    "rest": {("rest", FIRST, SECOND)},
    "piece": {("piece", FIRST)},
    "half": {("part in half", "lower", FIRST)},
    "together": {("together", FIRST, SECOND)},
}


def leaves(table, path=()):
    """(path, form) of every form below a table of the file."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield from ((".".join((*path, key)), form) for form in value)


def filled(form, language):
    """A form with every slot filled in."""
    table = FORMS[language]
    number = table["references"]["by_number"][0]
    slots = {
        "verb": table["verbs"][-1],
        "d": next(text for text, fits in descriptions(language).items() if fits == FITS),
        "n": table["numbers"][1],
        "place": table["places"]["InQuarter"]["upper"]["left"][0],
        "ref": number.format(ordinal=table["ordinals"][0]),
        "ref2": number.format(ordinal=table["ordinals"][1]),
        "half": table["halves"]["lower"],
        "ordinal": table["ordinals"][2],
        "system": table["systems"]["urinary"],
    }
    slots["that"] = table["clauses"]["SizeAgainst"]["larger"][0].format(**slots)
    return form.format(**slots, **{name.capitalize(): text[0].upper() + text[1:] for name, text in slots.items()})


def asked(clause, language, frame="chosen"):
    """A question that holds a clause and nothing else."""
    return filled(FORMS[language]["frames"][frame][0].replace("{that}", clause), language)


def forms(part):
    return [(language, *leaf) for language in FORMS for leaf in leaves(FORMS[language][part])]


@pytest.mark.parametrize(("language", "path", "form"), forms("frames"))
def test_every_frame_is_read(language, path, form):
    reading = read(filled(form, language), language, 3)
    assert reading.conditions == FRAMES[path]
    assert reading.fits == (FITS if "{d}" in form else None)
    assert reading.count == (2 if "{n}" in form or "{N}" in form else None)


@pytest.mark.parametrize(("language", "path", "form"), forms("clauses"))
def test_every_clause_is_read(language, path, form):
    reading = read(asked(form, language), language, 3)
    expected = CLAUSES[path]
    assert reading.conditions == {(*expected, FIRST) if "{ref}" in form else expected}
    assert reading.compares == (path.split(".")[1] if path.startswith(("NearestTo", "ExtremeOf")) else None)


@pytest.mark.parametrize(("language", "path", "form"), forms("places"))
def test_every_place_is_read(language, path, form):
    frame = FORMS[language]["frames"]["place"][0].replace("{place}", form).replace("{Place}", form)
    assert read(filled(frame, language), language, 3).conditions == {PLACES[path]}


@pytest.mark.parametrize(("language", "path", "form"), forms("references"))
def test_every_reference_is_read(language, path, form):
    text = filled(form, language)
    (mention,) = mentions(text, language, 5)
    assert mention.ordinal == {"by_number": 3, "by_act": 3, "last": 5, "before_last": 4}[path]
    assert (mention.how == "structure") == (language == "en" and path == "by_number")
    piece = FORMS[language]["frames"]["piece"][1].replace("{ref}", text)
    assert read(piece, language, 5).conditions == {("piece", ("earlier", mention.ordinal))}


@pytest.mark.parametrize("language", FORMS)
def test_two_clauses_are_read_as_two_conditions(language):
    clauses = [FORMS[language]["clauses"][name] for name in ("Inside", "Around")]
    text = asked(FORMS[language]["and"].join(forms[0] for forms in clauses), language)
    assert read(text, language, 3).conditions == {("inside", FIRST), ("around", FIRST)}


@pytest.mark.parametrize("language", FORMS)
def test_a_landmark_is_read_as_what_its_words_fit(language):
    words = next(text for text, fits in descriptions(language).items() if fits == {"aorta"})
    landmark = FORMS[language]["landmark"].format(d=words)
    text = asked(FORMS[language]["clauses"]["Inside"][0].replace("{ref}", landmark), language)
    assert read(text, language, 3).conditions == {("inside", ("landmark", frozenset({"aorta"})))}


@pytest.mark.parametrize("language", FORMS)
def test_what_is_no_known_description_or_joins_a_ranking_to_a_condition_is_not_read(language):
    with pytest.raises(UnreadableError, match="0 readings"):
        read(filled(FORMS[language]["frames"]["settled"][0], language)[:-1], language, 3)
    clauses = [FORMS[language]["clauses"]["Inside"][0], FORMS[language]["clauses"]["NearestTo"]["more"][0]]
    with pytest.raises(UnreadableError, match="a ranking beside another condition"):
        read(asked(FORMS[language]["and"].join(clauses), language), language, 3)
