"""Globs: what git ignores by them, and no other; what is none is refused with what to write."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from genarch.documents.discovery import Patterns, _taken, wrong_glob
from strategies import examples

PIECES = [
    "a", "b", "ab", ".", "*", "?", "**", "/", "!", "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[[:alpha:]]", "\\*", "-",
    "a.md", "**/", "/**", "*.md", " ", "d/",
]  # fmt: skip
NAMES = ["a", "b", "ab", "d", "a.md", "d.md", "c*", "-", "a b", "]"]


@pytest.fixture(scope="module")
def ignoring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join), min_size=1, max_size=4),
    st.sets(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join), min_size=5, max_size=12),
)
@examples(60)
def test_what_is_taken_is_what_git_ignores(ignoring: Path, written: list[str], paths: set[str]) -> None:
    # Of 'a**/' git reads the part behind the letter by itself, which its manual has otherwise.
    globs = [glob for glob in written if not wrong_glob(glob) and "**/" not in glob.strip("!/").removeprefix("**/")]
    files = sorted(path for path in paths if not any(other.startswith(f"{path}/") for other in paths))
    assume(globs)
    (ignoring / ".gitignore").write_text("".join(f"{glob}\n" for glob in globs))
    command = ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin", "-z"]
    given_paths = "\0".join(files).encode()
    told = subprocess.run(command, cwd=ignoring, input=given_paths, capture_output=True, check=False).stdout.decode()
    taken = [path for path in files if _taken(tuple(globs), tuple(path.split("/")), folder=False)]
    assert taken == sorted(filter(None, told.split("\0")))


@pytest.mark.parametrize(
    ("globs", "taken", "left"),
    [
        (["d/old/", "!d/old/keep.md"], ["d/old/keep.md", "d/old/x/y.md"], ["d/x.md"]),
        (["d/old/*", "!d/old/keep.md"], ["d/old/x.md", "d/old/x/keep.md"], ["d/old/keep.md"]),
        (["*.md", "!keep/"], ["keep/a.md", "a.md"], ["keep/a.txt"]),
        (["/*", "!/docs/"], ["a.md", "x/docs/a.md"], ["docs/a.md"]),
        (["*", "!*/", "!*.md"], ["a.txt", "d/a.txt"], ["a.md", "d/a.md"]),
        (["docs"], ["docs", "docs/a.md", "x/docs/a.md"], ["docs.md"]),
        (["/docs"], ["docs/a.md"], ["x/docs/a.md"]),
        (["docs/**"], ["docs/a.md", "docs/x/a.md"], ["docs", "x/docs/a.md"]),
        (["a/**/b.md"], ["a/b.md", "a/x/y/b.md"], ["b.md", "a/xb.md"]),
        (["*-*-*-*.md"], ["2026-11-24-a.md"], ["2026-11-a.md"]),
        ([r"\!a", r"\#b", r"c\*"], ["!a", "#b", "c*"], ["a", "b", "cd"]),
        (["[[:digit:]]*", "[!a-c]x", "[]-]y"], ["0-a.md", "dx", "]y", "-y"], ["a.md", "ax", "ay"]),
        (["\u00fc?", "\u6c7a*"], ["u\u0308\u00e9", "\u6c7a\u5b9a.md"], ["u", "\u5b9a.md"]),
        (["{{cookiecutter.name}}/", r"\{a,b}"], ["{{cookiecutter.name}}/a.md", "{a,b}"], ["a"]),
        (["docs/ "], ["docs/a.md"], ["docs /a.md"]),
        (["*.MD"], ["a.MD"], ["a.md"]),
    ],
)
def test_hand_worked(globs: list[str], taken: list[str], left: list[str], tmp_path: Path) -> None:
    assert [wrong_glob(glob) for glob in globs] == [""] * len(globs)
    patterns = Patterns(tuple(globs), str(tmp_path))
    assert [path for path in (*taken, *left) if patterns.match(os.path.join(tmp_path, path))] == taken


@pytest.mark.parametrize(
    ("glob", "says"),
    [
        ("!", "matches nothing"),
        ("", "matches nothing"),
        ("  ", "matches nothing"),
        ("/", "matches nothing"),
        ("!/", "matches nothing"),
        ("\\", "a \\ at its end"),
        ("docs/\\", "a \\ at its end"),
        ("docs\\archive\\", "write / between folders"),
        (r"docs\archive", "write / between folders"),
        ("[z-a].md", "a range that is empty, from z to a; write a-z"),
        ("[", r"a [ without its ]; write \["),
        ("docs/[abc", r"a [ without its ]; write \["),
        ("[]", r"a [ without its ]; write \["),
        ("[!]", r"a [ without its ]; write \["),
        ("[[:letter:]]", "an unknown class [:letter:]; write one of: alnum"),
        ("./docs/", "leave ./ out"),
        ("../docs/", "below the folder of the settings, or the current one"),
        ("docs/../x.md", "without '..' or '//'"),
        ("docs//x.md", "without '..' or '//'"),
        ("#draft.md", r"a comment, as in .gitignore; write \#"),
        ("*.{md,markdown}", "write a glob for each"),
        ("docs/\nold/", "write each as a glob of its own"),
        ("a" * 501, "longer than 500 characters"),
    ],
)
def test_what_takes_nothing_is_refused(glob: str, says: str) -> None:
    assert says in wrong_glob(glob)
