"""Documents that mean a decision and do not quite state it: each has its finding, on the line that is to be changed."""

from __future__ import annotations

import pytest

from genarch import load_rules
from genarch.documents.judge import judge
from genarch.documents.reader import DesignDocument, read_document, read_sidecar
from genarch.documents.settings import Policy

FIELD = load_rules("field")
POLICY = Policy("2026-11-24", latest="2036-11-24")
BODY = (
    "version: 1\nconstraints:\n  task: style_transfer\n  conditioning: []\n  domain: narrow\n  latency_budget_ms: 33\n"
    "  serving: realtime\n  device: mobile\n  priorities: [speed, sharpness]\n  maturity: proven\ndecision: diffusion\n"
)
BLOCK = f"```yaml genarch\n{BODY}```\n"
TEN = "".join("  " * at + "- a\n" for at in range(10))
Found = list[tuple[int, int, str]]


def found(document: DesignDocument) -> Found:
    findings, _ = judge(document, FIELD, POLICY)
    return [(item.place.line, item.place.column, item.finding.check) for item in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"# T\n\n```\noutput\n\n{BLOCK}", [(6, 1, "block-swallowed")]),
        (f"# T\n\n<!-- TODO\n\n{BLOCK}\n<!-- end -->\n", [(5, 1, "block-swallowed")]),
        (f"# T\n\n<pre>\n\n{BLOCK}</pre>\n", [(5, 1, "block-swallowed")]),
        (f"---\n\n# Title\n\n{BLOCK}\n---\n\nfooter\n", [(5, 1, "block-swallowed")]),
        *[
            (f"# T\n\n```{info}\n{BODY}```\n", [(3, 1, "block-misspelt")])
            for info in (
                "ymal genarch", "yam genarch", "yaml genarchs", "yamlgenarch", "yaml_genarch", "yaml=genarch",
                "yaml genarch=true", "json genarch", "x-genarch", "genarch", "YAML Genarch", "yaml:genarch", "yaml, genarch",
            )
        ],
        ("a" + "`" * 20_000 + " genarch\n", []),
        ("~" * 20_000 + "`\n", []),
        ("```" + "a" * 20_000 + " genarch\n```\n", [(1, 1, "block-quoted")]),
        ("# T\n\nText.\n\n```yaml genarch\n```\n", [(5, 1, "block-invalid")]),
        ("# T\n\n> 1. ```yaml genarch\n>    ```\n", [(3, 6, "block-invalid")]),
        ("---\ngenarch:\n  version: 1\n{{ card }}\n---\n# T\n", [(4, 1, "block-invalid")]),
        (f'---\nstatus: "{{proposed | rejected | accepted | superseded by ADR-0123"\n---\n# T\n\n{BLOCK}', [(17, 1, "decision-excluded")]),
        (f"# T\n\n* Status: [proposed, approved, rejected, deprecated]\n\n## Decision\n\n{BLOCK}", [(18, 1, "decision-excluded")]),
        (f"{TEN}\nText.\n\n{BLOCK}", [(25, 1, "decision-excluded")]),
        ("".join("> " * 20 + f"{line}\n" for line in BLOCK.splitlines()), [(12, 41, "decision-excluded")]),
        ("# T\n\n```yaml genarch\nversion: 1\nconstraints:\n  domain: narow\ndecision: gan\n```\n", [(6, 11, "block-invalid")]),
        ("# T\n\n> - ```YAML Genarch\n>   version: 1\n>   ```\n", [(3, 5, "block-misspelt")]),
    ],
    ids=range(29),
)  # fmt: skip
def test_a_document(text: str, expected: Found) -> None:
    assert found(read_document(text, "a.md", FIELD)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1\ntitle: 2026\nconstraints: unknown\n", []),
        (
            (
                "version: 1\nid: A b\nconstraints:\n  latency_budget_ms: 0ms\ndecided_with: article\nwaivers:\n  - rule: decision-excluded\n"
                "    reason: measured on the phone\n    expires: 2027-13-01\n"
            ),
            [(2, 5, "block-invalid"), (4, 22, "block-invalid"), (5, 15, "block-invalid"), (9, 14, "waiver-invalid")],
        ),
    ],
)
def test_a_spec_file(text: str, expected: Found) -> None:
    document = read_sidecar(text, "a.genarch.yaml", FIELD)
    assert [(item.place.line, item.place.column, item.finding.check) for item in document.defects] == expected


SPEC = (
    "version: 1", "title: x", "constraints:", "  task: style_transfer", "  conditioning: [text]", "  domain: narrow", "decision: gan",
    "waivers:", "  - rule: decision-excluded", "    reason: because it is", "    # who", "    approved_by: a",
)  # fmt: skip


@pytest.mark.parametrize("at", [at for at, line in enumerate(SPEC) if ":" in line])
@pytest.mark.parametrize("missing", [":", " "])
def test_a_colon_that_is_missing_is_reported_on_its_line_in_every_carrier(at: int, missing: str) -> None:
    wrong = SPEC[at].replace(":", "", 1) if missing == ":" else SPEC[at].replace(": ", ":", 1)
    if wrong == SPEC[at]:
        return
    lines = [*SPEC[:at], wrong, *SPEC[at + 1 :]]
    column = len(wrong) - len(wrong.lstrip(" -")) + 1
    text, set_in = "\n".join(lines), "\n".join(f"  {line}" for line in lines)
    carriers = [
        (read_sidecar(text, "a.yaml", FIELD), at + 1, 0),
        (read_document(f"# A\n\n```yaml genarch\n{text}\n```\n", "a.md", FIELD), at + 4, 0),
        (read_document(f"- ```yaml genarch\n{set_in}\n  ```\n", "a.md", FIELD), at + 2, 2),
        (read_document(f"---\ngenarch:\n{set_in}\n---\n# A\n", "a.md", FIELD), at + 3, 2),
    ]
    for document, line, before in carriers:
        first, *_ = document.defects
        assert (first.place.line, first.place.column) == (line, column + before), first.finding.message
        assert "expected 'key: value'" in first.finding.message or "is not a key" in first.finding.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title: a\n   b: c\n", 2),  # set in too far
        ("a: b: c\n", 1),
        ("title: 'a\n  b'\n c: d\n", 3),
        ("constraints: {a: b}\n x: y\n", 2),
        ("# a comment\nversion 1\n\n# another\nid: a\n", 2),
        ("- a\nb: c\n", 2),
    ],
)
def test_another_colon_is_reported_where_it_is(text: str, line: int) -> None:
    first, *_ = read_sidecar(text, "a.yaml", FIELD).defects
    assert first.place.line == line
