"""`genarch fix`: spelling put right, an empty block put in, and no other byte changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from genarch.cli import documents
from genarch.cli.app import app
from genarch.documents.editing import fixed

MISSPELT = """\ufeff# A\r
\r
- item\r
\r
  ```{.YAML .Genarch}\r
  verison: 1\r
  constraints:\r
    'domian': narrow # faces\r
    task: style_transfre\r
  desicion: gan\r
  ```\r
"""
MENDED = (
    MISSPELT.replace("{.YAML .Genarch}", "yaml genarch")
    .replace("verison", "version")
    .replace("domian", "domain")
    .replace("style_transfre", "style_transfer")
    .replace("desicion", "decision")
)


def fix(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["fix", "--no-config", *arguments], env={"COLUMNS": "80"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text(MISSPELT, newline="")
    (tmp_path / "plain.md").write_text("# Nothing\n\n## Decision\n\nNone.\n\n## Consequences\n")
    return tmp_path


def read(path: Path) -> str:
    return path.read_bytes().decode()


def test_spelling_is_put_right_and_every_other_byte_stays(folder: Path) -> None:
    result = fix()
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "genarch: a.md: fixed\ngenarch: 1 file changed\n"
    assert read(folder / "a.md") == MENDED
    assert fix().stderr == "genarch: 0 files changed\n"


def test_a_difference_is_shown_and_nothing_written(folder: Path) -> None:
    result = fix("--diff")
    assert result.exit_code == 1
    assert "-  desicion: gan\n" in result.stdout
    assert "+  decision: gan\n" in result.stdout
    assert read(folder / "a.md") == MISSPELT
    assert fix("--diff", "plain.md").exit_code == 0


def test_a_block_is_put_where_one_has_to_be(folder: Path) -> None:
    result = fix("--require-block", "plain.md", "plain.md")
    assert result.exit_code == 0
    text = read(folder / "plain.md")
    assert text.startswith(
        "# Nothing\n\n## Decision\n\nNone.\n\n```yaml genarch\nversion: 1\nconstraints:\n  # task: unknown\n"
    )
    assert text.endswith("# decision: unknown\n```\n\n## Consequences\n")
    assert fix("--require-block", "plain.md", "plain.md").stderr == "genarch: 0 files changed\n"
    check = CliRunner().invoke(app, ["check", "--no-config", "plain.md"])
    assert "[decision-missing]" in check.stdout
    assert "[block" not in check.stdout


def test_a_spec_file_is_fixed_too(folder: Path) -> None:
    (folder / "x.genarch.yaml").write_text("version: 1\nconstraints:\n  domian: narrow\n")
    assert fix("x.genarch.yaml").exit_code == 0
    assert read(folder / "x.genarch.yaml") == "version: 1\nconstraints:\n  domain: narrow\n"


def test_what_nobody_can_guess_is_left_alone(folder: Path) -> None:
    text = "```yaml genarch draft\n```\n\n```yaml genarch\nversion: 2\nconstraints: {domain: faces}\n```\n"
    (folder / "a.md").write_text(text)
    assert fix().stderr == "genarch: 0 files changed\n"
    assert read(folder / "a.md") == text


@pytest.mark.parametrize(
    "line",
    [
        "decision: latent_diffusion",
        "decision: diffussion",
        "constraints: {task: image_to_text}",
        "constraints: {task: text_to_video}",
        "constraints: {task: image_generation}",
        "constraints: {domian: narrow, domain: broad}",
    ],
)
def test_what_may_mean_something_else_is_left_alone(line: str, folder: Path) -> None:
    text = f"```yaml genarch\nversion: 1\n{line}\n```\n"
    (folder / "a.md").write_text(text)
    assert fix("a.md").stderr == "genarch: 0 files changed\n"
    assert read(folder / "a.md") == text


def test_a_listing_stays_a_listing(folder: Path) -> None:
    text = "```genarch\n$ genarch check docs\n```\n"
    (folder / "a.md").write_text(text)
    fix("a.md")
    assert read(folder / "a.md") == text


def test_keys_of_waivers_are_fixed(folder: Path) -> None:
    text = "```yaml genarch\nversion: 1\nwaivers:\n- {rule: x, raeson: y, aproved_by: z}\n```\n"
    (folder / "a.md").write_text(text)
    assert fix("a.md").stderr == "genarch: a.md: fixed\ngenarch: 1 file changed\n"
    assert "{rule: x, reason: y, approved_by: z}" in read(folder / "a.md")


def test_no_block_goes_where_none_is_missing(folder: Path) -> None:
    (folder / "x.genarch.yaml").write_text("version: 1\ndocument: plain.md\n")
    assert fix("--require-block", "plain.md", "plain.md").stderr == "genarch: 0 files changed\n"
    (folder / "x.genarch.yaml").unlink()
    (folder / "plain.md").write_text("Status: rejected\n")
    assert fix("--require-block", "plain.md").stderr.endswith("genarch: 1 file changed\n"), "a.md alone"
    assert read(folder / "plain.md") == "Status: rejected\n"


def test_standard_input_is_refused() -> None:
    assert "-: fix works in place" in fix("-").stderr


def test_what_cannot_be_read_is_told_and_the_others_go_on(folder: Path) -> None:
    (folder / "0.md").write_bytes(b"\xff genarch")
    result = fix()
    assert result.exit_code == 2
    assert "0.md: not UTF-8 at byte 0" in result.stderr
    assert read(folder / "a.md") == MENDED
    assert fix("missing.md").exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n```yaml genarch\nversion: 1\nconstraints:\n  latency_budgt_ms: 33\n```",
        "# T\r\n\r\n```yaml genarch\r\nversion: 1\r\nconstraints:\r\n  latency_budgt_ms: 33\r\n```\r\n",
        "```yaml genarch\nversion: 1\n# std::filter\ta \u2764\ufe0f\nconstraints:\n  latency_budgt_ms: 33\n```\n",
        "a\u2028b\x0cc\n\n```yaml genarch\nversion: 1\nconstraints:\n  latency_budgt_ms: 33\n```\n",
    ],
)
def test_a_difference_is_a_patch_for_git(text: str, folder: Path) -> None:
    (folder / "a.md").write_text(text, newline="")
    patch = fix("--diff", "a.md").stdout_bytes
    (folder / "p.patch").write_bytes(patch)
    subprocess.run(["git", "apply", "p.patch"], cwd=folder, check=True)
    assert (folder / "a.md").read_bytes().decode() == text.replace("budgt", "budget")


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("  domain: narow", "  domain: narrow"),
        ("  device: mobil", "  device: mobile"),
        ("  gpu: rtx-3080", None),
        ("  gpu: rtx-409", None),
        ("  domain: wide", None),
        ("model: sdxl-turb", None),
        ("decision: gann", None),
        ("decided_with: articel@1.0.0", None),
    ],
)
def test_values_are_fixed_and_facts_are_not(line: str, fixed: str | None, folder: Path) -> None:
    text = f"```yaml genarch\nversion: 1\nconstraints:\n  task: inpainting\n{line}\n```\n"
    (folder / "a.md").write_text(text)
    fix("a.md")
    assert (folder / "a.md").read_text() == text.replace(line, fixed or line)


def test_what_cannot_be_fixed_does_not_keep_the_rest_from_it(folder: Path) -> None:
    twice = (
        "```yaml genarch\nversion: 1\nid: b\nconstraints: {tsak: text_to_image, task: inpainting, domian: broad}\n```\n"
    )
    (folder / "a.md").write_text(f"```YAML Genarch\nversion: 1\nconstraints: {{task: text_to_image}}\n```\n\n{twice}")
    fix("a.md")
    text = (folder / "a.md").read_text()
    assert text.startswith("```yaml genarch\n")
    assert "tsak: text_to_image, task: inpainting, domain: broad" in text


def test_an_edit_made_meanwhile_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(before: str, *rest: object, **more: object) -> str:
        (folder / "a.md").write_text("# edited genarch\n")
        return fixed(before, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(documents, "fixed", slowly)
    result = fix("a.md")
    assert (result.exit_code, read(folder / "a.md")) == (2, "# edited genarch\n")
    assert "a.md: has changed since it was read; nothing is written, run it again" in result.stderr
    assert sorted(os.listdir(folder)) == ["a.md", "plain.md"]


def test_no_link_is_followed_out_of_the_tree(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    shutil.copy(folder / "a.md", outside)
    (folder / "link.md").symlink_to(outside / "a.md")
    (folder / "linked").symlink_to(outside)
    for path in ("link.md", "linked/a.md", str(folder / "link.md")):
        result = fix(path)
        assert (result.exit_code, read(outside / "a.md")) == (2, MISSPELT)
        assert f"is a link to a file outside the tree; to change that file, name {outside / 'a.md'}" in result.stderr
    (folder / "inner").mkdir()
    (folder / "inner/link.md").symlink_to("../a.md")
    assert fix("inner/link.md").exit_code == 0
    assert (folder / "inner/link.md").is_symlink()
    assert read(folder / "a.md") == MENDED
    assert fix(str(outside / "a.md")).exit_code == 0
    assert read(outside / "a.md") == MENDED


def test_hard_links_and_the_mode_are_kept(folder: Path) -> None:
    (folder / "a.md").chmod(0o640)
    os.link(folder / "a.md", folder / "other.txt")
    result = fix("a.md")
    assert "a.md: written in place, since it has other names, as hard links" in result.stderr
    assert read(folder / "other.txt") == MENDED
    assert (folder / "a.md").stat().st_mode & 0o777 == 0o640


NAMES = ["plain.md", "two words.md", " .md", "tab\t.md", 'quo"te\\.md', "\u00dcber.md", "U\u0308.md", "new\nline.md", "\udcff.md", "-x.md", "b\u202e.md", "a b/c d.md"]  # fmt: skip


def test_a_patch_names_files_as_git_does_from_wherever_it_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    shutil.move(folder / "a.md", folder / "sub")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for name in NAMES:
        (folder / "sub" / name).parent.mkdir(exist_ok=True)
        (folder / "sub" / name).write_text(MISSPELT, newline="")
    (folder / "linked").symlink_to("sub")
    monkeypatch.chdir(folder / "sub")
    patches = [
        fix("--diff").stdout_bytes,
        fix("--diff", str(folder)).stdout_bytes,
        fix("--diff", "../sub").stdout_bytes,
        *[b"".join(fix("--diff", f"../linked/{name}").stdout_bytes for name in ("a.md", *NAMES))],
    ]
    for patch in patches:
        for where in (folder, folder / "sub"):
            subprocess.run(["git", "apply"], input=patch, cwd=where, check=True)
            assert {read(folder / "sub" / name) for name in ("a.md", *NAMES)} == {MENDED}
            subprocess.run(["git", "apply", "-R"], input=patch, cwd=where, check=True)


def test_a_patch_of_what_lies_elsewhere_says_where_it_is_for(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(folder / "a.md", elsewhere)
    result = fix("--diff", str(elsewhere / "a.md"))
    assert f"its patch is for {elsewhere}\n" in result.stderr
    subprocess.run(["git", "apply"], input=result.stdout_bytes, cwd=elsewhere, check=True)
    assert read(elsewhere / "a.md") == MENDED


@pytest.mark.parametrize(
    "wrong",
    [
        "version: 2",
        "decision: gann",
        "constraints: {gpu: rtx-409, tsak: x, task: y}",
        "waivers: [{rul: x, rule: y}]",
        "x: y",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_cannot_be_fixed_in_one_block_keeps_none_of_another(wrong: str, folder: Path, *, first: bool) -> None:
    blocks = [
        f"```yaml genarch\n{wrong}\n```\n",
        "```yaml genarch\nverison: 1\nid: b\nconstraints: {domian: brod}\n```\n",
    ]
    (folder / "a.md").write_text("\n".join(blocks if first else blocks[::-1]))
    fix("a.md")
    right = "```yaml genarch\nversion: 1\nid: b\nconstraints: {domain: broad}\n```\n"
    assert read(folder / "a.md") == "\n".join([blocks[0], right] if first else [right, blocks[0]])
