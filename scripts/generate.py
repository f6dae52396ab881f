"""Write the generated files: docs pages, the README's image. Run by `make generate`."""

from __future__ import annotations

import sys
from pathlib import Path

from check_page import document_check_page, table_check_page
from claim_page import claims_page
from command_page import command_page
from constraint_table import with_constraint_table, with_group_table
from extension_page import extension_page
from genarch import load_rules, load_spec
from genarch.engine.decision_map import decision_map
from genarch.files.bundled import DEFAULT_TABLE, bundled_tables, load_catalogue
from genarch.files.table_reader import read_table
from genarch.reports.decision_map import as_svg, map_report
from glossary_page import glossary_page
from rule_page import facts_page, rule_page

ROOT = Path(__file__).resolve().parent.parent


def generated() -> dict[Path, str]:
    """Every generated file with its content."""
    files: dict[Path, str] = {}
    for table_id, path in bundled_tables().items():
        table = read_table(path)
        files[ROOT / "docs/rules" / f"{table_id}.md"] = rule_page(table)
        files[ROOT / "docs/facts" / f"{table_id}.md"] = facts_page(table)
    files[ROOT / "docs/field.md"] = extension_page(load_rules("article"), load_rules("field"))
    catalogue = load_catalogue()
    files[ROOT / "docs/claims.md"] = claims_page(catalogue, read_table(bundled_tables()["article"]))
    files[ROOT / "docs/checks.md"] = table_check_page()
    files[ROOT / "docs/document-checks.md"] = document_check_page()
    files[ROOT / "docs/commands.md"] = command_page()
    files[ROOT / "docs/glossary.md"] = glossary_page(load_rules("field"))
    specs, precedents = ROOT / "docs/specs.md", ROOT / "docs/precedents.md"
    files[specs] = with_constraint_table(specs.read_text())
    files[precedents] = with_group_table(precedents.read_text())
    files[ROOT / "docs/map.svg"] = decision_map_image()
    return files


def decision_map_image() -> str:
    """The map that the README shows."""
    rules = read_table(bundled_tables()[DEFAULT_TABLE])
    spec = load_spec(ROOT / "examples/specs/sketch-to-photo.genarch.yaml", rules)
    return as_svg(map_report(spec, rules, decision_map(spec, rules, "latency_budget_ms", "device")))


def main() -> int:
    """Write what has changed; with --check only say so, and exit 1."""
    stale = {path: text for path, text in generated().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        print(f"{'stale' if '--check' in sys.argv else 'written'}: {path.relative_to(ROOT)}")
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
