"""Every check of the texts finds a fault that is planted, and the project's own texts have none."""

import re
import time

import pytest
import typer
from typer.testing import CliRunner

from authoring.anatomy import checking
from authoring.anatomy.checking import Problem, problems, read_entries, read_glossary, text_problems
from authoring.anatomy.checking.coverage import coverage_problems
from authoring.anatomy.checking.entries import Entry
from authoring.anatomy.checking.giveaways import stems
from authoring.anatomy.checking.glossary import Glossary, glossary_problems
from authoring.anatomy.checking.repeats import similarity, tokens
from authoring.anatomy.checking.sentences import is_traditional
from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from commands.knowledge import knowledge
from tests.authoring.anatomy.entries import entry, group, with_fact, with_phrase


@pytest.fixture(scope="module")
def own_problems():
    started = time.process_time()
    found = problems()
    assert time.process_time() - started < 10
    return found


def expected_of(*entries):
    """What the checks expected instead of the faults of some entries."""
    return [problem.expected for problem in text_problems(list(entries), read_glossary())]


def only(*entries):
    """The one thing that the checks expected."""
    (expected,) = expected_of(*entries)
    return expected


def test_the_projects_own_texts_have_no_problem(own_problems):
    assert not own_problems, "\n".join(map(str, own_problems))


def test_a_whole_entry_and_a_whole_group_have_none():
    assert not expected_of(entry(), group())


def test_a_problem_tells_file_entry_text_and_expectation():
    (problem,) = text_problems([with_phrase("the organ on the left")], read_glossary())
    assert str(problem) == (
        "knowledge/made.yaml: spleen: 'the organ on the left'; expected a text without a side, and not 'left'"
    )


@pytest.mark.parametrize(
    ("language", "phrase", "expected"),
    [
        # Words that give the structure, its side or an image away.
        ("en", "the organ of splenic flow", "without a name of its own structure"),
        ("en", "the organ that splenectomised people lack", "without 'splen'"),
        ("zh", "脾切除后缺少的器官", "without a name of its own structure"),
        ("en", "the organ on the right side", "without a side"),
        ("zh", "位于身体左侧的器官", "without a side"),
        ("en", "the purple organ in this image", "without reference to an image"),
        ("zh", "本图所见的紫褐色器官", "without reference to an image"),
        # Script, spaces, punctuation.
        ("zh", "腹腔內的柔软器官", "simplified characters for 內"),
        ("zh", "直徑约为拳头大小的器官", "simplified characters for 徑"),
        ("zh", "位于DSA所见动脉末端的器官", "and not A D S"),
        ("zh", "约有3个切迹的器官", "and not 3"),
        ("zh", "柔软,且血供丰富的器官", "and not ,"),
        ("zh", "柔软 而多血的器官", "no space in Chinese"),
        ("zh", "血供丰富的柔软器官，", "no punctuation at either end"),
        ("en", "the soft organ，full of blood", "and not ，"),
        ("en", "the soft organ  full of blood", "single spaces"),
        ("en", "the soft organ ,full of blood", "a space after punctuation"),
        ("en", "the soft organ full of blood,", "no punctuation at the end"),
        ("en", "soft organ full of blood", "starts with 'the '"),
        ("en", "The soft organ full of blood", "starts with 'the '"),
        ("en", "the soft organ full of {reference}", "in questions only"),
        # Terms.
        ("en", "the organ inflamed in spurious thelitis", "lacks 'thelitis'"),
        ("en", "the organ of the Quux sign", "lacks 'Quux'"),
        ("zh", "患某某征时增大的器官", "has none for"),
        ("zh", "易患子虚炎的器官", "has none for"),
        ("zh", "可由阿布加西手法触及的器官", "lacks '阿布加西'"),
        ("en", "the organ that a tumor spares", "'tumour' for 'tumor'"),
        ("zh", "注射造影剂后显影的器官", "'对比剂' for '造影剂'"),
        # Repeats.
        ("en", "the organ, that malaria enlarges", "something other than 'the organ, that malaria enlarges'"),
        ("en", "the organ that clears red cells once worn-out", "something other than"),
        ("zh", "能清除衰老红细胞的器官", "something other than '清除衰老红细胞的器官'"),
    ],
)
def test_a_bad_phrase_is_found(language, phrase, expected):
    found = expected_of(with_phrase(phrase, language))
    assert any(expected in text for text in found), found


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "the upright organ of bright colour"),
        ("en", "the organ that X-rays seldom show"),
        ("en", "the organ whose lobules encase veins"),
        ("en", "the organ of 1,000 names"),
        ("zh", "用X线难以显示的柔软器官"),
        ("zh", "最为显著地富含血液的器官"),
        ("zh", "在磁共振上信号不均匀的器官"),
    ],
)
def test_a_good_phrase_is_not(language, phrase):
    assert not expected_of(with_phrase(phrase, language))


GOOD = (("Does {reference} store iron?", "Yes. It keeps it."), ("{reference}储存铁吗？", "会。它储存铁质。"))


@pytest.mark.parametrize(
    ("english", "chinese", "expected"),
    [
        (("Does it store iron?", "Yes. It does."), GOOD[1], "{reference} once"),
        (("Is {reference} near {reference}?", "Yes. It is."), GOOD[1], "{reference} once"),
        (("{reference} stores iron?", "Yes. It does."), GOOD[1], "after the first word"),
        (("does {reference} store iron?", "Yes. It does."), GOOD[1], "a capital letter"),
        (("Does {reference} store iron.", "Yes. It does."), GOOD[1], "ends with '?'"),
        (("Does {reference} store iron?", "Yes. It does"), GOOD[1], "ends with '.'"),
        (("Does {reference} store iron?", "yes"), GOOD[1], "a capital letter"),
        (GOOD[0], ("{reference}储存铁吗?", "会。它储存铁质。"), "ends with '？'"),
        (GOOD[0], ("{reference}储存铁吗？", "会。它储存铁质"), "ends with '。'"),
        (GOOD[0], ("{reference}储存铁吗？", "不会。它不储存铁质。"), "the same reply as"),
        (("Does {reference} store iron?", "No. It does not."), GOOD[1], "the same reply as"),
        (("Does {reference} store iron?", "No, not at all."), ("{reference}储存铁吗？", "不会。"), "or neither"),
        (("What does {reference} store?", "Iron, mostly."), ("{reference}储存什么？", "主要是铁。"), "one at the most"),
        (("Is {reference} a splenic part?", "Yes. It is."), GOOD[1], "without a name of its own structure"),
        (
            ("Is any biopsy of {reference} a routine test?", "No. It bleeds."),
            ("会{reference}出血吗？", "不。"),
            "other",
        ),
    ],
)
def test_a_bad_fact_is_found(english, chinese, expected):
    found = expected_of(with_fact(english, chinese))
    assert any(expected in text for text in found), found


def test_a_good_fact_is_not():
    assert not expected_of(with_fact(*GOOD))


def test_all_answers_alike_are_found():
    made = entry()
    made.raw["facts"] = [fact for fact in made.raw["facts"] if not fact["en"]["answer"].startswith("No")]
    assert "both yes and no among the answers" in expected_of(made)


def changed(**keys):
    made = entry()
    made.raw.update(keys)
    return made


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (changed(note="x"), "one of the keys"),
        (changed(fits=["splen"]), "a structure of the catalogue"),
        (changed(fits=["kind:tooth"]), "a structure of the catalogue"),
        (changed(fits=["spleen", "spleen"]), "each structure once"),
        (changed(fits=["kidney_right"]), "kidney_left, too"),
        (changed(fits=["spleen", "liver"]), "one structure or pair in knowledge/"),
        (changed(fits=[]), "a list of structures"),
        (changed(written_by=""), "under written_by"),
        (changed(reviewed_by=" "), "under reviewed_by"),
        (changed(en=["the organ"]), "topics with phrases under en"),
        (changed(zh={"anatomy": "柔软的器官"}), "a list of phrases under zh: anatomy"),
        (changed(facts=entry().raw["facts"][:4]), "a list of 5"),
        (changed(facts=[*entry().raw["facts"], {"facet": "anatomy"}]), "a fact: its facet"),
        (Entry("knowledge/made.yaml", 3, ["spleen"]), "an entry with the key fits"),
    ],
)
def test_a_misshapen_entry_is_found(made, expected):
    found = expected_of(made)
    assert any(expected in text for text in found), found


@pytest.mark.parametrize("key", ["written_by", "reviewed_by", "facts", "en"])
def test_a_missing_key_is_found(key):
    made = entry()
    del made.raw[key]
    (lacking,) = (p for p in text_problems([made], read_glossary()) if p.expected.startswith("this key"))
    assert lacking.text == key


def test_too_few_phrases_are_found_on_a_topic_and_in_all():
    made = entry()
    del made.raw["zh"]["clinical"][2:]
    assert set(expected_of(made)) == {"3 in zh: clinical", "20 in zh"}


def test_an_unknown_topic_is_found():
    made = entry()
    made.raw["en"]["history"] = ["the organ that Galen called full of mystery"]
    assert any(text.startswith("one of the topics") for text in expected_of(made))


def test_phrases_that_name_other_structures_do_not_count():
    made = entry()
    made.raw["en"]["anatomy"][0] = "the soft organ beside the stomach"
    assert only(made) == "20 in en that name no structure at all"


def test_a_small_group_and_a_phrase_of_a_group_in_the_wrong_form_are_found():
    made = group()
    del made.raw["en"]["anatomy"][0], made.raw["zh"]["anatomy"][0]
    made.raw["zh"]["anatomy"][0] = "上腹部两个较大的脏器"
    assert set(expected_of(made)) == {"3 in en", "3 in zh", "a phrase of a group to end with 之一"}
    made = group()
    made.raw["fits"] = ["spleen"]
    assert "one structure or pair in knowledge/, several in groups/" in expected_of(made)


def test_the_phrase_of_another_entry_is_found():
    other = entry()
    other.raw["fits"] = ["heart"]
    found = expected_of(entry(), other)
    assert found
    assert all("knowledge/made.yaml: spleen" in text for text in found)


@pytest.mark.parametrize(
    ("language", "one", "other", "same"),
    [
        # 4 of 5 words: organ, stores, bile, meals; keeps stands for stores.
        ("en", "the organ that stores bile between meals", "the organ that keeps bile between meals", 4 / 6),
        # Concentrates and concentrated are one word to their sixth letter.
        ("en", "the sac that concentrates bile", "the sac in which bile is concentrated", 1.0),
        ("en", "the organ of taste", "the bone of the heel", 0.0),
        # 储存, 存胆, 胆汁 and 汁器, 器官 without 的; 存储, 储胆 stand for the first two.
        ("zh", "储存胆汁的器官", "存储胆汁的器官", 3 / 7),
        ("zh", "储存胆汁的器官", "储存胆汁器官", 1.0),
    ],
)
def test_similarity(language, one, other, same):
    assert similarity(tokens(one, language), tokens(other, language)) == pytest.approx(same)


def test_traditional_characters():
    traditional, simplified = "腦臟腎臍靜顱後徵於體", "脑脏肾脐静颅后征于体腘显著"
    assert all(map(is_traditional, traditional))
    assert not any(map(is_traditional, simplified))


def test_stems_hold_for_both_of_a_pair():
    assert stems()["kidney_left"] == stems()["kidney_right"]
    assert "nephr" in stems()["kidney_left"]["en"]


def glossary_with(**terms):
    return Glossary({"names.yaml": {key.replace("_", " "): (zh,) for key, zh in terms.items()}}, {})


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (glossary_with(**{"Broca's_area": "布罗卡区", "Broca_area": "布罗卡区"}), "one spelling"),
        (glossary_with(Meckel_diverticulum="Meckel"), "a Chinese term"),
        (glossary_with(Meckel_diverticulum="梅克爾憩室"), "simplified characters"),
        (
            Glossary(
                {"names.yaml": {"Meckel diverticulum": ("憩室",), "Meckel's cartilage": ("软骨",)}}, {}, frozenset()
            ),
            "of the same name",
        ),
    ],
)
def test_a_bad_glossary_is_found(made, expected):
    found = [problem.expected for problem in glossary_problems(made)]
    assert any(expected in text for text in found), found


def test_the_glossary_is_large_and_translates_every_term():
    glossary = read_glossary()
    terms = {term: chinese for file in glossary.files.values() for term, chinese in file.items()}
    assert len(terms) >= 400
    assert terms["aneurysm"][0] == "动脉瘤"
    assert all(terms.values())


def test_structures_without_texts_are_found():
    found = [str(problem) for problem in coverage_problems(structures(), [entry(), entry()])]
    assert any("spleen: 'spleen'; expected one entry a structure" in text for text in found)
    assert "knowledge: all: '1 described structures'; expected at least 80" in found
    assert "knowledge: rib: 'no group'; expected a group that fits kind:rib" in found
    # One structure of each data set that needs descriptions of its own.
    for name in ("liver", "pancreas", "duodenum", "brain_tumour_core", "myocardium", "prostate", "lung_infection"):
        assert any(text.startswith(f"knowledge: {name}: 'no entry'") for text in found), name
    assert not any(text.startswith("knowledge: rib_right_1") for text in found)


def test_a_file_that_is_no_list_is_refused(tmp_path):
    (tmp_path / "knowledge").mkdir()
    file = tmp_path / "knowledge" / "odd.yaml"
    file.write_text("fits: [spleen]\n", encoding="utf-8")
    with pytest.raises(SourceError, match=re.escape(f"{file}: a dict; expected a list of entries")):
        read_entries(tmp_path)
    file.write_text("- [\n", encoding="utf-8")
    with pytest.raises(SourceError, match="not YAML"):
        read_entries(tmp_path)


@pytest.fixture
def command():
    app = typer.Typer()
    app.command()(knowledge)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_the_command_prints_every_problem_and_exits_with_2(command, monkeypatch):
    found = [Problem("knowledge/made.yaml", "spleen", "the [organ]", "a better one")]
    monkeypatch.setattr(checking, "problems", lambda: found)
    result = command("--check")
    assert result.exit_code == 2
    assert "knowledge/made.yaml: spleen: 'the [organ]'; expected a better one" in result.output
    found.clear()
    result = command("--check")
    assert (result.exit_code, result.output) == (0, "no problems\n")


def test_the_command_counts_each_structure(command):
    result = command()
    assert result.exit_code == 0
    rows = {row[0]: row[1:] for line in result.output.splitlines() if (row := line.split()) and row[0] in structures()}
    assert rows.keys() == structures().keys()
    (spleen,) = (made for made in read_entries(checking.FOLDER) if made.raw["fits"] == ["spleen"])
    counts = [sum(map(len, spleen.raw[language].values())) for language in ("en", "zh")]
    assert rows["spleen"][:3] == [str(count) for count in (*counts, len(spleen.raw["facts"]))]
    assert rows["rib_right_1"][:3] == ["0", "0", "0"]
