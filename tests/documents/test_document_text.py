"""What is put into a document goes to its place, and no other byte changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.documents.editing import fenced, with_block, with_rationale
from genarch.errors import InputError

SPEC = "# yaml-language-server: $schema=x.json\nversion: 1\nconstraints: {}\n"
BLOCK = "```yaml genarch\nversion: 1\nconstraints: {}\n```\n"

PLACES = {
    "MADR": (
        "---\nstatus: accepted\n---\n# Use it\n\n## Decision Outcome\n\nChosen option: A\n\n",
        "### Consequences\n\n* Good\n",
    ),
    "MADR with its notes": (
        "# Use it\n\n## Decision Outcome\n\nChosen option: A\n\n",
        "<!-- optional -->\n### Consequences\n",
    ),
    "Nygard": ("# 1. Use it\n\n## Status\n\nAccepted\n\n## Decision\n\nWe will.\n\n", "## Consequences\n\nSo be it.\n"),
    "numbered": ("# 3. Use it\n\n## 2.1 Decision:\n\nWe will.\n\n", "## 3 Consequences\n"),
    "underlined": ("Use it\n======\n\nDecision\n--------\n\nWe will.\n\n", "After\n-----\n"),
    "bold": ("# Use it\n\n## **Decision**\n\nWe will.\n\n", "## After\n"),
    "the outcome rather than the decision": ("# Decision\n\nText.\n\n## Decision outcome\n\nWe will.\n\n", "# Z\n"),
    "no heading of that name": ("# Use it\n\nText.\n\n", ""),
    "nothing at all": ("", ""),
    "only front matter": ("---\nstatus: x\n---\n\n", ""),
    "a list before": ("# Use it\n\n## Decision\n\n* one\n* two\n\n", "## After\n"),
    "decision only in a fence": ("```\n## Decision\n```\n\n", ""),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["", "bom"])
@pytest.mark.parametrize("name", PLACES)
def test_the_block_goes_to_the_decision(name: str, bom: str, newline: str) -> None:
    if not any(PLACES[name]) and newline != "\n":
        return  # nothing says what its line ends are
    head, tail = (part.replace("\n", newline) for part in PLACES[name])
    # What stands between is one empty line on either side; the one before is the document's own.
    given_text = bom + head + tail if tail else bom + head.removesuffix(newline)
    changed, block = with_block(given_text, "a.md", fenced(SPEC))
    inserted = BLOCK.replace("\n", newline)
    assert changed == bom + head + inserted + (newline + tail if tail else "")
    assert block.first == head.count(newline) + 1


def test_a_heading_right_below_gets_an_empty_line() -> None:
    changed, _ = with_block("## Decision\nWe will.\n## After\n", "a.md", fenced(SPEC))
    assert changed == f"## Decision\nWe will.\n\n{BLOCK}\n## After\n"


def test_a_document_without_a_last_line_end_gets_one() -> None:
    assert with_block("# A\n\ntext", "a.md", fenced(SPEC))[0] == f"# A\n\ntext\n\n{BLOCK}"


def test_backticks_in_the_spec_lengthen_the_fence() -> None:
    spec = "version: 1\ntitle: |\n  ```\n  ````\nconstraints: {}\n"
    changed, block = with_block("# A\n", "a.md", fenced(spec))
    assert "`````yaml genarch\n" in changed
    assert block.text == spec


@pytest.mark.parametrize(
    "text",
    ["# A\n\n```\ncode\n", "# A\n\n<!-- never closed\n", "## Decision\n\n~~~yaml\n", "<script>\n", "<pre>\n\nx\n"],
)
def test_a_block_that_nobody_would_see_is_not_put_in(text: str) -> None:
    with pytest.raises(InputError, match="would hide the block"):
        with_block(text, "a.md", fenced(SPEC))


def test_a_second_block_beside_an_equal_one_is_seen() -> None:
    once, _ = with_block("# A\n", "a.md", fenced(SPEC))
    other = fenced("version: 1\nid: b\nconstraints: {}\n")
    twice, block = with_block(once, "a.md", other)
    assert "id: b" in block.text
    assert twice.startswith(once.rstrip("\n"))


@given(st.text(st.sampled_from("a \n\r#-`>*\u2028"), max_size=60))
def test_whatever_the_document_its_own_text_survives(text: str) -> None:
    try:
        changed, block = with_block(text, "a.md", fenced(SPEC))
    except InputError:
        return
    at = changed.index("```yaml genarch")
    end = changed.index("constraints: {}", at)
    ending = changed.index("```", end) + 3
    own = (changed[:at] + changed[ending:]).replace("\r", "\n").split("\n")
    assert [line for line in own if line.strip()] == [
        line for line in text.replace("\r", "\n").split("\n") if line.strip()
    ]
    assert block.closed


def test_a_rationale_is_replaced_between_its_markers_and_nothing_else() -> None:
    text, block = with_block("# A\r\n\r\ntext\r\n\r\n## B\r\n", "a.md", fenced(SPEC))

    def rewritten(text: str, rationale: str) -> str:
        return with_rationale(text, "a.md", block, "a", rationale)

    first = rewritten(text, "**GAN**\n\nwhy")
    begin, end = (line for line in first.splitlines() if line.startswith("<!--"))
    assert first.endswith(f"```\r\n\r\n{begin}\r\n\r\n**GAN**\r\n\r\nwhy\r\n\r\n{end}\r\n")
    assert rewritten(first, "**GAN**\n\nwhy") == first
    assert "\n" not in first.replace("\r\n", "")
    second = rewritten(first, "other")
    assert rewritten(second, "**GAN**\n\nwhy") == first
    assert with_rationale(first, "a.md", block, "b", "x").count("<!--") == 4, "that of another spec is another one"


@pytest.mark.parametrize("broken", ["end", "begin", "twice"])
def test_markers_without_their_pair_are_found(broken: str) -> None:
    text, block = with_block("# A\n\n", "a.md", fenced(SPEC))
    lines = [line for line in with_rationale(text, "a.md", block, "a", "x").splitlines() if line.startswith("<!--")]
    changed = {"end": lines[:1], "begin": lines[1:], "twice": [*lines, *lines]}[broken]
    with pytest.raises(InputError, match="are not a pair"):
        with_rationale("# A\n\n" + "\n\n".join(changed) + "\n", "a.md", block, "a", "x")
