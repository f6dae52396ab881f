"""Settings: the nearest file counts, and every mistake in it is told with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from genarch.documents.settings import ProjectSettings, find_settings, load_settings
from genarch.errors import InputError

FULL = """\
rules = "own.yaml"
fail_on = "warning"
include = ["docs/**/*.md"]
exclude = ["docs/old/"]
require_block = ["docs/adr/*.md"]
baseline = "genarch-baseline.json"
waiver_days = 90
evidence = false

[severity]
constraint-unsettled = "error"
block-quoted = "off"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a/b")
    return tmp_path


def test_every_setting(folder: Path) -> None:
    (folder / "a/b/genarch.toml").write_text(FULL)
    found = find_settings()
    assert found._replace(folder="", path="") == ProjectSettings(
        "", "", "own.yaml", "warning", ("docs/**/*.md",), ("docs/old/",), ("docs/adr/*.md",), "genarch-baseline.json",
        90, {"constraint-unsettled": "error", "block-quoted": "off"}, evidence=False,
    )  # fmt: skip


def test_the_same_in_pyproject(folder: Path) -> None:
    text = "[tool.genarch]\n" + FULL.replace("[severity]", "[tool.genarch.severity]")
    (folder / "a/b/pyproject.toml").write_text(text)
    assert find_settings().severity == {"constraint-unsettled": "error", "block-quoted": "off"}


def test_the_nearest_counts_and_nothing_is_merged(folder: Path) -> None:
    (folder / "genarch.toml").write_text(FULL)
    assert find_settings().waiver_days == 90
    (folder / "a/pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert find_settings().waiver_days == 90, "a pyproject.toml without a word of it is passed by"
    (folder / "a/pyproject.toml").write_text("[tool.genarch]\n")
    assert find_settings()._replace(path="", folder="") == ProjectSettings("")
    (folder / "a/genarch.toml").write_text("waiver_days = 7\n")
    assert find_settings().waiver_days == 7, "in one folder genarch.toml comes first"


def test_without_any_the_defaults_hold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert find_settings() == ProjectSettings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("failon = 'error'", "genarch.toml:1:1: 'failon' is not a key here; did you mean 'fail_on'?"),
        ("x = 1", "genarch.toml:1:1: 'x' is not a key here; write one of: rules, fail_on, include"),
        ("\nfail_on = 'warn'", "genarch.toml:2:1: fail_on: must be one of: error, warning, note or never; did you mean 'warning'?"),
        ("include = 'docs'", 'genarch.toml:1:1: include: must be a list; write ["a", "b"]'),
        ("include = [[]]", "genarch.toml:1:1: include[0]: must be text, not a list or a mapping"),
        ("waiver_days = 0", "genarch.toml:1:1: waiver_days: must be a whole number from 1 to 36500"),
        ("waiver_days = true", "must be a whole number"),
        ("rules = []", "must be text"),
        ("severity = 3", "genarch.toml:1:1: severity: must be a mapping"),
        ("[severity]\nclose-call = 'off'", "genarch.toml:2:1: severity.close-call: is not a check; did you mean 'close-call-without-alternative'?"),
        ("[severity]\nblock-quoted = 'ignore'", "genarch.toml:2:1: severity.block-quoted: must be one of: error, warning, note or off"),
        ("a = ", "genarch.toml: not TOML: invalid value (at end of document)"),
        ("a = x", "genarch.toml:1:5: not TOML: invalid value"),
        ("[" * 5000, "not TOML"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(folder: Path, text: str, told: str) -> None:
    (folder / "a/b/genarch.toml").write_text(text)
    with pytest.raises(InputError) as error:
        find_settings()
    assert told in str(error.value)


def test_every_mistake_comes_at_once(folder: Path) -> None:
    (folder / "a/b/genarch.toml").write_text("a = 1\nb = 2\nwaiver_days = 'x'\n")
    with pytest.raises(InputError) as error:
        find_settings()
    assert [problem.line for problem in error.value.problems] == [1, 2, 3]


def test_a_folder_of_that_name_is_told(folder: Path) -> None:
    (folder / "a/b/genarch.toml").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        find_settings()


def test_a_file_may_be_named(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname = 'genarch-user'\n")
    with pytest.raises(InputError, match=r"has no \[tool.genarch\]"):
        load_settings(str(folder / "pyproject.toml"))
    (folder / "pyproject.toml").write_text("[tool]\ngenarch = 3\n")
    with pytest.raises(InputError, match="must be a table"):
        load_settings(str(folder / "pyproject.toml"))
    with pytest.raises(InputError, match="no such file"):
        load_settings(str(folder / "none.toml"))


@pytest.mark.parametrize("content", [b'[project]\nname = "Jos\xe9"\n', None])
def test_a_foreign_file_above_that_cannot_be_read_is_passed_over(folder: Path, content: bytes | None) -> None:
    above = folder / "pyproject.toml"
    above.write_bytes(content) if content else above.mkdir()
    (folder.parent / "genarch.toml").write_text("waiver_days = 5\n")
    found = find_settings()
    assert (found.waiver_days, found.passed_over) == (5, ("../../pyproject.toml",))
    (folder.parent / "genarch.toml").unlink()
    if content:
        above.write_bytes(b"[tool.genarch]\n" + content)
        with pytest.raises(InputError, match="not UTF-8"):
            find_settings()


@pytest.mark.parametrize("kind", ["pipe", "nowhere", "circle", "large"])
def test_so_is_one_that_is_no_file_to_read(folder: Path, kind: str) -> None:
    above = folder / "pyproject.toml"
    if kind == "pipe":
        os.mkfifo(above)
    elif kind == "large":
        above.write_text(f"[project]\n# {'x' * (1 << 20)}\n")
    else:
        above.symlink_to(above if kind == "circle" else folder / "none.toml")
    assert find_settings().passed_over == ("../../pyproject.toml",)
    if kind == "large":
        above.write_text(f"[tool.genarch]\n# {'x' * (1 << 20)}\n")
        with pytest.raises(InputError, match="larger than 1024 KiB"):
            find_settings()


def test_the_line_of_a_mistake_is_that_of_our_own_key(folder: Path) -> None:
    (folder / "a/b/pyproject.toml").write_text(
        '[tool.ruff]\nexclude = ["build"]\n\n[tool.other.severity]\nblock-missing = "x"\n\n[tool.genarch]\n'
        'exclude = "docs/"\nseverity.block-unclosed = "fatal"\n'
    )
    with pytest.raises(InputError) as error:
        find_settings()
    assert [problem.line for problem in error.value.problems] == [8, 9]


@pytest.mark.parametrize("glob", ["!", "\\", "docs\\archive\\", "[z-a].md", "./docs/", "*.{md,txt}", "a" * 501])
def test_what_is_no_glob_is_refused_where_it_stands(folder: Path, glob: str) -> None:
    (folder / "a/b/genarch.toml").write_text(f"\nexclude = ['docs/', '{glob}']\n")
    with pytest.raises(InputError, match=r"genarch.toml:2:1: exclude\[1\]: '"):
        find_settings()


@pytest.mark.parametrize(
    "text",
    [
        ".".join("x" * 10_000) + " = 1",
        "[" + ". ".join("x" * 10_000) + "]",
        "a = {" + ".".join(["'x'"] * 10_000) + " = 1}",
        "".join(f"[a{number}]\n" for number in range(20_000)),
        f"waiver_days = {'9' * 5_000}",
        f"{'x' * 500_000} = 1",
    ],
    ids=range(6),
)
def test_settings_that_only_an_attack_has_are_refused_at_once(folder: Path, text: str) -> None:
    (folder / "a/b/genarch.toml").write_text(text)
    with pytest.raises(InputError):
        find_settings()
