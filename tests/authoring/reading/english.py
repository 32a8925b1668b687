"""How the English questions are built: expressions for whole sentences, for clauses and for what they speak of."""

import re

D, THAT = r"(?P<d>.+?)", r"(?P<that>.+)"
VERB = r"(?:segment|outline|delineate|mark|find and segment)"
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
ORDINALS = [
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
]
N = rf"(?P<n>{'|'.join(NUMBERS)})"
SYSTEMS = {
    name: name
    for name in (
        *("nervous", "digestive", "respiratory", "musculoskeletal", "circulatory"),
        *("sensory", "urinary", "endocrine", "immune", "reproductive"),
    )
}
HALVES = {name: name for name in ("left", "right", "upper", "lower")}
AND = r" and "
LANDMARK = r"(?P<d>the .+)"

PLACES = {
    **{
        rf"(?:on the {side} side|in the {side} half) of the image": ("side", "image", side)
        for side in ("left", "right")
    },
    **{rf"on the patient's {side} side": ("side", "patient", side) for side in ("left", "right")},
    **{rf"in the {half} half of the image": ("half", half) for half in ("upper", "lower")},
    **{
        rf"in the {half} {side} quarter of the image": ("quarter", half, side)
        for half in ("upper", "lower")
        for side in ("left", "right")
    },
}
PLACE = rf"(?P<place>{'|'.join(PLACES)})"

_NUMBERED = rf"the structure segmented (?P<by_number>{'|'.join(ORDINALS)})"
_BY_ACT = rf"the structure from the (?P<by_act>{'|'.join(ORDINALS)}) segmentation"
_BEFORE_LAST = r"(?P<before_last>the structure segmented before the last one)"
_LAST = r"(?:the structure segmented last|the most recently segmented structure)"
EARLIER = rf"(?:{_NUMBERED}|{_BY_ACT}|{_BEFORE_LAST}|{_LAST})"
# A group name may stand once in an expression, so sentences take references without names.
_ANY = re.sub(r"\?P<\w+>", "?:", EARLIER)
REF, REF2 = rf"(?P<ref>{_ANY})", rf"(?P<ref2>{_ANY})"
HALF = rf"(?P<half>{'|'.join(HALVES)}) half of the image"
SO_FAR = r"the structures segmented so far(?: in this dialogue)?"

SENTENCES = [
    ("ask", rf"(?:please |in this slice, )?{VERB} (?:every pixel of )?{D}\."),
    ("ask", rf"could you {VERB} {D}\?"),
    ("ask", rf"can you find {D}\? please segment what you find\."),
    ("ask", rf"which pixels belong to {D}\? please segment them\."),
    ("ask", rf"{PLACE}, {VERB} {D}\."),
    ("ask", rf"look {PLACE}: {VERB} {D}\."),
    ("ask", rf"{VERB} {D}: the one {PLACE}\."),
    ("ask", rf'{N} structures in this slice fit the words "{D}"\. {VERB} the one {PLACE}\.'),
    ("ask", rf"{VERB} {D}: the one that {THAT}\."),
    ("ask", rf'{N} structures in this slice fit the words "{D}"\. {VERB} the one that {THAT}\.'),
    ("ask", rf'of the {N} structures here that fit the words "{D}", {VERB} the one that {THAT}\.'),
    ("ask", rf'the words "{D}" fit {N} structures of this slice; {VERB} the one that {THAT}\.'),
    ("ask", rf'look {PLACE}\. of the structures there that fit the words "{D}", {VERB} the one that {THAT}\.'),
    ("ask", rf'of the structures {PLACE} that fit the words "{D}", {VERB} the one that {THAT}\.'),
    ("ask", rf"in this slice, {VERB} {D}, namely the one that {THAT}\."),
    ("ask", rf"look {PLACE}: {VERB} {D}, namely the one there that {THAT}\."),
    ("other", rf"{REF} is {D}\. {VERB} the other one\."),
    ("other", rf"{REF} is {D}; now {VERB} the other one\."),
    ("other", rf'{REF} is not the only one here that fits the words "{D}"\. {VERB} the other one\.'),
    ("other", rf'leave out {REF} and {VERB} the other structure that fits the words "{D}"\.'),
    ("counterpart", rf"{VERB} the counterpart of {REF} on the opposite side of the body\."),
    ("counterpart", rf"now {VERB} the partner of {REF} across the midline of the body\."),
    ("counterpart", rf"{REF} is one of a pair\. {VERB} its partner on the other side of the body\."),
    ("before", rf"of {SO_FAR}, segment once more the one that {THAT}\."),
    ("before", rf"go back over {SO_FAR} and segment again the one that {THAT}\."),
    ("before", rf"return to {SO_FAR}: segment once more the one that {THAT}\."),
    ("rest", rf"take {REF2} away from {REF} and segment what remains\."),
    ("rest", rf"refine {REF}: segment it without {REF2}\."),
    ("rest", rf"segment only the part of {REF} that does not belong to {REF2}\."),
    ("piece", rf"{REF} appears here in several separate pieces\. segment only the largest of them\."),
    ("piece", rf"in this slice {REF} falls into several separate pieces\. segment only the largest one\."),
    ("part in half", rf"of {REF}, keep only the part in the {HALF}\."),
    ("part in half", rf"cut {REF} at the middle of the image and segment only its part in the {HALF}\."),
    ("together", rf"segment {REF} and {REF2} together, as one mask\."),
    ("together", rf"join {REF} and {REF2} into one mask\."),
]

_TO = r"(?P<ref>.+)"
_NTH = rf"(?:is|comes) (?P<ordinal>{'|'.join(ORDINALS)}) (?:when they are counted )?from the"
_AREA = r"(?:has|takes up) the {} area(?: in this slice)?"
#: Expression, condition, and how it compares if it is a ranking.
CLAUSES = [
    (rf"lies {PLACE}", (), None),
    (rf"(?:belongs to|is part of) the (?P<system>{'|'.join(SYSTEMS)}) system", ("system",), None),
    *((rf"lies in the image to the {side} of {_TO}", ("beside", "image", side), None) for side in ("left", "right")),
    *((rf"lies in the image {side} {_TO}", ("beside", "image", side), None) for side in ("above", "below")),
    *((rf"lies to the patient's {side} of {_TO}", ("beside", "patient", side), None) for side in ("left", "right")),
    *(
        (rf"lies farther to the patient's {side} than {_TO}", ("beside", "patient", side), None)
        for side in ("left", "right")
    ),
    (rf"lies (?:anterior to|farther to the patient's front than) {_TO}", ("beside", "patient", "front"), None),
    (rf"lies (?:posterior to|farther to the patient's back than) {_TO}", ("beside", "patient", "behind"), None),
    (rf"lies (?:nearer the patient's head than|cranial to) {_TO}", ("beside", "patient", "head"), None),
    (rf"lies (?:nearer the patient's feet than|caudal to) {_TO}", ("beside", "patient", "feet"), None),
    (rf"lies on the same side of the image as {_TO}", ("same side", True), None),
    (rf"lies on the opposite side of the image from {_TO}", ("same side", False), None),
    (rf"(?:is larger in this slice|has a larger area here) than {_TO}", ("size", "larger"), None),
    (rf"(?:is smaller in this slice|has a smaller area here) than {_TO}", ("size", "smaller"), None),
    (rf"(?:borders directly on|is in direct contact with) {_TO}", ("touches", True), None),
    (rf"(?:does not touch|has no contact with) {_TO}", ("touches", False), None),
    (rf"lies inside {_TO}", ("inside",), None),
    (rf"(?:surrounds|lies all around) {_TO}", ("around",), None),
    (rf"(?:belongs to|is a part of) {_TO}", ("part of",), None),
    (rf"(?:lies nearer|is closer) to {_TO}", ("nearest",), "two"),
    (rf"(?:lies nearest|is closest) to {_TO}", ("nearest",), "more"),
    *((rf"{_NTH} {side} edge of the image", ("nth", side), None) for side in ("left", "right")),
    (rf"{_NTH} top of the image", ("nth", "above"), None),
    (rf"{_NTH} bottom of the image", ("nth", "below"), None),
    (_AREA.format("larger"), ("extreme", "largest"), "two"),
    (_AREA.format("smaller"), ("extreme", "smallest"), "two"),
    (_AREA.format("largest"), ("extreme", "largest"), "more"),
    (_AREA.format("smallest"), ("extreme", "smallest"), "more"),
    *(
        (rf"lies {degree} to the {side} of the image", ("extreme", f"{side}most"), compares)
        for degree, compares in (("farther", "two"), ("farthest", "more"))
        for side in ("left", "right")
    ),
    (r"lies higher in the image", ("extreme", "topmost"), "two"),
    (r"lies lower in the image", ("extreme", "lowest"), "two"),
    (r"lies highest in the image", ("extreme", "topmost"), "more"),
    (r"lies lowest in the image", ("extreme", "lowest"), "more"),
]
