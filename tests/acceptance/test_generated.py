"""What is made from the rule tables is current, and `make generate` would change nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from genarch import load_rules
from genarch.files import tables as bundled


def test_generated_files_are_current(root: Path) -> None:
    result = subprocess.run(
        [sys.executable, "scripts/generate.py", "--check"], capture_output=True, text=True, cwd=root, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_every_rule_is_on_the_rule_page_and_nothing_else_is(root: Path) -> None:
    page = (root / "docs/rules/article.md").read_text()
    table = load_rules("article")
    rules = page.split("\n## Rules\n")[1].split("\n## ")[0]
    headings = [line.removeprefix("### ") for line in rules.splitlines() if line.startswith("### ")]
    assert headings == [rule.id for rule in table.rules]


def test_a_changed_table_is_read_again_rather_than_taken_from_the_compiled_copy(tmp_path: Path) -> None:
    changed = tmp_path / "article.yaml"
    changed.write_text((Path(bundled.rules_folder()) / "article.yaml").read_text() + "\n# changed\n")
    original = bundled.rules_folder
    try:
        bundled.rules_folder = lambda: str(tmp_path)
        assert bundled.compiled("article") is None
        table = load_rules("article")
    finally:
        bundled.rules_folder = original
    assert table.header.digest != load_rules("article").header.digest
    assert len(table.rules) == len(load_rules("article").rules)
