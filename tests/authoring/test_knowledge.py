"""The texts of authoring/anatomy/knowledge identify their structures without naming any structure of the catalogue."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

ANATOMY = Path(__file__).resolve().parents[2] / "authoring" / "anatomy"
STRUCTURES = yaml.safe_load((ANATOMY / "structures.yaml").read_text(encoding="utf-8"))
FILES = sorted((ANATOMY / "knowledge").glob("*.yaml"))

MIN_DESCRIPTIONS = 8
MIN_FACTS = 3
REFERENCE = "{reference}"

# --- forbidden in English: whole words, case-insensitive, with or without a plural ending -------------------------
EN_NAMES = {name.lower() for s in STRUCTURES.values() for name in s["en"]}
EN_ADJECTIVES = {
    "hepatic",
    "gastric",
    "splenic",
    "renal",
    "pulmonary",
    "pancreatic",
    "biliary",
    "vesical",
    "prostatic",
    "vertebral",
    "spinal",
    "sacral",
    "costal",
    "femoral",
    "iliac",
    "colonic",
    "duodenal",
    "jejunal",
    "ileal",
    "adrenal",
    "suprarenal",
    "aortic",
    "caval",
    "portal",
    "gluteal",
    "cerebral",
}
# Parts of names that give the structure away.
EN_PARTS = {
    "hip",
    "bowel",
    "intestine",
    "intestinal",
    "disc",
    "disk",
    "discal",
    "gall",
    "gallstone",
    "ilium",
    "psoas",
    "gluteus",
    "glutei",
    "erector",
    "autochthonous",
    "cava",
    "sacroiliac",
    "femora",
    "innominate",
    "intercostal",
    "lumbosacral",
    "cerebrospinal",
    "gastrointestinal",
    "adrenaline",
    "colonoscopy",
    "cholecystitis",
    "cholecystectomy",
}
EN_STEMS = (
    "hepat",
    "splen",
    "nephr",
    "pulmon",
    "pancrea",
    "gastr",
    "vertebr",
    "duoden",
    "jejun",
    "prostat",
    "cholecyst",
    "aort",
    "adrenal",
    "glute",
    "intestin",
    "sacro",
    "cerebr",
    "pneumon",
    "ileo",
    "ilio",
    "renal",
    "caval",
    "costal",
    "femor",
    "iliac",
    "iliopsoas",
    "kidney",
    "bladder",
)
SIDES_EN = {"left", "right", "sinister", "dexter"}

# --- forbidden in Chinese: substrings -----------------------------------------------------------------------------
ZH_NAMES = {name for s in STRUCTURES.values() for name in s["zh"] if len(name) >= 2}
ZH_SINGLE = set("肝脾胃肺肾胰")
ZH_PARTS = {"椎", "肋", "骶", "股骨", "髋", "髂", "脊", "胆囊", "门脉", "皮层", "盲肠", "结肠", "臀肌"}
SIDES_ZH = {"左", "右"}

# --- forbidden only in the entry of the structure itself (words that are fine elsewhere) ---------------------------
OWN_EN = {
    "femur_right": {"thigh"},
    "back_muscles_right": {"back", "deep"},
    "grey_matter": {"cortex", "cortical", "matter", "grey", "gray", "white"},
    "white_matter": {"cortex", "cortical", "matter", "grey", "gray", "white", "subcortical"},
    "spinal_canal": {"canal", "cord", "myelopathy"},
    "gluteus_maximus_right": {"maximal", "maximum"},
    "gluteus_medius_right": {"medial", "medium"},
    "gluteus_minimus_right": {"minimal", "minimum"},
    "costal_cartilages": {"chondrosternal"},
    "portal_and_splenic_vein": {"hilar"},
}
OWN_ZH = {
    "femur_right": {"大腿", "股"},
    "back_muscles_right": {"背", "深"},
    "grey_matter": {"皮质", "灰", "白"},
    "white_matter": {"皮质", "灰", "白"},
    "iliopsoas_right": {"腰"},
    "small_bowel": {"肠"},
    "colon": {"肠"},
    "duodenum": {"肠", "十二指"},
    "portal_and_splenic_vein": {"门"},
    "spinal_canal": {"髓"},
}

CJK = "\u4e00-\u9fff"
ZH_PHRASE = re.compile(rf"[{CJK}，、（）]+")
ZH_SENTENCE = re.compile(rf"[{CJK}，、（）。；？：0-9]+")
EN_TEXT = re.compile(r"[A-Za-z0-9 ,.;:?'()\-]+")
# A handful of traditional forms, as a guard against a mixture of scripts.
TRADITIONAL = set(
    "臟腎腸膽動靜脈門脊髓骨關節會進體積與為對過組織結構連開張強圍環層纖維處側邊東車門問題學醫"
    "見視貫輸運轉軟骼區內外圓長點線腦頭頸頰肺葉氣"
)
SIMPLIFIED_TOO = set("脈脊髓骨體內外肺") - set("脈體")
TRADITIONAL -= SIMPLIFIED_TOO | {"內"} - {"內"}
TRADITIONAL -= set("脊髓骨外肺骼")


def load():
    return [
        pytest.param(entry, id=f"{path.stem}:{entry['fits'][0]}")
        for path in FILES
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


ENTRIES = load()
every_entry = pytest.mark.parametrize("entry", ENTRIES)


def plurals(term):
    yield from (term, term + "s", term + "es", term + "'s")
    if term.endswith("y"):
        yield term[:-1] + "ies"
    if term.endswith(("um", "on")):
        yield term[:-2] + "a"
    if term.endswith("a"):
        yield term + "e"


EN_FORBIDDEN = {form for term in EN_NAMES | EN_ADJECTIVES | EN_PARTS | SIDES_EN for form in plurals(term)}


def has_term(text, term):
    return re.search(rf"(?<![a-z]){re.escape(term)}(?![a-z])", text.lower()) is not None


def names_in_english(text, own=()):
    words = re.findall(r"[a-z]+", text.lower())
    found = {term for term in EN_FORBIDDEN | set(own) if has_term(text, term)}
    found |= {stem for stem in EN_STEMS if any(stem in word for word in words)}
    return found


def names_in_chinese(text, own=()):
    found = {term for term in ZH_NAMES | ZH_SINGLE | ZH_PARTS | SIDES_ZH | set(own) if term in text}
    if re.search("臀(?!部)", text):
        found.add("臀")
    return found


def own_words(entry, table):
    return {word for structure in entry["fits"] for word in table.get(structure, ())}


def facts(entry, language):
    return [fact[language] for fact in entry["facts"]]


def test_files_exist_and_say_how_they_were_made():
    assert FILES
    for path in FILES:
        head = path.read_text(encoding="utf-8").split("\n- ", 1)[0]
        assert "machine-written" in head and "not" in head and "reviewed by a clinician" in head, path


def test_every_structure_is_covered():
    covered = {structure for param in ENTRIES for structure in param.values[0]["fits"]}
    assert covered == set(STRUCTURES)


def test_every_structure_has_enough_texts():
    count = defaultdict(lambda: [0, 0, 0])
    for param in ENTRIES:
        entry = param.values[0]
        for structure in entry["fits"]:
            for i, key in enumerate(("en", "zh", "facts")):
                count[structure][i] += len(entry[key])
    wanted = (MIN_DESCRIPTIONS, MIN_DESCRIPTIONS, MIN_FACTS)
    few = {s: count[s] for s in STRUCTURES if any(have < want for have, want in zip(count[s], wanted, strict=True))}
    assert not few


@every_entry
def test_shape(entry):
    assert set(entry) == {"fits", "en", "zh", "facts"}
    assert entry["fits"]
    assert len(set(entry["fits"])) == len(entry["fits"])
    for fact in entry["facts"]:
        assert set(fact) == {"en", "zh"}
        for side in fact.values():
            assert set(side) == {"question", "answer"}
            assert all(isinstance(text, str) and text == text.strip() and "  " not in text for text in side.values())
    for text in entry["en"] + entry["zh"]:
        assert isinstance(text, str)
        assert text == text.strip()
        assert "  " not in text


@every_entry
def test_sided_pairs_stay_together(entry):
    assert set(entry["fits"]) <= set(STRUCTURES)
    for structure in entry["fits"]:
        pair = STRUCTURES[structure].get("pair")
        assert pair is None or pair in entry["fits"]


@every_entry
def test_english_descriptions(entry):
    own = own_words(entry, OWN_EN)
    for text in entry["en"]:
        assert text.startswith("the "), text
        assert text[-1].isalnum() or text[-1] == ")", text
        assert EN_TEXT.fullmatch(text), text
        assert not re.search(r"[.;:?]", text), text
        assert not re.search(r"\b(in|of|on) (the|this) (image|picture|slice|scan)\b", text), text
        assert not (found := names_in_english(text, own)), (text, found)


@every_entry
def test_chinese_descriptions(entry):
    own = own_words(entry, OWN_ZH)
    for text in entry["zh"]:
        assert ZH_PHRASE.fullmatch(text), text
        assert re.fullmatch(rf"[{CJK}]", text[0]) and re.fullmatch(rf"[{CJK}）]", text[-1]), text
        assert not set(text) & TRADITIONAL, text
        assert not re.search("图像|图中|画面|本层|该层", text), text
        assert not (found := names_in_chinese(text, own)), (text, found)


@every_entry
def test_english_facts(entry):
    own = own_words(entry, OWN_EN)
    for fact in facts(entry, "en"):
        question, answer = fact["question"], fact["answer"]
        assert question.count(REFERENCE) == 1 and not question.startswith(REFERENCE), question
        assert question.endswith("?") and question[0].isupper(), question
        assert answer[-1] == "." and answer[0].isupper(), answer
        assert REFERENCE not in answer, answer
        for text in (question.replace(REFERENCE, "it"), answer):
            assert EN_TEXT.fullmatch(text), text
            assert not (found := names_in_english(text, own)), (text, found)


@every_entry
def test_chinese_facts(entry):
    own = own_words(entry, OWN_ZH)
    for fact in facts(entry, "zh"):
        question, answer = fact["question"], fact["answer"]
        assert question.count(REFERENCE) == 1, question
        assert question.endswith("？") and answer.endswith("。"), (question, answer)
        assert REFERENCE not in answer, answer
        for text in (question.replace(REFERENCE, "它"), answer):
            assert ZH_SENTENCE.fullmatch(text), text
            assert not set(text) & TRADITIONAL, text
            assert not (found := names_in_chinese(text, own)), (text, found)


@every_entry
def test_yes_and_no_agree_between_the_languages(entry):
    for fact in entry["facts"]:
        starts = re.match(r"(Yes|No)\b", fact["en"]["answer"])
        negative = re.match("不|没有|否|无", fact["zh"]["answer"]) is not None
        if starts:
            assert (starts.group() == "No") == negative, fact


def normal(text):
    return re.sub(r"\W", "", text.lower())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_occurs_twice(language):
    seen = {}
    for param in ENTRIES:
        entry = param.values[0]
        for text in entry[language]:
            assert normal(text) not in seen, (text, seen[normal(text)])
            seen[normal(text)] = entry["fits"]
        questions = [normal(fact["question"]) for fact in facts(entry, language)]
        assert len(set(questions)) == len(questions), entry["fits"]


def test_the_checks_find_names():
    assert names_in_english("the gland above the Kidneys")
    assert names_in_english("the gastro-oesophageal part")
    assert names_in_english("the bone to the right")
    assert names_in_english("the vertebrae")
    assert names_in_english("the ribs")
    assert not names_in_english("the gland that stores bile in the abdomen")
    assert names_in_chinese("肾素")
    assert names_in_chinese("蛋白质")
    assert names_in_chinese("臀中层")
    assert names_in_chinese("右")
    assert not names_in_chinese("位于臀部的肌肉")
