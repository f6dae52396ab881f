"""What looks like a spec block and is none is never silent: near misses of a fence, and blocks that something hides."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch import load_rules
from genarch.documents.lookalikes import distance
from genarch.documents.markdown import parse_markdown
from genarch.documents.reader import load_document

SPEC = "version: 1\nconstraints:\n  task: style_transfer\n  domain: narrow\ndecision: diffusion\n"
BLOCK = f"```yaml genarch\n{SPEC}```\n"


def found(text: str) -> list[tuple[str, int]]:
    return [(defect.check, defect.line) for defect in parse_markdown(text).defects]


@pytest.mark.parametrize(
    "info",
    [
        "ymal genarch", "yam genarch", "yaml genarchs", "yamlgenarch", "yaml_genarch", "yaml=genarch", "yaml genarch=true",
        "json genarch", "toml genarch", "text genarch", "x-genarch", "genarch", "genarch-yaml", "yaml,genarch", "yaml:genarch",
        "yaml genrach", "yaml gen-arch", "yaml.genarch", "{.genarch}", "yaml {genarch}", "YAML GENARCH", "yaml\tgenarch",
        "yaml genarch genarch", "genarch yaml", "yaml #genarch", "spec:genarch", "yaml\u00a0genarch", "yaml genarch\u200b",
        f"yaml {'x' * 400} genarch", 'yaml genarch title="genarch.yaml"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_a_near_miss_of_the_info_string_is_an_error(info: str, fence: str) -> None:
    assert found(f"# A\n\n{fence}{info}\n{SPEC}{fence}\n") == [("block-misspelt", 3)]


@pytest.mark.parametrize(
    "info",
    [
        "yaml genrach", "yaml genarc", "yam gennarch", "yaml g\u0435narch", "yaml g\u0435nar\u0441h", "yaml gen\u00adarch", "yaml gen\u200barch",
        "\uff59\uff41\uff4d\uff4c \uff47\uff45\uff4e\uff41\uff52\uff43\uff48",
    ],
)  # fmt: skip
def test_a_near_miss_is_an_error_where_nothing_else_has_our_name(info: str, tmp_path: Path) -> None:
    path, rules = tmp_path / "a.md", load_rules("field")
    path.write_text(f"# A\n\n> ```{info}\n> {SPEC}> ```\n\n~~~{info}\n{SPEC}~~~\n")
    document = load_document(str(path), rules)
    assert document is not None
    assert [(defect.finding.check, defect.place.line) for defect in document.defects] == [
        ("block-misspelt", 3),
        ("block-misspelt", 11),
    ]
    for content in ("version: 1\n", "", "latency_budget_ms: 33\ndecision: gan\n"):
        path.write_text(f"```{info}\n{content}```\n")
        document = load_document(str(path), rules)
        assert document is not None
        assert [defect.finding.check for defect in document.defects] == ["block-misspelt"]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("```yaml gnrch\n```\n", "block-misspelt"),
        ("```ymal genarc\na: 1\n```\n", "block-misspelt"),
        ("```yamlgenarc\n```\n", "block-misspelt"),
        (f"~~~~genarhc\n{SPEC}~~~~\n", "block-misspelt"),
        ("```genarc\ndecision: gan\n```\n", "block-misspelt"),
        (f"```yaml\n{SPEC}```\n", "block-quoted"),
        ("```yaml search\nconstraints:\n task: x\n```\n", "block-quoted"),
        (f"---\n{SPEC}---\n", "block-misspelt"),
        ("---\nconstraints: {task: inpainting}\n---\n", "block-quoted"),
        ("---\nspec: {constraints: {task: inpainting}}\n---\n", "block-quoted"),
        ("---\ngenarhc:\n  constraints: {task: inpainting}\n---\n", "block-misspelt"),
        ("---\ng\u0435narch: {version: 1, constraints: {task: inpainting}}\n---\n", "block-misspelt"),
        ("---\nx-genarch: {version: 1, constraints: {task: inpainting}}\n---\n", "block-misspelt"),
        ("```yaml search\na: 1\n```\n", None),
        ("```yaml monarch\na: 1\n```\n```graph\na: 1\n```\n```yaml generic\n```\n", None),
        ("```yaml\nconstraints: {memory: 1}\n```\ntask: x\n", None),
        ("---\ntitle: constraints\n---\ntask: x\n", None),
    ],
)
def test_what_is_meant_is_found_where_nothing_has_our_name(text: str, check: str | None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(text)
    document = load_document(str(tmp_path / "a.md"), load_rules("field"))
    defects = document.defects if document else ()
    assert [defect.finding.check for defect in defects] == ([check] if check else [])


UNREAD = {
    **{marks: f"{marks}yaml genarch\n{SPEC}{marks}\n" for marks in ("\u00b4\u00b4\u00b4", "\u2018\u2018\u2018", "\uff40\uff40\uff40", "`", ":::", "===", '"""')},
    "an attribute": f'<pre lang="yaml genarch">\n{SPEC}</pre>\n',
    "another language": f".. code-block:: yaml genarch\n\n{SPEC}",
    "a rule of stars": f"***\ngenarch:\n  {SPEC}***\n",
    "a rule of other signs": f"===\n\ngenarch:\n  {SPEC}",
    "TOML behind a rule": '***\n[genarch]\nversion = 1\ndecision = "gan"\n',
}  # fmt: skip


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD)
def test_a_spec_behind_our_name_is_an_error_whatever_it_is_made_of(text: str) -> None:
    line = text[: text.index("genarch")].count("\n") + 3
    assert found(f"# A\n\n{text}") == [("block-swallowed", line)]
    assert {check for check, _ in found(f"# A\n\n````md\n{text}````\n")} <= {"block-quoted"}


@pytest.mark.parametrize(
    "text", ["The key is `genarch:`\n\nwith `version: 1`.\n", "genarch:\n  version: 1.2\n", "genarch\n\nmore\n"]
)
def test_what_only_names_it_is_none(text: str) -> None:
    assert found(f"# A\n\n{text}") == []


@pytest.mark.parametrize("info", ["yaml", "", "text", "json", 'yaml title="genarch.yaml"', "diff"])
def test_a_spec_in_a_listing_of_something_else_is_noted(info: str) -> None:
    assert found(f"As genarch has it:\n\n```{info}\n{SPEC}```\n") == ([("block-quoted", 3)] if info else [])
    assert found('genarch\n\n```json\n{"version": 1, "constraints": {"task": "inpainting"}}\n```\n') == [
        ("block-quoted", 3)
    ]


HIDING = {
    "an unclosed fence": "```\noutput\n\n",
    "an unclosed fence of more marks, and another one": "````\noutput\n\n",
    "an unclosed comment": "<!-- TODO\n\n",
    "a script": "<script>\n\n",
    "a pre": "<pre>\n\n",
    "a tag": "<div>\n",
    "a rule above": "---\n\n",
    "an instruction": "<?php\n\n",
    "CDATA": "<![CDATA[\n\n",
}
BEHIND = {
    "nothing": "",
    "text": "\nText.\n",
    "a comment": "\n<!-- the end -->\n",
    "an arrow": "\nA --> B\n",
    "another fence": "\n````md\nx\n````\n",
    "a rule": "\n---\n\nfooter\n",
    "another block": f"\n{BLOCK}",
}


@pytest.mark.parametrize("hiding", HIDING)
@pytest.mark.parametrize("behind", BEHIND)
def test_a_block_that_markdown_does_not_see_is_an_error(hiding: str, behind: str) -> None:
    text = f"{HIDING[hiding]}{BLOCK}{BEHIND[behind]}"
    line = text[: text.index("```yaml genarch")].count("\n") + 1
    read = [block.first for block in parse_markdown(text).blocks]
    assert line in read or ("block-swallowed", line) in found(text)
    assert line not in read or hiding == "a rule above"


@pytest.mark.parametrize(
    "text", [f"````md\n{BLOCK}````\n", f"<!--\n{BLOCK}-->\n", f"~~~\n{BLOCK}~~~\n", f"<!-- x\n{BLOCK}\nx -->\n"]
)
def test_a_block_that_is_quoted_on_purpose_is_a_note(text: str) -> None:
    assert found(f"# A\n\n{text}\ntext\n") == [("block-quoted", 4)]


PARTS = st.sampled_from(
    [
        "```\n",
        "~~~\n",
        "````\n",
        "<!--\n",
        "-->\n",
        "<pre>\n",
        "</pre>\n",
        "<div>\n",
        "---\n",
        "\n",
        "text\n",
        "- a\n",
        "> q\n",
        "    code\n",
    ]
)


@given(st.lists(PARTS, max_size=5), st.lists(PARTS, max_size=4), st.sampled_from(["", "> ", "- "]))
def test_no_line_that_opens_a_block_is_passed_over(before: list[str], behind: list[str], wrapping: str) -> None:
    rest = wrapping.replace("-", " ")
    block = wrapping + BLOCK.rstrip().replace("\n", f"\n{rest}") + "\n"
    text = "".join([*before, block, *behind])
    line = "".join(before).count("\n") + 1
    markdown = parse_markdown(text)
    assert line in [block.first for block in markdown.blocks] or line in [defect.line for defect in markdown.defects]


@pytest.mark.parametrize(
    "nested", ["".join("  " * at + "- a\n" for at in range(10)) + "\nText.\n\n", "> " * 20 + "a\n\n"]
)
def test_deep_nesting_hides_nothing_behind_it(nested: str) -> None:
    assert len(parse_markdown(nested + BLOCK).blocks) == 1


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("genarhc:\n  version: 1", 2),
        ("gen-arch:\n  version: 1", 2),
        ("GenArch: {version: 1}", 2),
        ("a: 1\nconstraints: {task: inpainting}", 3),
    ],
)
def test_a_near_miss_in_the_front_matter_is_an_error(front: str, line: int) -> None:
    assert found(f"---\n{front}\n---\n# genarch\n") == [("block-misspelt", line)]


@pytest.mark.parametrize(
    "text",
    [
        "A block begins with ` ```yaml genarch ` and ends.\n",
        "```yaml .github/workflows/genarch.yml\na: 1\n```\n",
        "```yaml title='genarch in CI'\na: 1\n```\n",
    ],
)
def test_what_speaks_of_a_block_or_names_a_file_is_no_error(text: str) -> None:
    assert found(f"# A\n\n{text}\n{BLOCK}") == []


def test_keys_that_others_have_in_front_matter_are_none_of_ours() -> None:
    assert found(f"---\nsearch:\n  boost: 2\ngenarch: {{version: 1}}\n---\n# A\n\n{BLOCK}") == []
    assert found("---\n\u00df: \u1e9e\nextra:\n  genarch: 1\n---\n") == [("block-misspelt", 4)]


def test_the_distance_of_words() -> None:
    assert [distance("genarch", word) for word in ("genarch", "genarhc", "genarchs", "gnarch", "search")] == [
        0,
        1,
        1,
        1,
        2,
    ]


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
def test_what_ends_a_line_for_yaml_alone_ends_none_in_front_matter(end: str) -> None:
    markdown = parse_markdown(f"---\ntitle: A # note{end}status: rejected{end}genarch: {{version: 1}}\n---\n# A\n")
    assert (markdown.status, markdown.specs) == ("", ())
