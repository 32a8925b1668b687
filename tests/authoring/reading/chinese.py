"""How the Chinese questions are built: expressions for whole sentences, for clauses and for what they speak of."""

import re

D, THAT = r"(?P<d>.+?)", r"(?P<that>.+)"
VERB = r"(?:找出并分割|分割|勾画|标出)"
NUMBERS = ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
ORDINALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
_LONGEST_FIRST = sorted(ORDINALS, key=len, reverse=True)
N = rf"(?P<n>{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
SYSTEMS = {
    "神经": "nervous",
    "消化": "digestive",
    "呼吸": "respiratory",
    "运动": "musculoskeletal",
    "循环": "circulatory",
    "感觉": "sensory",
    "泌尿": "urinary",
    "内分泌": "endocrine",
    "免疫": "immune",
    "生殖": "reproductive",
}
HALVES = {"左半": "left", "右半": "right", "上半": "upper", "下半": "lower"}
AND = "且"
LANDMARK = r"“(?P<d>[^“”]+)”"

_SIDES, _HALVES = {"左": "left", "右": "right"}, {"上": "upper", "下": "lower"}
PLACES = {
    **{rf"图像{word}(?:侧|半部分)": ("side", "image", side) for word, side in _SIDES.items()},
    **{rf"患者{word}侧": ("side", "patient", side) for word, side in _SIDES.items()},
    **{rf"图像{word}半部分": ("half", half) for word, half in _HALVES.items()},
    **{
        rf"图像{word}{other}四分之一区域": ("quarter", half, side)
        for word, side in _SIDES.items()
        for other, half in _HALVES.items()
    },
}
PLACE = rf"(?P<place>{'|'.join(PLACES)})"

_LAST = r"(?:最近一次|刚才)分割的结构"
# It counts segmentations, never structures.
_BY_ACT = rf"(?<!倒数)第(?P<by_act>{'|'.join(_LONGEST_FIRST)})次分割的结构"
EARLIER = rf"(?:{_BY_ACT}|(?P<before_last>倒数第二次分割的结构)|{_LAST})"
_ANY = re.sub(r"\?P<\w+>", "?:", EARLIER)
REF, REF2 = rf"(?P<ref>{_ANY})", rf"(?P<ref2>{_ANY})"
HALF = rf"图像(?P<half>{'|'.join(HALVES)})部分的区域"

SENTENCES = [
    ("ask", rf"请(?:在本层图像中)?{VERB}{D}。"),
    ("ask", rf"请给出{D}的掩膜。"),
    ("ask", rf"请逐像素标出{D}的范围。"),
    ("ask", rf"请(?:在本层图像中)?{VERB}{D}，(?:即|具体是){THAT}的那一个。"),
    ("ask", rf"请{VERB}{D}，即位于{PLACE}的那一个。"),
    ("ask", rf"请看{PLACE}，{VERB}{D}，即在该处{THAT}的那一个。"),
    ("other", rf"{REF}是{D}，请{VERB}另外那一个。"),
    ("other", rf"已知{REF}是{D}，请{VERB}另一个。"),
    ("ask", rf"{D}在哪里？请将其分割出来。"),
    ("ask", rf"本层图像中哪些像素属于{D}？请分割。"),
    ("ask", rf"请对{D}进行分割。"),
    ("ask", rf"请{VERB}{PLACE}的这一结构：{D}。"),
    ("ask", rf"请{VERB}{D}，它在本层位于{PLACE}。"),
    ("ask", rf"请看{PLACE}，{VERB}{D}。"),
    ("ask", rf"请在{PLACE}找到并分割{D}。"),
    ("ask", rf"本层有{N}个结构符合“{D}”这一描述，请{VERB}位于{PLACE}的那一个。"),
    ("ask", rf"本层有{N}个结构符合“{D}”这一描述，请{VERB}{THAT}的那一个。"),
    ("ask", rf"在本层图像中符合“{D}”这一描述的{N}个结构里，请{VERB}{THAT}的一个。"),
    ("ask", rf"“{D}”这一描述在本层对应{N}个结构，请{VERB}其中{THAT}的那一个。"),
    ("ask", rf"请看{PLACE}，在该处符合“{D}”这一描述的结构中，{VERB}{THAT}的那一个。"),
    ("ask", rf"在{PLACE}符合“{D}”这一描述的结构中，请{VERB}{THAT}的那一个。"),
    ("other", rf"符合“{D}”这一描述的结构，除{REF}外还有一个，请{VERB}另外那一个。"),
    ("other", rf"请{VERB}除{REF}之外、同样符合以下描述的另一个结构：{D}。"),
    ("counterpart", rf"请{VERB}{REF}在身体对侧的对应结构。"),
    ("counterpart", rf"{REF}是成对的，请{VERB}其在身体另一侧的对应结构。"),
    ("counterpart", rf"请{VERB}身体对侧与{REF}成对的结构。"),
    ("before", rf"在本次对话已分割的结构中，请再次分割{THAT}的一个。"),
    ("before", rf"回顾目前已分割的所有结构，请再次分割其中{THAT}的一个。"),
    ("before", rf"请回看此前已分割的结构，再次分割其中{THAT}的那一个。"),
    ("rest", rf"请从{REF}中去除{REF2}，分割剩余的部分。"),
    ("rest", rf"请细化{REF}的掩膜：只保留不属于{REF2}的部分。"),
    ("rest", rf"请分割{REF}中除{REF2}以外的部分。"),
    ("piece", rf"{REF}在本层图像中分为互不相连的几块，请只分割其中最大的一块。"),
    ("piece", rf"请只分割{REF}在本层图像中最大的一块连通区域。"),
    ("part in half", rf"(?:以图像正中为界，请只分割|请只保留){REF}位于{HALF}。"),
    ("together", rf"请将{REF}与{REF2}合并分割为一个掩膜。"),
    ("together", rf"请把{REF}和{REF2}一起分割，合成一个掩膜。"),
]

_TO = r"(?P<ref>.+)"
_IMAGE = {"左侧": "left", "右侧": "right", "上方": "above", "下方": "below"}
_EXTREMES = {"面积{}大": "largest", "面积{}小": "smallest"}
_TOWARDS = {"靠图像左侧": "leftmost", "靠图像右侧": "rightmost"}
_DEGREES = (("较", "two"), ("最", "more"))
#: Expression, condition, and how it compares if it is a ranking.
CLAUSES = [
    (rf"位于{PLACE}", (), None),
    (rf"属于(?P<system>{'|'.join(SYSTEMS)})系统", ("system",), None),
    *((rf"在图像上位于{_TO}{word}", ("beside", "image", way), None) for word, way in _IMAGE.items()),
    *((rf"比{_TO}更靠近患者{word}侧", ("beside", "patient", side), None) for word, side in _SIDES.items()),
    *((rf"相对{_TO}更靠患者{word}侧", ("beside", "patient", side), None) for word, side in _SIDES.items()),
    (rf"按解剖方位位于{_TO}前方", ("beside", "patient", "front"), None),
    (rf"按解剖方位位于{_TO}后方", ("beside", "patient", "behind"), None),
    (rf"相对{_TO}更靠患者头侧", ("beside", "patient", "head"), None),
    (rf"相对{_TO}更靠患者足侧", ("beside", "patient", "feet"), None),
    (rf"与{_TO}位于图像同一侧", ("same side", True), None),
    (rf"与{_TO}分居图像两侧", ("same side", False), None),
    (rf"在本层面积比{_TO}更大", ("size", "larger"), None),
    (rf"在本层面积比{_TO}更小", ("size", "smaller"), None),
    (rf"在本层图像中大于{_TO}", ("size", "larger"), None),
    (rf"在本层图像中小于{_TO}", ("size", "smaller"), None),
    (rf"与{_TO}直接相[邻贴]", ("touches", True), None),
    (rf"不与{_TO}相接触", ("touches", False), None),
    (rf"与{_TO}没有接触", ("touches", False), None),
    (rf"位于{_TO}内部", ("inside",), None),
    (rf"[环包]绕{_TO}", ("around",), None),
    (rf"属于{_TO}", ("part of",), None),
    (rf"构成{_TO}的一部分", ("part of",), None),
    (rf"离{_TO}更近", ("nearest",), "two"),
    (rf"距{_TO}较近", ("nearest",), "two"),
    (rf"[离距]{_TO}最近", ("nearest",), "more"),
    *(
        (rf"从图像{word}数起排在第(?P<ordinal>{'|'.join(_LONGEST_FIRST)})位", ("nth", way), None)
        for word, way in _IMAGE.items()
    ),
    *(
        (rf"(?:在本层所占)?{form.format(degree)}", ("extreme", extreme), compares)
        for form, extreme in _EXTREMES.items()
        for degree, compares in _DEGREES
    ),
    *(
        (f"{degree}{form}", ("extreme", extreme), compares)
        for form, extreme in _TOWARDS.items()
        for degree, compares in _DEGREES
    ),
    *((f"在图像上位置{degree}高", ("extreme", "topmost"), compares) for degree, compares in _DEGREES),
    *((f"在图像上位置{degree}低", ("extreme", "lowest"), compares) for degree, compares in _DEGREES),
]
