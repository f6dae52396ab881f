"""Each document has a budget of steps: what takes more is a finding, wherever it stands and whatever its status."""

from __future__ import annotations

import pytest

from genarch import load_rules
from genarch.documents import judge as judging
from genarch.documents import markdown
from genarch.documents.judge import judge
from genarch.documents.reader import read_document
from genarch.documents.settings import Policy

RULES = load_rules("article")
POLICY = Policy("2026-11-24", latest="2036-11-24")
BLOCK = "```yaml genarch\nversion: 1\nid: {}\nconstraints: {{domain: narrow}}\ndecision: gan\n```\n"
COSTLY = {
    "lines": "a\n", "lists": "- " * 40 + "a\n", "both": "> - " * 25 + "a\n", "items": "- a\n", "titles": "a\n=\n",
    "definitions": "[a]:\n\n", "labels": "x\n[", "html": "<a\n\n", "fences": "- ```\n",
}  # fmt: skip


def steps(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The steps that reading a text takes."""
    taken = []
    monkeypatch.setattr(markdown, "_step", lambda *_: taken.append(1))
    markdown._parser.cache_clear()
    markdown.parse_markdown(text)
    monkeypatch.undo()
    markdown._parser.cache_clear()
    return len(taken)


@pytest.mark.parametrize("pump", COSTLY.values(), ids=COSTLY)
def test_twice_the_text_takes_no_more_than_twice_the_steps(pump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    size = max(1, 2_000 // len(pump))
    once, twice = (steps(pump * count, monkeypatch) for count in (size, 2 * size))
    assert 0 < twice <= 2.1 * once + 50


@pytest.mark.parametrize("pump", COSTLY.values(), ids=COSTLY)
def test_what_takes_too_many_steps_to_read_is_an_error_and_never_out_of_force(
    pump: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "MAX_STEPS", 300)
    document = read_document(f"---\nstatus: rejected\n---\n{BLOCK.format('a')}\n{pump * 600}", "a.md", RULES)
    (found,) = judge(document, RULES, POLICY)[0]
    assert (found.finding.check, found.severity) == ("document-too-costly", "error")
    assert found.finding.message == "takes more than 300 steps to read; split it"
    assert 1 < found.place.line <= 4 + BLOCK.count("\n") + 1 + (pump * 600).count("\n")


def test_specs_that_take_too_many_steps_to_judge_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(BLOCK.format(name) for name in "abcd")
    whole = [item.finding.check for item in judge(read_document(text, "a.md", RULES), RULES, POLICY)[0]]
    assert "document-too-costly" not in whole
    monkeypatch.setattr(judging, "MAX_STEPS", 5)
    found, judged = judge(read_document(text, "a.md", RULES), RULES, POLICY)
    costly = [item for item in found if item.finding.check == "document-too-costly"]
    assert [(item.severity, item.place.line) for item in costly] == [("error", 1)]
    assert not any(decision.settled for decision in judged)


def test_a_large_usual_document_is_read() -> None:
    part = "## A\n\nSome text of a line.\nAnother line.\n\n- one\n- two\n  - three\n\n> quoted\n\n```python\nx = 1\n```\n\n"
    text = part * (250_000 // len(part)) + BLOCK.format("a")
    document = read_document(text, "a.md", RULES)
    assert [placed.spec.id for placed in document.specs] == ["a"]
