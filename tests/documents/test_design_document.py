"""Specs in documents are found in every carrier, with the lines and columns of an editor; near misses are findings."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch import RuleTable
from genarch.documents.reader import MAX_BLOCKS, DesignDocument, read_document, read_sidecar

BLOCK = "```yaml genarch\nversion: 1\nconstraints: {domain: narrow}\ndecision: gan\n```\n"


def defects_of(document: DesignDocument) -> list[tuple[str, int, int]]:
    return [(item.finding.check, item.place.line, item.place.column) for item in document.defects]


def read(text: str, rules: RuleTable) -> DesignDocument:
    return read_document(text, "a.md", rules)


def test_the_three_carriers_state_the_same(shipped: RuleTable) -> None:
    front = (
        "---\nstatus: accepted\ngenarch:\n  version: 1\n  constraints: {domain: narrow}\n  decision: gan\n---\n# A\n"
    )
    inline = "---\ngenarch: {version: 1, constraints: {domain: narrow}, decision: gan}\n---\n"
    spec = "version: 1\nconstraints: {domain: narrow}\ndecision: gan\n"
    documents = [
        read(BLOCK, shipped),
        read(front, shipped),
        read(inline, shipped),
        read_sidecar(spec, "a.yaml", shipped),
    ]
    specs = [document.specs[0].spec for document in documents]
    assert [spec.constraints for spec in specs] == [{"domain": "narrow"}] * 4
    assert [spec.decision for spec in specs] == ["gan"] * 4
    places = [document.specs[0].place("decision")[1:3] for document in documents]
    assert places == [(4, 1), (6, 3), (2, 54), (3, 1)]
    assert [document.defects for document in documents] == [()] * 4


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (BLOCK.replace("narrow", "narow"), ("block-invalid", 3, 23)),
        (BLOCK.replace("narrow", "narow").replace("\n", "\r\n"), ("block-invalid", 3, 23)),
        ("> - " + BLOCK.replace("narrow", "narow").replace("\n", "\n>   ").rstrip("> "), ("block-invalid", 3, 27)),
        ("\u2028\x0c\x85\n\n" + BLOCK.replace("narrow", "narow"), ("block-invalid", 5, 23)),
        ("---\ngenarch:\n  version: 1\n  constraints: {domain: narow}\n---\n", ("block-invalid", 4, 25)),
        ("---\ngenarch: {version: 1,\n constraints: {domain: narow}}\n---\n", ("block-invalid", 3, 24)),
        ("---\n'genarch': nonsense\n---\n", ("block-invalid", 2, 12)),
        ("---\ngenarch:\n---\n", ("block-invalid", 2, 9)),
        ("---\na: &x 1\ngenarch: *x\n---\n", ("block-invalid", 3, 10)),
        ("---\ngenarch: {version: 1}\n a: b\n---\n", ("block-invalid", 3, 2)),
        ("---\n- genarch: 1\n---\n", ("block-misspelt", 2, 1)),
        ("---\ngenarch\n---\n", ("block-misspelt", 2, 1)),
        ("---\nGenarch: {version: 1}\n---\n", ("block-misspelt", 2, 1)),
        ("---\nparams:\n  genarch: {version: 1}\n---\n", ("block-misspelt", 3, 3)),
        ("---\n? [a]\n: genarch\n---\n", ("block-misspelt", 2, 3)),
        ("---\ngenarch: {version: 1}\n", ("block-misspelt", 2, 1)),
        ("\n---\ngenarch: {version: 1}\n---\n", ("block-misspelt", 3, 1)),
        ("-----\ngenarch: {version: 1}\n-----\n", ("block-misspelt", 2, 1)),
        ("+++\ngenarch = 1\n+++\n", ("block-misspelt", 2, 1)),
        ("+++\n[genarch]\nversion = 1\n+++\n", ("block-misspelt", 2, 1)),
        ('{\n"genarch": {"version": 1}\n}\n', ("block-misspelt", 2, 1)),
        (BLOCK.replace("yaml genarch", "yaml  genarch"), ("block-misspelt", 1, 1)),
        (BLOCK.replace("yaml genarch", "YAML Genarch"), ("block-misspelt", 1, 1)),
        (BLOCK.replace("yaml genarch", "{.yaml .genarch}"), ("block-misspelt", 1, 1)),
        (BLOCK.replace("yaml genarch", "yaml genarch x"), ("block-misspelt", 1, 1)),
        (BLOCK.replace("yaml genarch", "genarch"), ("block-misspelt", 1, 1)),
        (BLOCK.replace("yaml genarch", "\nyaml genarch"), ("block-misspelt", 1, 1)),
        ("- [ ] " + BLOCK.replace("\n", "\n  ").rstrip(" "), ("block-swallowed", 1, 7)),
        ("[^1]: " + BLOCK.removesuffix("```\n"), ("block-swallowed", 1, 7)),
        ("\u200b" + BLOCK.removesuffix("```\n"), ("block-swallowed", 1, 2)),
        ("text " + BLOCK.removesuffix("```\n"), ("block-swallowed", 1, 6)),
        ("'''yaml genarch\nversion: 1\n'''\n", ("block-swallowed", 1, 1)),
        ("``yaml genarch\nversion: 1\n", ("block-swallowed", 1, 1)),
        ("```yaml\ngenarch:\n  version: 1\n```\n", ("block-quoted", 1, 1)),
        ("```genarch\n$ genarch check docs\n```\n", ("block-quoted", 1, 1)),
        ("<details>\n\n" + BLOCK.replace("yaml genarch", "yaml") + "\n</details>\n", ("block-quoted", 3, 1)),
        (" ---\ngenarch: {version: 1}\n---\n", ("block-misspelt", 2, 1)),
        ("---yaml\ngenarch: {version: 1}\n---\n", ("block-misspelt", 2, 1)),
        ("---\na: [{genarch: 1}]\n---\n", ("block-misspelt", 2, 6)),
        ("\t" + BLOCK.replace("\n", "\n\t"), ("block-swallowed", 1, 2)),
        ("text\n    " + BLOCK, ("block-swallowed", 2, 5)),
        ("<details>\n" + BLOCK + "</details>\n", ("block-swallowed", 2, 1)),
        ("<!--\n" + BLOCK, ("block-swallowed", 2, 1)),
        ("<!--\n" + BLOCK + "-->\n", ("block-quoted", 2, 1)),
        ("````\n" + BLOCK + "````\n", ("block-quoted", 2, 1)),
        ("````\n" + BLOCK, ("block-swallowed", 2, 1)),
        (BLOCK.removesuffix("```\n"), ("block-unclosed", 1, 1)),
        ("- " + BLOCK.removesuffix("```\n").replace("\n", "\n  ") + "\nmore\n", ("block-unclosed", 1, 3)),
        (BLOCK.replace("decision: gan", "document: x.md"), ("block-invalid", 4, 1)),
        (f"```yaml genarch\n# {'x' * 70_000}\n```\n", ("block-invalid", 1, 1)),
    ],
)  # fmt: skip
def test_flaws_stand_where_an_editor_shows_them(text: str, place: tuple[str, int, int], shipped: RuleTable) -> None:
    assert defects_of(read(text, shipped)) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "A text about genarch.\n",
        "---\ntitle: genarch\ntags: [genarch]\n---\n",
        "---\ntags:\n- genarch\n---\n",
        "genarch: a tool\n\n---\n\nmore\n",
        "---\n\n# A rule, and no front matter\n\nSee `genarch: {}` below.\n",
        "```sh\ngenarch check\n```\n",
        '```toml title="genarch.toml"\n[severity]\n```\n',
        '```yaml title="genarch.yaml"\nversion: 1\n```\n',
        "```sh genarch-check.sh\nx\n```\n",
        '---\ntitle: "genarch: an introduction"\nurls:\n  - http://genarch:8080/\n---\n',
        "A fence that says ```` ```yaml genarch ```` opens a block, and `yaml genarch` is its info.\n",
        "",
        "---",
        "---\n---\n",
    ],
)
def test_what_has_nothing_to_do_with_it_is_left_alone(text: str, shipped: RuleTable) -> None:
    document = read(text, shipped)
    assert (document.specs, document.defects) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "<details>\n\n" + BLOCK + "\n</details>\n",
        BLOCK.replace("```", "~~~"),
        BLOCK.replace("yaml", "yml"),
        BLOCK.replace("```yaml", "```` yaml").replace("```\n", "````\n"),
        "1. > " + BLOCK.replace("\n", "\n   > ").rstrip("> "),
        "---\nnot: front matter\n\n" + BLOCK,
    ],
)
def test_blocks_are_found_wherever_markdown_has_them(text: str, shipped: RuleTable) -> None:
    document = read(text, shipped)
    assert [stated.spec.decision for stated in document.specs] == ["gan"]
    assert document.defects == ()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("---\nstatus: Accepted\n---\n", "accepted"),
        ('---\nstatus: "superseded by [9](9.md)"\n---\n', "superseded by 9 (9.md)"),
        ("# 1. A\n\n## Status\n\nAccepted\n\n## Context\n", "accepted"),
        ("# 1. A\n\n## Status\n\nAccepted\n\nSuperceded by [9. B](b.md)\n", "superceded by 9. b (b.md)"),
        ("# 1. A\n\n## Status\n\nAccepted\n\nSupersedes [3. B](b.md)\n", "accepted"),
        ("## 2. Status:\n\n**Rejected**\n", "rejected"),
        ("Status\n------\n\nDeprecated\n", "deprecated"),
        ("# A\n\n- Status: draft\n- Date: 2026-01-01\n", "draft"),
        ("# A\n\n* **Status**: withdrawn\n", "withdrawn"),
        ("# A\n", ""),
        ("## Status\n\nAccepted\n\nReplaced the older sampler in production last week.\n", "accepted"),
        ("## Status\n\nProposed 2026-05-01\n\nAccepted 2026-05-02\n", "accepted 2026-05-02"),
        ("## Status\n\nProposed on 1 May, accepted on 2 May\n", "accepted on 2 may"),
        ("# A\n\n```yaml\nstatus: rejected\n```\n", ""),
        ("## Status\n\n```yaml genarch\n# superseded\nversion: 1\n```\n", ""),
        ("# A\n\nStatus: withdrawn consent is honoured\n", ""),
        ("# A\n\n## Decision\n\nStatus: rejected\n", ""),
        ("# A\n\n* Status: Rejected-sample filtering is accepted\n", ""),
        ("---\nstatus: deprecated_fields_removed\n---\n", ""),
        ("# A\n\n- Status: \u274c Rejected\n", "rejected"),
        ("# A\n\n- Status: ~~Proposed~~ Rejected\n", "rejected"),
        ('# A\n\n* Status: "rejected"\n', "rejected"),
        ("# A\n\n| Status | Obsolete |\n| --- | --- |\n", "obsolete"),
        ("Status: declined\n", "declined"),
    ],
)
def test_the_status(text: str, status: str, shipped: RuleTable) -> None:
    assert read(text, shipped).status == status


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        ('Chosen option: "GAN, distilled", because it is fast.', "GAN, distilled"),
        ("Chosen option: **Diffusion**, because of prompts.", "Diffusion"),
        ("* Chosen Option: [StyleGAN](#stylegan)", "[StyleGAN](#stylegan)"),
        ("Chosen option: a" + " " * 200_000 + "b", "a"),
        ("> chosen option: hybrid because we can", "hybrid"),
    ],
)
def test_the_chosen_option(line: str, chosen: str, shipped: RuleTable) -> None:
    document = read(f"# A\n\n{line}\n\n{BLOCK}", shipped)
    assert [(item.text, item.place.line) for item in document.chosen] == [(chosen, 3)]


def test_a_chosen_option_in_a_listing_is_none(shipped: RuleTable) -> None:
    assert read(f"```\nChosen option: GAN\n```\n\n{BLOCK}", shipped).chosen == ()


def test_a_document_with_too_many_specs_is_one_finding(shipped: RuleTable) -> None:
    document = read("\n".join([BLOCK] * 1_000), shipped)
    assert len(document.specs) == MAX_BLOCKS
    assert [check for check, _, _ in defects_of(document)] == ["block-invalid"]


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " " + BLOCK,
        "\n".join("  " * depth + "- x" for depth in range(1_000)) + "\n\n" + BLOCK,
        "[" * 50_000 + "\n\n" + BLOCK,
        "`" * 1_500 + "a\n\n" + BLOCK,
        "x" * 700_000 + "\n\n" + BLOCK,
        "---\ngenarch: " + "[" * 100_000 + "\n---\n",
        "---\na: " + "[" * 100_000 + "\ngenarch: {version: 1}\n---\n",
        "```yaml genarch\n" + "- " * 30_000 + "\n```\n",
        "```yaml genarch\na: &a [*a, *a]\n```\n",
        "```yaml genarch\nversion: 1\nversion: 1\n```\n",
        "```yaml genarch\n%YAML 1.1\n---\nversion: 1\n```\n",
        "```yaml genarch\nversion: 1\nconstraints: {latency_budget_ms: 12:30, device: no, resolution_px: 1e9}\n```\n",
        "```yaml genarch\nversion: 1\n\x00\n```\n",
        BLOCK + "\n```\n" + "x\n" * 60_000 + "```\n" + "hosen\n" * 20_000,
        BLOCK + f"\n````\n{BLOCK}````\n" * 4_000,
    ],
    ids=range(15),
)  # fmt: skip
def test_hostile_documents_come_to_an_end_in_time(text: str, shipped: RuleTable) -> None:
    began = time.process_time()
    document = read(text, shipped)
    assert time.process_time() - began < 10
    assert document.specs or document.defects or text.startswith(">")


WRAPPINGS = st.lists(st.sampled_from(["> ", "- ", "1. ", "10) ", "* "]), max_size=3)
BEFORE = st.lists(
    st.sampled_from(["", "text", "a\u2028b", "a\x0cb\x85", "# H", "* item", "| a | b |", "\ufeff", "---"]), max_size=6
)
FENCES = st.sampled_from(["```", "~~~", "`````"])


@given(WRAPPINGS, BEFORE, st.sampled_from(["\n", "\r\n", "\r"]), FENCES, st.sampled_from(["broad", "brod"]))
def test_a_wrapped_block_is_found_with_exact_lines(
    shipped: RuleTable, wrapping: list[str], before: list[str], newline: str, fence: str, word: str
) -> None:  # fmt: skip
    first = "".join(wrapping)
    rest = "".join(mark if mark[0] == ">" else " " * len(mark) for mark in wrapping)
    body = [f"{fence}yaml genarch", "version: 1", "constraints:", f"  domain: {word}", "decision: gan", fence]
    lines = [*before, "", *(f"{rest if at else first}{line}" for at, line in enumerate(body))]
    if before and before[0] == "---":
        lines.insert(0, "")
    document = read(newline.join(lines) + newline, shipped)
    wanted = "brod" if word == "brod" else "decision"
    number = next(at for at, line in enumerate(lines, 1) if wanted in line)
    column = lines[number - 1].index(wanted) + 1
    if word == "brod":
        assert defects_of(document) == [("block-invalid", number, column)]
    else:
        assert defects_of(document) == []
        place = document.specs[0].place("decision")
        assert (place.line, place.column, place.end_column) == (number, column, len(lines[number - 1].rstrip()) + 1)


KEYS = st.sampled_from(
    [
        "status: accepted",
        "tags: [a, b]",
        "date: 2026-01-01",
        "x: !!str y",
        "n:\n  - &a b\n  - *a",
        "t: |\n  genarch: no",
    ]
)


@given(
    st.lists(KEYS, max_size=4, unique=True), st.lists(KEYS, max_size=2, unique=True), st.sampled_from(["---", "..."])
)
def test_front_matter_of_other_tools_does_not_hide_ours(
    shipped: RuleTable, before: list[str], after: list[str], end: str
) -> None:
    own = "genarch:\n  version: 1\n  # why\n  constraints:\n    domain: narrow\n  decision: gan"
    after = [key for key in after if key not in before]
    lines = "\n".join(["---", *before, own, *after, end, "# A", ""]).split("\n")
    document = read("\n".join(lines), shipped)
    nested = [check for check, _, _ in defects_of(document)]
    assert nested in ([], ["block-misspelt"])  # the text of another key may look like ours
    assert document.specs[0].place("decision").line == lines.index("  decision: gan") + 1
    assert document.specs[0].spec.constraints == {"domain": "narrow"}
