"""A page, rendered as text and as Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from genarch.reports.layout import laid_out
from genarch.reports.markdown import as_markdown
from genarch.reports.page import (
    Bar,
    Bars,
    Block,
    Entries,
    Entry,
    Grid,
    Listing,
    Look,
    Paragraph,
    Rule,
    Section,
    Span,
    Table,
    Tile,
    Title,
    code,
    dim,
    strong,
)
from genarch.reports.text import as_text
from genarch.reports.words import inert_lines

PAGE: tuple[Block, ...] = (
    Title((strong("a-spec"), dim("  A title")), strong("GAN", tone="gan")),
    Paragraph("A sentence that is longer than forty columns, so that it is wrapped."),
    Section(
        "Ranking",
        (
            Bars(
                ("Architecture", "Family", "Points", "Excluded by"),
                (Bar("gan", 4, "gan"), Bar("consistency", -2, "hybrid"), Bar("diffusion", 1, "", code("a-rule"))),
            ),
        ),
    ),
    Section(
        "Why",
        (
            Entries(
                (
                    Entry("First", ("gan +3", "Because of what is said."), (code("a-rule"), "; E1")),
                    Entry("Second", (Entries((Entry("inner"), Entry("other")), marked=True),)),
                )
            ),
        ),
    ),
    Section("Stated", (Paragraph((code("domain: narrow"), ", ", code("task: inpainting"))),)),
    Table(("what", "cases", "right"), (("field@1.0.0", "12", "87 %"), ("always GAN", "3", "-")), "lrr"),
    Grid(
        "latency (ms)",
        "domain",
        ("below 10", "10 on"),
        (
            ("narrow", (Tile("G", "gan"), Tile("d", "diffusion", framed=True))),
            ("broad", (Tile("/", faint=True), Tile("X", "infeasible"))),
        ),
    ),
    Paragraph((Span(" G ", "tile", "gan"), " GAN")),
    Rule(),
    Listing("as it\n  stands\n"),
)

WIDE = """\
a-spec  A title
GAN
A sentence that is longer than forty columns, so that it is
wrapped.

Ranking
  gan          +4  ████████████████████████
  consistency  -2  ------------
  diffusion    +1  excluded by a-rule

Why
  First
    gan +3
    Because of what is said.
    a-rule; E1
  Second
    - inner
    - other

Stated
  domain: narrow, task: inpainting

what         cases  right
field@1.0.0     12   87 %
always GAN       3      -
domain below 10 10 on
narrow    G      [d]
broad     /       X
 G  GAN

────────────────────────────────────────────────────────────

as it
  stands
"""

NARROW = """\
a-spec  A title
GAN
A sentence that is
longer than forty
columns, so that it is
wrapped.

Ranking
   +4 gan
   -2 consistency
   +1 diffusion
      excluded by a-rule

Why
  First
    gan +3
    Because of what is
    said.
    a-rule; E1
  Second
    - inner
    - other

Stated
  domain: narrow, task:
  inpainting

what:
field@1.0.0
  cases 12, right 87 %
always GAN
  cases 3, right -
domain below 10 10 on
narrow    G      [d]
broad     /       X
 G  GAN

------------------------

as it
  stands
"""

MARKDOWN = """\
### **a-spec** A title: **GAN**

A sentence that is longer than forty columns, so that it is wrapped.

**Ranking**

| Architecture | Family | Points | Excluded by |
| --- | --- | ---: | --- |
| `gan` | gan | +4 |  |
| `consistency` | hybrid | -2 |  |
| `diffusion` |  | +1 | `a-rule` |

**Why**

- First. gan +3. Because of what is said. (`a-rule`; E1)
- Second
  - inner
  - other

**Stated:** `domain: narrow`, `task: inpainting`

| what | cases | right |
| --- | ---: | ---: |
| field@<!-- -->1.0.0 | 12 | 87 % |
| always GAN | 3 | - |

| domain, by latency (ms) | below 10 | 10 on |
| --- | --- | --- |
| narrow | G | **\\[d\\]** |
| broad | / | X |

G  GAN

```
as it
  stands
```
"""


def test_a_wide_page() -> None:
    assert as_text(PAGE, Look(width=60)) == WIDE


def test_a_narrow_page_in_ascii() -> None:
    assert as_text(PAGE, Look(width=24, unicode=False)) == NARROW


def test_a_page_as_markdown() -> None:
    assert as_markdown(PAGE) == MARKDOWN


def test_colour_only_adds_escape_sequences() -> None:
    colored = as_text(PAGE, Look(width=60, color=True))
    assert "\x1b[1;36mGAN\x1b[0m" in colored
    assert "\x1b[30;46m G \x1b[0m" in colored
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines()] == WIDE.splitlines()


def test_a_place_is_never_broken() -> None:
    line = (
        Span("docs/decisions/0001-a-long-name.md:14:1: ", "place"),
        strong("error", tone="error"),
        dim(" [a-check]"),
    )
    text = as_text((Entries((Entry(line, ("What is wrong.",)),)),), Look(width=20))
    assert text == "docs/decisions/0001-a-long-name.md:14:1: error [a-check]\n  What is wrong.\n"


@given(st.text(max_size=200), st.integers(20, 90), st.integers(0, 3))
def test_no_line_is_wider_than_the_terminal_and_no_letter_is_lost(text: str, width: int, depth: int) -> None:
    blocks: tuple[Block, ...] = (Paragraph(text), Entries((Entry(text, (text,), text),), marked=True))
    for _ in range(depth):
        blocks = (Section("a", blocks),)
    lines = as_text(blocks, Look(width=width)).splitlines()
    once = as_text((Paragraph(text),), Look(width=10_000))
    assert max((len(line) for line in lines if line.isascii()), default=0) <= width
    shown = "".join("".join(lines).split()).replace("a", "").replace("-", "")
    assert shown == 4 * "".join(once.split()).replace("a", "").replace("-", "")


def test_wide_characters_take_two_columns() -> None:
    assert (
        as_text((Paragraph("漢字 " * 10),), Look(width=20)) == "漢字 漢字 漢字 漢字\n漢字 漢字 漢字 漢字\n漢字 漢字\n"
    )


@pytest.mark.parametrize("text", ["- x", "1. x", "*bold*", "<b>", "[x](y)", "# x", "a | b", "`x`"])
def test_words_stay_words_in_markdown(text: str) -> None:
    page: tuple[Block, ...] = (Paragraph(text), Entries((Entry(text, (text,), text),)), Table(("h",), ((text,),)))
    html = MarkdownIt("commonmark").enable("table").render(as_markdown(page))
    assert not re.search(r"<(em|strong|b|a|code|h1|ol)\b", html)


LINES = st.lists(st.text(st.sampled_from("ab  :[]\\{}/<*é\n\x1b漢"), max_size=50).map(Paragraph), max_size=4).map(tuple)


@given(LINES, st.builds(Look, st.integers(20, 60)))
def test_lines_that_fit_are_as_they_would_be_laid_out(lines: tuple[Paragraph, ...], look: Look) -> None:
    assert as_text(lines, look) == inert_lines(laid_out(lines, look))
