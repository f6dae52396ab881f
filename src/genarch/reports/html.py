"""Pages as one HTML file that stands alone: nothing is fetched, no script runs, and what a value holds stays text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files

from genarch.errors import MissingExtraError
from genarch.reports import page
from genarch.reports.page import Block, Line, Page, spans
from genarch.reports.words import inert_lines, signed, visible
from genarch.values import NamedTuple


def as_html(pages: Iterable[Page], title: str) -> str:
    """The document: a single page, or several with links to each at the top.

    Raises:
        MissingExtraError: when Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise MissingExtraError(
            "html needs Jinja2; install it with: pip install jinja2 (genarch's extra html has it)"
        ) from None
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "spans": spans,
        "safe_text": visible,
        "signed": signed,
        "words": words,
        "slug": slug,
        "address": address,
    }
    environment.tests["linked"] = lambda href: href.startswith(("#", "https://", "http://"))
    template = environment.from_string(files("genarch.reports").joinpath("page.html").read_text(encoding="utf-8"))
    articles = list(_distinct(_article(list(blocks)) for blocks in pages))
    text = template.render(
        title=title, articles=articles, kind=lambda block: type(block).__name__, as_block=page.as_block
    )
    return inert_lines(re.sub(r"\n{2,}", "\n", text))


class _Article(NamedTuple):
    """A page of the document: what links call it, its heading, what it comes to, and the rest."""

    anchor: str
    title: Line
    result: Line
    blocks: Sequence[Block]


def _article(blocks: list[Block]) -> _Article:
    """A page that begins with a title is called by the first words of that."""
    shown = [block for block in blocks if not isinstance(block, page.Rule | page.Space)]
    first = shown[0] if shown else None
    if isinstance(first, page.Title):
        return _Article(slug(spans(first.line)[0].text), first.line, first.result, shown[1:])
    return _Article("", "", "", shown)


def _distinct(articles: Iterable[_Article]) -> Iterator[_Article]:
    """Articles of the same name are numbered; links lead to the first."""
    seen: Counter[str] = Counter()
    for article in articles:
        seen[article.anchor] += 1
        again = seen[article.anchor] > 1 and article.anchor
        yield article._replace(anchor=f"{article.anchor}-{seen[article.anchor]}") if again else article


def words(line: Line) -> str:
    """Running text without its styles."""
    return "".join(span.text for span in spans(line)).strip()


def slug(text: str) -> str:
    """What an anchor may be called."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def address(href: str) -> str:
    """Where a link leads: to an anchor of the page, or elsewhere."""
    return f"#{slug(href)}" if href.startswith("#") else href
