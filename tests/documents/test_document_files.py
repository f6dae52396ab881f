"""Which files a check looks at: each once, none outside of the tree, and whatever is passed by is reported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from genarch.documents.discovery import (
    ListedFile,
    Patterns,
    Selection,
    Skipped,
    is_surely_spec,
    listed_files,
    near_spec_name,
)


def selection(root: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> Selection:
    return Selection(Patterns(include, str(root)), Patterns(exclude, str(root)), os.path.realpath(root))


def paths(*named: str, root: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    found = listed_files(named or (".",), selection(root, include, exclude))
    return [item.path if isinstance(item, ListedFile) else f"{item.path}: {item.reason}" for item in found]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repo"
    for name in (
        "a.md", "b.MARKDOWN", "c.txt", "genarch.yaml", "x.genarch.yaml", "other.yaml",
        "docs/d.md", "docs/adr/e.md", ".hidden/f.md", "node_modules/g.md",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    monkeypatch.chdir(root)
    return root


def test_documents_and_specs_in_the_order_of_names(tree: Path) -> None:
    assert paths(root=tree) == ["a.md", "b.MARKDOWN", "genarch.yaml", "x.genarch.yaml", "docs/d.md", "docs/adr/e.md"]


def test_what_is_named_is_looked_at_whatever_its_name(tree: Path) -> None:
    assert paths("c.txt", "other.yaml", ".hidden", "missing.md", root=tree) == [
        "c.txt", "other.yaml", "missing.md", ".hidden/f.md",
    ]  # fmt: skip


def test_each_file_once(tree: Path) -> None:
    assert paths("docs/d.md", "docs", "docs/adr", "./docs/adr/e.md", root=tree) == ["docs/d.md", "docs/adr/e.md"]
    assert paths("docs", "docs/adr/..", "docs", root=tree) == ["docs/d.md", "docs/adr/e.md"]


def test_globs(tree: Path) -> None:
    assert paths(root=tree, include=("docs/**/*.md", "c.txt")) == ["c.txt", "docs/d.md", "docs/adr/e.md"]
    assert paths(root=tree, exclude=("docs/adr/", "*.yaml")) == [
        "a.md", "b.MARKDOWN", "genarch.yaml: excluded", "x.genarch.yaml: excluded", "docs/d.md", "docs/adr/e.md: excluded",
    ]  # fmt: skip
    assert paths("docs/adr/e.md", root=tree, exclude=("docs/adr/",)) == ["docs/adr/e.md: excluded"]
    assert not Patterns(("*.md",), str(tree)).match("/etc/x.md")


def test_links_stay_in_the_tree_and_files_are_looked_at_once(tree: Path) -> None:
    outside = tree.parent / "outside.md"
    outside.write_text("")
    (tree / "l1.md").symlink_to("a.md")
    (tree / "l2.md").symlink_to(outside)
    (tree / "l3.md").symlink_to("nowhere.md")
    (tree / "l4.md").symlink_to("docs")
    (tree / "l5.md").symlink_to(".hidden/f.md")
    (tree / "l6.md").symlink_to(".hidden/f.md")
    (tree / "loop.md").symlink_to("loop.md")
    (tree / "folder").symlink_to("docs")
    found = {str(item.path): item for item in listed_files((".",), selection(tree))}
    assert found["l1.md"] == Skipped("l1.md", "a link to a file that is checked itself")
    assert found["l2.md"] == Skipped("l2.md", "a link out of the tree")
    assert found["l3.md"] == Skipped("l3.md", "a link that leads nowhere")
    assert found["l4.md"] == Skipped("l4.md", "a link to a folder")
    assert found["l5.md"] == ListedFile("l5.md", named=False)
    assert found["l6.md"] == Skipped("l6.md", "a link to a file that is checked itself")
    assert found["loop.md"].__class__ is Skipped
    assert not any(name.startswith("folder/") for name in found)
    assert paths("l2.md", root=tree)[0] == "l2.md", "named, it is meant"
    assert "l1.md" in paths(root=tree, exclude=("/a.md",)), "by its own name it is not excluded"
    assert "l1.md" not in paths(root=tree, exclude=("a.md", "l1.md"))


@pytest.mark.parametrize("end", ["md", "Mdx", "qmd", "RMD", "mkd", "mdown", "mdwn", "mkdn", "mkdown", "markdown"])
def test_every_kind_of_markdown_is_looked_at(end: str, tree: Path) -> None:
    (tree / f"docs/x.{end}").write_text("")
    (tree / "docs/x.genarch.yaml").write_text("")
    (tree / f"docs/x.{end}.txt").write_text("")
    assert f"docs/x.{end}" in paths(root=tree)
    assert f"docs/x.{end}.txt" not in paths(root=tree)
    assert paths(f"docs/x.{end}", root=tree) == [f"docs/x.{end}", "docs/x.genarch.yaml"]


def test_what_is_no_regular_file_is_passed_by(tree: Path) -> None:
    os.mkfifo(tree / "pipe.md")
    (tree / "folder.md").mkdir()
    (tree / "folder.md" / "in.md").write_text("")
    found = paths(root=tree)
    assert "pipe.md: not a regular file" in found
    assert "folder.md/in.md" in found


def test_the_spec_files_beside_a_named_document_are_looked_at_for_it(tree: Path) -> None:
    found = list(listed_files(("a.md", "b.MARKDOWN", "docs/d.md"), selection(tree)))
    here = (str(tree / "a.md"), str(tree / "b.MARKDOWN"))
    assert found[3:] == [
        ListedFile("genarch.yaml", named=False, beside=here),
        ListedFile("x.genarch.yaml", named=False, beside=here),
    ]
    assert len(list(listed_files(("a.md", "."), selection(tree)))) == 6, "in a folder they are come upon anyway"


def test_names_that_come_near_are_looked_at(tree: Path) -> None:
    (tree / "docs/genarch.yml").write_text("")
    (tree / "docs/X.Genarch.yaml").write_text("")
    assert paths("docs", root=tree)[:2] == ["docs/X.Genarch.yaml", "docs/d.md"]
    assert near_spec_name("X.Genarch.yml") == "X.genarch.yaml"
    assert near_spec_name("genarch.yml") == "genarch.yaml"
    assert near_spec_name("my-genarch.yaml") == near_spec_name("genarc.yaml") == "genarch.yaml or NAME.genarch.yaml"
    assert near_spec_name("genarch.yaml") == near_spec_name("search.yaml") == near_spec_name("a.md") == ""


def test_a_file_with_nearly_the_name_of_a_spec_is_one_where_it_states_a_decision(tree: Path) -> None:
    stated = "constraints: {latency_budget_ms: 33}\n"
    for name, text in {"genarc.yaml": stated, "b-genarch.yml": f"{stated}decision: gan\n", "genarch.yml": ""}.items():
        (tree / name).write_text(text)
    assert [is_surely_spec(str(tree / name)) for name in ("genarc.yaml", "b-genarch.yml", "genarch.yml")] == [
        False,
        True,
        True,
    ]


def test_a_glob_holds_through_a_link_above_and_however_a_letter_is_kept(tree: Path) -> None:
    (tree.parent / "link").symlink_to(tree)
    assert Patterns(("docs/",), str(tree)).match(str(tree.parent / "link/docs/d.md"))
    (tree / "l1.md").symlink_to("docs/d.md")
    assert not Patterns(("docs/",), str(tree)).match("l1.md"), "a link goes by its own name"
    for glob, name in (("U\u0308*.md", "\u00dc.md"), ("\u00dc*.md", "U\u0308.md")):
        assert Patterns((glob,), str(tree)).match(name)
