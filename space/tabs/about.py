"""The about tab: what is measured and how, the rules, and how to take part. Its texts are about.en.md and about.zh.md.

A text is cut at its headings, `## Title {#anchor}`. Names in double braces are filled in from the code and the
settings, so that no number stands in a text by hand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr

from leaderboard import DataFacts, Quota, Resampling
from leaderboard.ranking import ALPHA
from leaderboard.records import HEADLINE_REGIONS, MIN_PATIENTS, MIN_REGION_PATIENTS, NSD_TOLERANCE
from leaderboard.stores.opening import HUB
from leaderboard.truth import COHORT_TURNS
from space.cards import facts
from space.cards.header import PATHS
from space.cards.html import escape
from space.page import Fill, Page
from space.submission.faults import statement
from space.words import Words

_FOLDER = Path(__file__).parent.parent
_CITATION = _FOLDER.parent / "CITATION.bib"
_HEADING = re.compile(r"^## (?P<title>.+?) \{#(?P<anchor>[a-z]+)\}$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_FORMULAS = [{"left": "$$", "right": "$$", "display": True}, {"left": "$", "right": "$", "display": False}]
# Gradio's pages have a <base>, so that a bare #anchor may leave the page. A tab is made when it is first opened, too
# late for the browser to go to the address's #anchor by itself; and the text grows while formulas and numbers come in,
# so the place is sought again until the reader moves or all has come.
_GO_TO_ANCHOR = """
const go = anchor => document.getElementById(anchor.slice(1))?.scrollIntoView();
element.addEventListener("click", event => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.hash);
  history.replaceState(history.state, "", location.pathname + location.search + link.hash);
});
const opened = new URL(performance.getEntriesByType("navigation")[0].name).hash;
if (opened.startsWith("#about-") && !window.mturnAboutShown) {
  const observer = new ResizeObserver(() => go(opened));
  const stop = () => observer.disconnect();
  observer.observe(document.getElementById("about-text"));
  for (const moved of ["wheel", "touchstart", "keydown", "mousedown"]) addEventListener(moved, stop, { once: true });
  setTimeout(stop, 4000);
}
window.mturnAboutShown = true;
"""


@dataclass(frozen=True)
class Section:
    """One part of the text: its anchor in the page is "about-" and `anchor`; `text` is Markdown, heading included."""

    anchor: str
    title: str
    text: str


def build(page: Page) -> Fill:
    """Lay the tab out. What depends on the request or is read later (the data set) comes with the fill."""
    words = page.words
    sections = [
        Section(part.anchor, part.title, filled(part.text, values(page))) for part in read_sections(words.language)
    ]
    with gr.Row(elem_id="about"):
        gr.HTML(_contents(words, sections), elem_id="about-contents", js_on_load=_GO_TO_ANCHOR)
        with gr.Column(elem_id="about-text"):
            for section in sections:
                gr.Markdown(section.text, latex_delimiters=_FORMULAS, elem_id=f"about-{section.anchor}")
                if section.anchor == "data":
                    data = gr.HTML(elem_id="about-numbers")
                elif section.anchor == "script":
                    script = _code("python", "about-example")
                elif section.anchor == "cite":
                    _code(None, "about-citation", citation(words, page.watch.data))

    def act(request: gr.Request) -> tuple:
        summary = None if page.dialogues is None else page.dialogues.summary()
        return facts.data_facts(words, page.watch.data, summary), example(address(request), page)

    return Fill(act, [data, script])


def _code(language: str | None, elem_id: str, value: str = "") -> gr.Code:
    return gr.Code(
        value,
        language=language,
        show_label=False,
        interactive=False,
        wrap_lines=True,
        lines=1,
        show_line_numbers=False,
        buttons=["copy"],
        elem_id=elem_id,
    )


@cache
def read_sections(language: str) -> list[Section]:
    """The text in "en" or "zh" as it is kept, names in double braces not filled in."""
    text = (_FOLDER / f"about.{language}.md").read_text(encoding="utf-8")
    found = list(_HEADING.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        Section(match["anchor"], match["title"], f"## {match['title']}\n{text[match.end() : end]}".strip())
        for match, end in zip(found, ends, strict=True)
    ]


def placeholders(text: str) -> set[str]:
    """The names in double braces of a text."""
    return set(_PLACEHOLDER.findall(text))


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its names in double braces replaced; values are Markdown. Raises KeyError for an unknown name."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def plain(value: str) -> str:
    """A value from outside as Markdown that shows it as it is: no markup, no formula, no HTML, no link, one line."""
    return re.sub(r"[^a-zA-Z0-9 ]", lambda match: f"&#{ord(match[0])};", " ".join(value.split()))


def values(page: Page) -> dict[str, str]:
    """What the names in double braces stand for, as Markdown."""
    words = page.words
    return {
        "nsd_tolerance": f"{NSD_TOLERANCE:g}",
        "regions": words.listed([words.name("region", region) for region in HEADLINE_REGIONS]),
        "cohort_turns": str(COHORT_TURNS),
        "min_patients": str(MIN_PATIENTS),
        "min_region_patients": str(MIN_REGION_PATIENTS),
        "resamples": f"{Resampling().resamples:,}",
        "alpha": f"{ALPHA:g}",
        "statement": statement(words),
        "checks_per_hour": str(page.settings.checks_per_hour),
        "quota": quota(words, page.boards.ranked.quota),
        "hub_history": _sentence(words, "hub_history") if str(page.settings.store).startswith(HUB) else "",
        "licences": _sentence(words, "licences_listed") if page.dialogues is not None else "",
        "contact": contact(page),
    }


def _sentence(words: Words, key: str) -> str:
    """One more sentence of a paragraph; Chinese sentences stand without a space between them."""
    return ("" if words.language == "zh" else " ") + words(f"about.{key}")


def quota(words: Words, quota: Quota) -> str:
    """How much a user may send, in a sentence."""
    limits = {name: value for name, value in (("per_day", quota.per_day), ("total", quota.total)) if value is not None}
    key = {(): "none", ("per_day",): "day", ("total",): "total", ("per_day", "total"): "both"}[tuple(limits)]
    return words(f"about.quota_{key}", **limits)


def contact(page: Page) -> str:
    """Where to write to: what the settings name, else the Space's community tab; in local mode there is nobody."""
    if page.settings.contact:
        return page.words("about.contact_given", contact=_linked(page.settings.contact))
    return page.words("about.contact_community" if page.identity.signs_in else "about.contact_local")


def _linked(address: str) -> str:
    if re.fullmatch(r"https?://[\w./~:?#@%&=+,-]+", address, re.ASCII):
        return f"[{plain(address)}](<{address}>)"
    return plain(address)


def citation(words: Words, data: DataFacts) -> str:
    """BibTeX of the benchmark under lines that name the data, all for copying."""
    name = " ".join((data.name or words("about.unnamed")).split())
    return (
        f"% {words('about.scored_on', name=name, split=data.split, version=data.version)}\n"
        f"% {words('about.digest', digest=data.digest)}\n"
        f"{_CITATION.read_text(encoding='utf-8').strip()}"
    )


def address(request: gr.Request) -> str:
    """The app's address as who sent the request sees it; a proxy tells the host and scheme that it was asked for."""
    host = request.headers.get("x-forwarded-host") or request.headers["host"]
    scheme = request.headers.get("x-forwarded-proto") or urlsplit(str(request.url)).scheme
    return f"{scheme.split(',')[0].strip()}://{host.split(',')[0].strip()}"


def example(address: str, page: Page) -> str:
    """A program that checks a file with the app at `address` and submits it."""
    token = ', token="hf_..."' if page.identity.signs_in else ""
    return _EXAMPLE.format(client=f"{json.dumps(address)}{token}")


_EXAMPLE = """\
from gradio_client import Client, handle_file

board = Client({client})
report = board.predict(handle_file("predictions.parquet"), api_name="/check")
print(report["ok"], report["problems"])

if report["ok"]:
    outcome = board.predict(
        handle_file("predictions.parquet"),
        model="My model 1.0",
        parameters="7B",
        history_mode="own",
        training_data="Names of data sets",
        signed="Your Name",
        api_name="/submit",
    )
    print(outcome["state"], outcome["places"])
"""


def _contents(words: Words, sections: list[Section]) -> str:
    title = escape(words("about.contents"))
    # An address of its own for each, so that it can be copied or opened in another window.
    start = f"{PATHS[words.language]}?tab=about"
    items = "".join(
        f'<li><a href="{start}#about-{section.anchor}">{escape(section.title)}</a></li>' for section in sections
    )
    return f'<nav aria-label="{title}"><h2>{title}</h2><ol>{items}</ol></nav>'
