"""What came from outside cannot control a terminal or become markup."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from builders import spec
from genarch import RuleTable, evaluate, explore
from genarch.engine.precedents import Weights, precedents
from genarch.engine.spec import Case, CaseSource, CaseSpec, Spec
from genarch.errors import Problem
from genarch.reports.answer import refused_page
from genarch.reports.evaluation import make_error_report, make_report
from genarch.reports.evaluation_page import report_page
from genarch.reports.json import json_lines
from genarch.reports.markdown import as_markdown, code, inert
from genarch.reports.page import Entries, Entry, Listing, Look, Paragraph, Table, Title
from genarch.reports.precedents import precedents_part
from genarch.reports.text import as_text
from genarch.reports.words import safe, visible

# Row 19: ESC, OSC 8 and 52, BEL, CR, backspace, C1, bidirectional marks, zero-width characters
HOSTILE = [
    "\x1b[31mred", "\x1b]8;;http://x\x07link", "\x1b]52;c;x\x07", "a\x07b", "a\rb", "a\bb", "a\nb", "a\x9bb", "a\u202eb", "a\u2066b",
    "a\u200bb", "a\u3164b", "a\ufe0fb", "a\U000e0101b", "a\ufeffb", "a\u2028b", "a\U000e0041b", "a\xadb",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hidden_characters_show_as_escapes(text: str) -> None:
    shown = safe(text)
    assert "\\x" in shown or "\\u" in shown or "\\U" in shown
    assert shown.isprintable()


def test_a_symbol_in_colour_stays_one_and_a_letter_gets_no_such_mark() -> None:
    assert safe("I \u2764\ufe0f it") == "I \u2764\ufe0f it"
    assert safe("a\ufe0f") == "a\\ufe0f"
    assert safe("\u2764\ufe0f\ufe0f") == "\u2764\ufe0f\\ufe0f"
    assert safe("\ufe0f") == "\\ufe0f"


@given(st.text())
def test_safe_text_is_one_printable_line_and_stays_so(text: str) -> None:
    shown = safe(text)
    assert len(shown.splitlines()) <= 1
    assert not any(character in shown for character in "\x1b\r\n\x07\u202e")
    assert safe(shown) == shown


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_title_reaches_no_report(text: str, shipped: RuleTable) -> None:
    stated = Spec("s", spec(domain="narrow").constraints, title=text)
    evaluation = evaluate(stated, shipped)
    own = Case("own", CaseSpec(stated.constraints), "gan", ("gan",), title=text, reason=text, source=CaseSource(text))
    found = precedents_part(
        stated.constraints, evaluation.verdict, precedents(stated.constraints, [own], Weights()), ()
    )
    report = make_report(stated, shipped, evaluation, explore(stated, shipped), precedents=found)
    for rendered in (
        as_text(report_page(report), Look(width=80, color=False, unicode=True)),
        as_markdown(report_page(report)),
        "".join(json_lines([report])),
    ):
        assert all(character.isprintable() or character == "\n" for character in rendered)
    assert json.loads("".join(json_lines([report])))["spec"]["title"] == text
    assert found.nearest


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_path_or_value_reaches_no_error(text: str) -> None:
    report = make_error_report(f"{text}.yaml", "an-id", [Problem(f"{text}.yaml", 1, 1, text, f"'{text}' is wrong")])
    for rendered in (
        as_text(refused_page(report), Look(width=80, color=False, unicode=True)),
        as_markdown(refused_page(report)),
        "".join(json_lines([report])),
    ):
        assert all(character.isprintable() or character == "\n" for character in rendered)


ACTIVE = [
    "<script>alert(1)</script>", "![x](http://example.org/x.png)", "[x](http://example.org)", "*bold* _it_ **b** ~~s~~", "`code`",
    "a | b", "@team", "#123", "</details>", "http://example.org", "www.example.org", "me@example.org", "$x^2$", ":smile:", "&amp; &#64;",
    "\\*", "owner/repo#1", "GH-12",
]  # fmt: skip


@pytest.mark.parametrize("text", ACTIVE)
def test_inert_text_shows_letter_by_letter(text: str) -> None:
    renderer = MarkdownIt("gfm-like", {"linkify": False, "html": True}).enable("table")
    html = renderer.render(f"| a |\n| --- |\n| x {inert(text)} y |\n")
    cell = html.split("<td>")[1].split("</td>")[0]
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert cell.replace("<!-- -->", "") == f"x {shown} y"
    for part in cell.split("<!-- -->"):  # what a filter over the finished text would look at, piece by piece
        assert not re.search(r"@\w|(?<!&)#\d|://|www\.\w|\$.*\$|:\w+:|GH-\d", part)


@pytest.mark.parametrize("text", ["- x", "+ x", "1. x", "12) x", "---", "===", "  - x"])
def test_text_at_the_start_of_an_item_stays_text(text: str) -> None:
    html = MarkdownIt("commonmark").render(f"- {inert(text)}\n")
    assert html == f"<ul>\n<li>{text.strip()}</li>\n</ul>\n"


@given(st.text(min_size=1))
def test_a_code_span_holds_anything(text: str) -> None:
    html = MarkdownIt("commonmark").render(f"a {code(text)} b")
    assert html.count("<code>") == 1
    assert html.startswith("<p>a <code>")
    assert html.endswith("</code> b</p>\n")


@pytest.mark.parametrize("text", ["::error::x", " ::stop-commands::t", "a::b", "##[error]x", "##vso[task]x", ":::x"])
def test_no_text_is_a_workflow_command_wherever_a_line_breaks(text: str) -> None:
    shown = safe(text)
    assert "::" not in shown
    assert "##[" not in shown
    assert "##vso[" not in shown


KEPT = [
    "\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u0647", "\u0915\u094d\u200d\u0937", "\u0647\u200d",
    "\u2764\ufe0f", "\u2194\ufe0f", "\u203c\ufe0f", "1\ufe0f\u20e3", "\u2615\ufe0e",
    "\U0001f469\u200d\U0001f680", "\U0001f469\U0001f3fd\u200d\U0001f52c", "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f9d1\u200d\u2764\ufe0f\u200d\U0001f9d1",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0001f1e9\U0001f1ea", "\u845b\U000e0100",
    "\u00dcber caf\u00e9", "e\u0301", "std::filter", "a::b", "C:\\\\x",
]  # fmt: skip
CHANGED = [
    "ad\u200cmin", "pay\u200dpal", "\u200cx", "x\u200c", "a\ufe0f", "1\ufe0f", "\u2764\u200d", "\u200d\u2764", "\u2764\ufe0f\ufe0f",
    "\u06a9\u200c\u200c\u062e", "\U000e0067", "\U0001f3f4\U000e0067", "a\U000e0100", "\u845b\U000e0100\U000e0101", "\u2764\u202e", "\ufe0f",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_what_is_a_part_of_a_word_or_a_symbol_is_shown(text: str) -> None:
    assert visible(text) == text
    assert as_text((Paragraph(text),), Look()) == f"{text}\n"


@pytest.mark.parametrize("text", CHANGED)
def test_what_hides_or_pretends_is_shown_as_an_escape(text: str) -> None:
    assert visible(text) != text
    assert visible(text).count("\\") == 1


@given(
    st.lists(
        st.sampled_from(["::error::x", "::", "a", " ", "a" * 30, "\u3000", "\xa0", "##[group]", ":"]),
        min_size=1,
        max_size=8,
    ).map("".join)
)
def test_no_line_of_a_report_begins_a_workflow_command_wherever_it_is_broken(text: str) -> None:
    table = Table(("", text), ((text, text),))
    content = (Title(text), Paragraph(text), Entries((Entry((text,), (text,)),)), Listing(text), table)
    for width in (20, 31, 80):
        shown = as_text(content, Look(width))
        assert not [line for line in shown.split("\n") if line.lstrip().startswith("::") or "##[" in line]
    markdown = as_markdown(content)
    assert not [line for line in markdown.split("\n") if line.lstrip().startswith("::") or "##[" in line]
