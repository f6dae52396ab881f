"""A page in HTML stands alone: nothing is fetched, nothing runs, links lead somewhere, values stay text."""

from __future__ import annotations

import builtins
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from builders import rule, spec, table
from genarch import evaluate, explore, load_rules, load_spec
from genarch.engine.conditions import Predicate
from genarch.engine.spec import Case
from genarch.errors import MissingExtraError
from genarch.files.bundled import bundled_cases, load_catalogue
from genarch.reports import page
from genarch.reports.evaluation import Report, make_report
from genarch.reports.html import as_html
from genarch.reports.page import Bar, Bars, Entries, Entry, Fields, Grid, Listing, Paragraph, Section, Span, Tile, Title
from genarch.reports.reporting import report_on
from genarch.reports.share import shared_pages

VOID = {"meta", "line", "rect", "circle", "br", "link"}
CASES: tuple[Case, ...] = bundled_cases()


class Reader(HTMLParser):
    """The elements of a page, and whether they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shared(*names: str) -> str:
    rules = load_rules()
    root = Path(__file__).resolve().parent.parent.parent / "examples/specs"
    reports: list[Report] = [report_on(load_spec(root / f"{name}.genarch.yaml"), rules) for name in names]
    return as_html(shared_pages(reports, rules, load_catalogue(), CASES), "Two specs")


def test_a_page_stands_alone_and_its_links_lead_somewhere() -> None:
    read = Reader(shared("marketing-studio", "early-idea"))
    assert read.open == []
    ids = [attrs["id"] for _, attrs in read.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] or "" for tag, attrs in read.elements if tag == "a"]
    assert {link for link in links if link.startswith("#")} <= {f"#{name}" for name in ids}
    assert {link.partition(":")[0] for link in links if not link.startswith("#")} <= {"http", "https"}
    assert not {"script", "iframe", "img", "link", "object", "form"} & {tag for tag, _ in read.elements}
    assert not any(name in attrs for _, attrs in read.elements for name in ("src", "onclick", "onload"))
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_what_a_value_holds_stays_text() -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    stated = spec(domain="narrow")._replace(id="x", title=hostile)
    rules = table(rule("narrow", Predicate("domain", "is", ("narrow",)), {"gan": 3}))
    made = make_report(stated, rules, evaluate(stated, rules), explore(stated, rules))
    blocks: list[page.Block] = [
        Title(Span(hostile, tone=hostile), hostile),
        Paragraph(Span("javascript", href="javascript:alert(1)")),
        Entries((Entry(hostile, (hostile,), hostile, anchor=hostile),)),
        Fields(((hostile, (hostile,)),)),
        Bars((hostile,) * 4, (Bar(hostile, -3, hostile, hostile),)),
        Grid(hostile, hostile, (hostile,), ((hostile, (Tile("A", hostile, words=hostile),)),)),
        Section(hostile, (Listing(hostile), page.Table((hostile,), ((hostile,),)))),
        page.Scale(2, hostile, (page.Band(hostile, 1, 3, 2, hostile, hostile),)),
    ]
    for text in (as_html([blocks], hostile), as_html(shared_pages([made], rules, load_catalogue(), CASES), hostile)):
        read = Reader(text)
        assert read.open == []
        assert not {"script", "img"} & {tag for tag, _ in read.elements}
        assert "javascript:alert(1)" not in [attrs.get("href") for _, attrs in read.elements]
        assert hostile in read.text


def test_a_scale_puts_values_where_their_logarithms_are() -> None:
    """From 10 to 1,000, 100 is half of the way."""
    scale = page.Scale(1000, "1 s", (page.Band("a", 10, 100, 30, "10 to 100 ms"),))
    assert [round(scale.share(value), 6) for value in (10, 100, 1000)] == [0, 0.5, 1]


def test_without_jinja_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "jinja2":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match="pip install jinja2"):
        as_html([], "t")
