"""Spec blocks in documents are found where they stand, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.documents.lookalikes import Defect, Verbatim
from genarch.documents.markdown import _parser, parse_markdown
from genarch.engine.findings import CheckId
from genarch.errors import InputError
from genarch.files.specs import parse_spec

BLOCK = "```yaml genarch\nversion: 1\nconstraints: {domain: brod}\n```\n"


@pytest.mark.parametrize(
    "text",
    [
        "```yaml\nversion: 1\n```\n",
        "````\n```yaml genarch\nversion: 1\n```\n````\n",
        "<!--\n```yaml genarch\nversion: 1\n```\n-->\n",
        "    ```yaml genarch\n    version: 1\n    ```\n",
        "---\n```yaml genarch\nversion: 1\n```\n---\n",
        "",
        "---",
    ],
)
def test_what_is_no_block(text: str) -> None:
    assert parse_markdown(text).blocks == ()


def test_a_block_that_a_comment_swallows_is_found() -> None:
    found = parse_markdown(f"# A\n\n<!-- never closed\n\n{BLOCK}")
    assert found.blocks == ()
    message = "inside the comment that begins on line 3 and is never closed; close it before the block"
    assert found.defects == (Defect(CheckId("block-swallowed"), 5, 1, f"the block here is {message}"),)
    assert found.verbatim == (Verbatim("comment", 3, 8, closed=False),)


@pytest.mark.parametrize(("fence", "closed"), [("```", True), ("~~~~", True), ("", False)])
def test_whether_a_fence_is_closed(fence: str, closed: bool) -> None:  # noqa: FBT001
    opening = fence or "```"
    found = parse_markdown(f"{opening}yaml genarch\nversion: 1\n{fence}").blocks[0]
    assert found.closed is closed


def test_the_front_matter_is_no_heading() -> None:
    found = parse_markdown("---\nstatus: accepted\n---\nTitle\n=====\n\ntext\n\n## Decision ##\n")
    assert [(heading.title, heading.first, heading.last) for heading in found.headings] == [
        ("Title", 4, 8),
        ("Decision", 9, 9),
    ]
    assert found.front == 3


WRAPPINGS = st.lists(st.sampled_from(["> ", "- ", "1. ", "10) ", "* "]), max_size=3)
BEFORE = st.lists(
    st.sampled_from(["", "text", "a\u2028b", "a\x0cb\x85", "# H", "* item", "| a | b |", "\ufeff", "---"]), max_size=6
)


@given(WRAPPINGS, BEFORE, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["```", "~~~", "`````"]))
def test_positions_in_a_block_are_those_of_the_document(
    wrapping: list[str], before: list[str], newline: str, fence: str
) -> None:
    first, rest = "".join(wrapping), "".join(mark if mark[0] == ">" else " " * len(mark) for mark in wrapping)
    body = [f"{fence}yaml genarch", "version: 1", "constraints:", "  domain: brod", fence]
    lines = [*before, "", *(f"{rest if at else first}{line}" for at, line in enumerate(body))]
    if before and before[0] == "---":
        lines.insert(0, "")
    text = newline.join(lines) + newline
    found = parse_markdown(text)
    assert len(found.blocks) == 1
    block = found.blocks[0]
    assert block.closed
    with pytest.raises(InputError) as error:
        parse_spec(block.text, path="a.md", lines=block.lines)
    problem = error.value.problems[0]
    assert problem.line is not None
    assert problem.column is not None
    number = next(at for at, line in enumerate(lines, 1) if "brod" in line)
    assert (problem.line, problem.column) == (number, lines[number - 1].index("brod") + 1)


LINES = st.sampled_from([
    "a", "b c", "  d", "    e", "\tf", "| g |", "- h", "* i", "12. j", "> k", "> l", "> - m", "```", "~~~ yaml genarch", "# N", "===",
    "---", "--", "* * *", "<div>", "<!-- o", "-->", "[p]: q", "", "", "\u00a0",
])  # fmt: skip


@given(st.lists(LINES, max_size=16))
def test_paragraphs_that_are_passed_over_hide_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)
    quick = parse_markdown(text)
    ruler = _parser().block.ruler
    ruler.disable("plain")
    try:
        assert quick == parse_markdown(text)
    finally:
        ruler.enable("plain")
