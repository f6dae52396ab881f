"""Every versioned format of genarch, by the name that `genarch schema` has for it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

FILES: Mapping[str, str] = {
    "spec": "genarch.table.spec:Spec",
    "rules": "genarch.files.table_file:TableForm",
    "cases": "genarch.table.backtest:Cases",
    "settings": "genarch.documents.settings:ProjectSettings",
    "baseline": "genarch.documents.settings:Baseline",
}
"""What people write: the module and name of each declaration."""

OUTPUTS: Mapping[str, str] = {
    "report": "genarch.reports.evaluation:Report",
    "findings": "genarch.reports.findings:LintReport",
    "check": "genarch.reports.findings:CheckReport",
    "cost": "genarch.reports.cost:CostReport",
    "backtest": "genarch.reports.backtest:BacktestReport",
    "diff": "genarch.reports.comparison:ComparisonReport",
    "map": "genarch.reports.decision_map:MapReport",
}
"""What genarch writes as JSON, likewise."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a format."""
    from pydantic import BaseModel

    from genarch.files import schemas

    module, attribute = {**FILES, **OUTPUTS}[name].split(":")
    declaration = getattr(import_module(module), attribute)
    if isinstance(declaration, type) and issubclass(declaration, BaseModel):  # until it is a declaration, too
        mode = "serialization" if name in OUTPUTS else "validation"
        return schemas.draft_07(declaration.model_json_schema(mode=mode))  # type: ignore[arg-type]
    return schemas.schema_of(declaration, "file" if name in FILES else "output")
