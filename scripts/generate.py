"""Write the generated files: compiled tables, docs pages, the README's image. Run by `make generate`."""

from __future__ import annotations

import sys
from pathlib import Path

from genarch import load_rules, load_spec
from genarch.evidence.catalogue import Catalogue
from genarch.files.catalogue import as_json, evidence_folder
from genarch.files.catalogue_reader import read_fitted
from genarch.files.checks import DOCUMENT_CHECKS, TABLE_CHECKS
from genarch.files.table_file import files_of
from genarch.files.table_reader import read_table
from genarch.files.tables import DEFAULT_TABLE, bundled_tables
from genarch.reports.check_page import document_check_page, table_check_page
from genarch.reports.evidence.claim_page import claims_page
from genarch.reports.extension_page import extension_page
from genarch.reports.map.record import map_report
from genarch.reports.map.svg import as_svg
from genarch.reports.rule_page import facts_page, rule_page
from genarch.table import rules as entry_values
from genarch.table.decision_map import decision_map
from genarch.table.rules import RuleTable

ROOT = Path(__file__).resolve().parent.parent


def compiled_module(table: RuleTable, files: list[str]) -> str:
    """A Python module that holds a validated table as values."""
    lines = [
        f'"""The table `{table.header.id}`, validated. Made by `make generate` from rules/; do not edit."""',
        "",
        "from genarch.table.conditions import All, Any, Not, Predicate",
        f"from genarch.table.rules import {', '.join(names())}",
        "from genarch.table.rules import RuleTable",
        "",
        f"FILES = {tuple(Path(file).name for file in files)!r}",
        "TABLE = RuleTable(",
    ]
    for part in (name for name in RuleTable.__slots__ if not name.startswith("_")):
        value = getattr(table, part)
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            entries = "".join(f"\n        {literal(entry)}," for entry in value)
            lines.append(f"    {part}=({entries}{chr(10) + '    ' if entries else ''}),")
        else:
            lines.append(f"    {part}={literal(value)},")
    return "\n".join([*lines, ")", ""])


def gpus_module(catalogue: Catalogue) -> str:
    """The names of the hardware that a spec may state, and the devices that they are."""
    hardware = catalogue.hardware.values()
    devices = "".join(f"    {literal(entry.id)}: {literal(entry.devices)},\n" for entry in hardware)
    aliases = "".join(f"    {literal(alias)}: {literal(entry.id)},\n" for entry in hardware for alias in entry.aliases)
    return (
        '"""The hardware that a spec may name. Made by `make generate` from rules/evidence; do not edit."""\n\n'
        "from __future__ import annotations\n\nfrom collections.abc import Mapping\n\n"
        f"GPU_DEVICES: Mapping[str, tuple[str, ...]] = {{\n{devices}}}\n"
        '"""Id to what `device` may say of it; the first is what it implies."""\n\n'
        f"GPU_ALIASES: Mapping[str, str] = {{\n{aliases}}}\n"
        '"""Other names, each with the id that it stands for."""\n'
    ).replace("'", '"')


def literal(value: object) -> str:
    """A value as Python source; like repr, but with the members of a set always in one order."""
    match value:
        case frozenset():
            return f"frozenset({{{', '.join(map(repr, sorted(value)))}}})" if value else "frozenset()"
        case dict():
            return f"{{{', '.join(f'{key!r}: {literal(item)}' for key, item in value.items())}}}"
        case tuple() if isinstance(fields := getattr(value, "_fields", None), tuple):
            stated = ", ".join(f"{name}={literal(item)}" for name, item in zip(fields, value, strict=True))
            return f"{type(value).__name__}({stated})"
        case tuple():
            return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def names() -> list[str]:
    """The value types that a table's representation may name."""
    return [
        name
        for name, value in vars(entry_values).items()
        if isinstance(value, type) and value.__module__ == entry_values.__name__
    ]


def generated() -> dict[Path, str]:
    """Every generated file with its content."""
    files: dict[Path, str] = {}
    for table_id, path in bundled_tables().items():
        table = read_table(path)
        module = ROOT / "src/genarch/files/compiled" / f"{table_id.replace('-', '_')}.py"
        files[module] = compiled_module(table, files_of(path))
        files[ROOT / "docs/rules" / f"{table_id}.md"] = rule_page(table)
        files[ROOT / "docs/facts" / f"{table_id}.md"] = facts_page(table)
    files[ROOT / "docs/field.md"] = extension_page(load_rules("article"), load_rules("field"))
    catalogue = read_fitted(evidence_folder())
    files[ROOT / "src/genarch/files/compiled/evidence.json"] = as_json(catalogue)
    files[ROOT / "src/genarch/table/gpus.py"] = gpus_module(catalogue)
    files[ROOT / "docs/claims.md"] = claims_page(catalogue, read_table(bundled_tables()["article"]))
    files[ROOT / "docs/checks.md"] = table_check_page(TABLE_CHECKS.values())
    files[ROOT / "docs/document-checks.md"] = document_check_page(DOCUMENT_CHECKS.values())
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
