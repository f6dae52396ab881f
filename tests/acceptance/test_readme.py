"""What the documentation shows is what happens: every command with its output, every piece of Python, every link.

A block fenced as `text session` is what a terminal shows, with what was typed at its prompts. One fenced as `console` holds commands after `$ ` and what they print; a line of three dots stands for any lines.
`make goldens` fills in the output; around such a line it keeps each part from its first line to its last.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import site_pages
from command_line import run
from genarch import load_rules
from genarch.cli.app import app
from genarch.cli.output import ExitCode
from genarch.reports.finding_formats import FORMATS
from terminal import at_terminal, ends

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^(```+)(console|python)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)

SESSION = re.compile(r"^```text session\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"^((?:Answer|Change which\?|Save the answers\?) \([^)]*\):)(?: (.*))?$", re.MULTILINE)


def blocks(language: str) -> list[tuple[Path, str]]:
    return [(page, text) for page in PAGES for _, kind, text in BLOCK.findall(page.read_text()) if kind == language]


def sessions(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output shown."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def output(command: str, folder: Path = ROOT) -> str:
    words = shlex.split(command)
    if words[0] in ("cat", "cp", "mkdir", "sed"):
        return subprocess.run(words, capture_output=True, text=True, cwd=folder, check=True).stdout
    assert words[0] == "genarch", command
    result = run(*words[1:], cwd=folder)
    return result.stdout + result.stderr


def matches(shown: str, actual: str) -> bool:
    pattern = r"(?:.*\n)*".join(re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE))
    return re.fullmatch(pattern, actual) is not None


def refilled(shown: str, actual: str) -> str:
    """The actual output, with what the page leaves out left out: each part from its first line to its last."""
    parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
    if len(parts) == 1:
        return actual
    lines = actual.splitlines(keepends=True)
    filled, at = [], 0
    for number, part in enumerate(parts):
        wanted = part.splitlines(keepends=True)
        first = at if number == 0 or not wanted else lines.index(wanted[0], at)
        after = len(lines) if number == len(parts) - 1 else last(wanted, lines, first) if wanted else first
        filled.append("".join(lines[first:after]) if wanted else "")
        at = after
    return "...\n".join(filled)


def last(wanted: list[str], lines: list[str], first: int) -> int:
    """Behind the line that ends a part: of several alike the one nearest to where it stood."""
    alike = [at for at in range(first, len(lines)) if lines[at] == wanted[-1]]
    return min(alike, key=lambda at: abs(at - first - len(wanted) + 1)) + 1


CONSOLE = [(page, command, shown) for page, block in blocks("console") for command, shown in sessions(block)]
TUTORIALS = sorted({page for page, _, _ in CONSOLE if page.parent.name == "tutorials"})
ELSEWHERE = [step for step in CONSOLE if step[0] not in TUTORIALS]


def prints_as_shown(page: Path, command: str, shown: str, actual: str, *, update: bool) -> None:
    if update:
        old, new = f"$ {command}\n{shown}", f"$ {command}\n{refilled(shown, actual)}"
        page.write_text(re.sub(re.escape(old) + r"(?=\$ |```)", lambda _: new, page.read_text(), count=1))
    else:
        assert matches(shown, actual), actual


@pytest.mark.parametrize(("page", "command", "shown"), ELSEWHERE, ids=[command for _, command, _ in ELSEWHERE])
def test_commands_print_what_the_page_shows(
    page: Path, command: str, shown: str, request: pytest.FixtureRequest
) -> None:
    for other, making, _ in ELSEWHERE:
        if other == page and making.startswith("mkdir "):  # which may be another process's turn, or done
            output(making)
    prints_as_shown(page, command, shown, output(command), update=request.config.getoption("--update-goldens"))


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_works_from_its_first_command_to_its_last(
    tutorial: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for page, command, shown in CONSOLE:
        if page == tutorial:
            actual = output(command, tmp_path)
            prints_as_shown(page, command, shown, actual, update=request.config.getoption("--update-goldens"))


@pytest.mark.parametrize(
    ("page", "shown"), [(page, text) for page in PAGES for text in SESSION.findall(page.read_text())]
)
def test_a_session_in_a_terminal_looks_as_shown(
    page: Path, shown: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    command, *_ = shown.splitlines()
    words = shlex.split(command.removeprefix("$ genarch "))
    child = at_terminal(*words, folder=tmp_path, rows=50, env={"NO_COLOR": "1"})
    actual = f"{command}\n"
    for prompt, typed in PROMPT.findall(shown):
        child.expect_exact(prompt)
        actual += child.before + prompt
        child.sendline(typed)
    rest, code = ends(child)
    actual = "\n".join(line.rstrip() for line in (actual + rest).splitlines()) + "\n"
    assert code == 0
    if request.config.getoption("--update-goldens"):
        page.write_text(page.read_text().replace(shown, refilled(shown, actual)))
        return
    assert matches(shown, actual), actual


@pytest.mark.parametrize(("page", "code"), blocks("python"), ids=lambda value: getattr(value, "name", "code"))
def test_python_runs_and_prints_what_its_comments_say(page: Path, code: str) -> None:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 0, (page, result.stderr)
    promised = re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)
    assert result.stdout.splitlines() == promised


def test_the_two_commands_stand_first() -> None:
    first = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert first
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make demo", "make test"]
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"demo", "test", "lint", "check"} <= set(targets)


def test_the_demo_ends_on_one_screen() -> None:
    demo = (ROOT / "Makefile").read_text().split("\ndemo:")[1].split("\n\n")[0]
    shown = [output(f"genarch {arguments}") for arguments in re.findall(r"/genarch (.*)", demo)]
    assert len(shown) == 2
    assert "\n".join(shown).count("\n") <= 40
    assert all("--full" in text for text in shown)


def test_the_readme_is_short_and_begins_with_an_answer() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 250
    assert any(line.startswith("$ genarch evaluate") for line in lines[:24])


def test_the_exit_codes_are_documented() -> None:
    rows = re.findall(r"^\| \*\*(\d+)\*\* \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [int(code) for code in rows] == list(ExitCode)


def test_every_link_within_the_project_leads_somewhere() -> None:
    texts = {page.relative_to(ROOT).as_posix(): page.read_text() for page in PAGES}
    for page, text in texts.items():
        for target, anchor in site_pages.links(page, text):
            assert (ROOT / target).exists(), f"{page}: {target}"
            assert not anchor or anchor in site_pages.anchors(texts[target]), f"{page}: {target}#{anchor}"


def test_no_heading_of_a_page_is_there_twice() -> None:
    for page in PAGES:
        headings = site_pages.anchors(page.read_text())
        assert len(headings) == len(set(headings)), page


def test_every_page_has_a_place_in_the_site_and_links_within_it() -> None:
    pages = site_pages.site()
    placed = re.findall(r"^ +- .*: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert sorted(placed) == sorted(page for page in pages if not page.startswith("source/"))
    for page, text in pages.items():
        for target, _ in site_pages.links(page, text):
            assert target in pages or (ROOT / "docs" / target).exists(), f"{page}: {target}"


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, after the words that name it."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


def test_every_command_and_option_is_documented() -> None:
    everywhere = "".join(page.read_text() for page in PAGES if page.name != "commands.md")
    page = (ROOT / "docs/commands.md").read_text()
    sections = {part.split("\n")[0]: part for part in page.split("\n## ")[1:]}
    listed = {name: command for name, command in commands(get_command(app), "genarch") if not command.hidden}
    assert len(sections) == len(listed) > 20
    for name, command in listed.items():
        assert name in everywhere, name
        (section,) = [text for heading, text in sections.items() if f"{heading} ".startswith(f"{name} ")]
        for param in command.params:
            for word in [param.metavar] if param.param_type_name == "argument" else param.opts + param.secondary_opts:
                assert word in section, (name, word)
            assert param.help, (name, param.name)


def test_every_format_is_documented() -> None:
    answers, documents = (ROOT / "docs/answers.md").read_text(), (ROOT / "docs/documents.md").read_text()
    for words in ("jsonl", "NO_COLOR", "--install-completion"):
        assert words in answers, words
    assert re.findall(r"^\| `([a-z]+)` \| ", documents.partition("| format | for |")[2], re.MULTILINE) == list(FORMATS)


def test_every_verdict_is_explained() -> None:
    answers = (ROOT / "docs/answers.md").read_text()
    for verdict in load_rules("article").verdicts:
        assert f"`{verdict}`" in answers


def test_a_stated_dot_line_matches_any_lines() -> None:
    assert matches("a\n...\nd\n", "a\nb\nc\nd\n")
    assert matches("a\n...\nd\n", "a\nd\n")
    assert not matches("a\n...\nd\n", "a\nb\n")
    assert not matches("a\n", "a\nb\n")


def test_filling_in_keeps_what_is_left_out() -> None:
    assert refilled("a\n...\nd\n", "a\nb\nd\ne\n") == "a\n...\nd\ne\n"
    assert refilled("a\nb\n...\n", "a\nx\nb\nc\n") == "a\nx\nb\n...\n"
    assert refilled("...\nd\n", "a\nd\n") == "...\nd\n"
    assert refilled("a\n\nb\n\n...\n", "a\n\nc\n\nd\n") == "a\n\nc\n\n...\n"


def test_the_first_spec_is_the_one_that_is_evaluated() -> None:
    shown = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown
    assert shown[1] == (ROOT / "examples/specs/marketing-studio.genarch.yaml").read_text()
