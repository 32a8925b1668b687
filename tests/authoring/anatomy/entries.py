"""A whole entry of the knowledge files that every check passes, to plant faults in."""

import copy

from authoring.anatomy.checking import Entry

SPLEEN = {
    "fits": ["spleen"],
    "written_by": "machine",
    "reviewed_by": None,
    "en": {
        "function": [
            "the organ that clears worn-out red cells",
            "the store of platelets",
            "the filter of blood whose white pulp answers to antigens",
            "the abdominal organ that forms blood before birth",
            "the lymphoid organ with red pulp",
        ],
        "anatomy": [
            "the organ under the ninth to eleventh arched bones",
            "the fist-sized purple organ beneath the dome of the diaphragm",
            "the organ with a notched upper border",
            "the intraperitoneal organ that develops in the dorsal mesogastrium",
            "the organ that may have accessory nodules near its hilum",
        ],
        "pathology": [
            "the organ that malaria enlarges",
            "the organ that shrinks after repeated infarcts of sickle cell disease",
            "the soft organ that bleeds most often after a blunt blow",
            "the organ in which Howell-Jolly bodies are normally removed",
            "the organ that grows huge in myelofibrosis",
        ],
        "clinical": [
            "the organ felt under the lowest arched bones in glandular fever",
            "the organ whose loss calls for vaccines against capsulated germs",
            "the organ that is mottled in the arterial phase",
            "the organ with the longest craniocaudal axis of twelve centimetres",
            "the organ darker than muscle when iron is stored",
        ],
    },
    "zh": {
        "function": [
            "清除衰老红细胞的器官",
            "储存血小板的器官",
            "白髓对抗原产生应答的滤血器官",
            "出生前能造血的腹部器官",
            "含有红髓的淋巴器官",
        ],
        "anatomy": [
            "位于第九至第十一根弓形骨深面的器官",
            "膈下拳头大小的紫色器官",
            "上缘有切迹的器官",
            "发生于背侧系膜的腹膜内位器官",
            "门部附近可有副结节的器官",
        ],
        "pathology": [
            "疟疾时增大的器官",
            "反复梗死后缩小的器官",
            "钝性外伤时最易出血的柔软器官",
            "正常时去除豪焦小体的器官",
            "骨髓纤维化时显著增大的器官",
        ],
        "clinical": [
            "腺热时可在季缘下触及的器官",
            "切除后需接种疫苗预防荚膜菌的器官",
            "动脉期呈花斑状强化的器官",
            "最长径约十二厘米的器官",
            "铁沉积时信号低于肌肉的器官",
        ],
    },
    "facts": [
        {
            "facet": "function",
            "en": {"question": "Can a person live without {reference}?", "answer": "Yes. Other organs take over."},
            "zh": {"question": "没有{reference}人能存活吗？", "answer": "能。其他器官可以代偿。"},
        },
        {
            "facet": "anatomy",
            "en": {"question": "Does {reference} lie behind the peritoneum?", "answer": "No. It lies within it."},
            "zh": {"question": "{reference}位于腹膜后吗？", "answer": "不是。它是腹膜内位器官。"},
        },
        {
            "facet": "pathology",
            "en": {"question": "Does malaria enlarge {reference}?", "answer": "Yes. It clears the parasites."},
            "zh": {"question": "疟疾会使{reference}增大吗？", "answer": "会。它清除疟原虫。"},
        },
        {
            "facet": "clinical",
            "en": {"question": "Is biopsy of {reference} a routine test?", "answer": "No. It may bleed."},
            "zh": {"question": "{reference}活检是常规检查吗？", "answer": "不是。活检可能引起出血。"},
        },
        {
            "facet": "anatomy",
            "en": {"question": "Which artery feeds {reference}?", "answer": "A branch of the coeliac trunk."},
            "zh": {"question": "{reference}由哪支动脉供血？", "answer": "腹腔干的一个分支。"},
        },
    ],
}

GROUP = {
    "fits": ["liver", "spleen"],
    "written_by": "machine",
    "reviewed_by": None,
    "en": {
        "anatomy": [
            "one of the solid organs beneath the diaphragm",
            "one of the two large organs that fill the upper abdomen",
            "one of the organs that blunt blows tear",
        ]
    },
    "zh": {"anatomy": ["膈下的实质器官之一", "上腹部两个较大的脏器之一", "钝性外伤易破裂的器官之一"]},
}


def entry(raw: dict = SPLEEN, file: str = "knowledge/made.yaml") -> Entry:
    """An entry whose `raw` is a copy that a test may change."""
    return Entry(file, 1, copy.deepcopy(raw))


def group() -> Entry:
    """A group's entry, to be changed likewise."""
    return entry(GROUP, "groups/made.yaml")


def with_phrase(text: str, language: str = "en") -> Entry:
    """The entry with one more phrase."""
    made = entry()
    made.raw[language]["anatomy"].append(text)
    return made


def with_fact(english: tuple[str, str], chinese: tuple[str, str]) -> Entry:
    """The entry with one more fact, (question, answer) in each language."""
    made = entry()
    sides = (dict(zip(("question", "answer"), side, strict=True)) for side in (english, chinese))
    made.raw["facts"].append({"facet": "clinical", **dict(zip(("en", "zh"), sides, strict=True))})
    return made
