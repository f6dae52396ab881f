"""Hatchling's hook: a wheel brings along what genarch keeps of its tables and catalogue, for places that are read-only.

The package is laid out as it will be installed and used once, so that it keeps what any genarch keeps.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

USE_ALL = """
from genarch.files.bundled import bundled_cases, load_catalogue, load_gpu_names
from genarch.files.bundled import bundled_tables, load_questionnaire, load_rules, load_weights
for table in bundled_tables():
    load_rules(table)
load_catalogue()
load_gpu_names()
bundled_cases()
load_weights()
load_questionnaire()
"""


class WheelCache(BuildHookInterface[Any]):
    """Puts the rules and what is kept of them into a wheel; an editable install keeps its own on first use."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Use the package once, and include the rules as they are then."""
        if version == "editable":
            return
        self.folder = tempfile.mkdtemp()
        package = Path(self.folder, "genarch")
        ignored = shutil.ignore_patterns(".cache", "__pycache__")
        shutil.copytree(Path(self.root, "src/genarch"), package, ignore=ignored)
        shutil.copytree(Path(self.root, "rules"), package / "rules", ignore=ignored)
        path = os.pathsep.join([self.folder, *filter(None, [os.environ.get("PYTHONPATH")])])
        subprocess.run([sys.executable, "-c", USE_ALL], check=True, env={**os.environ, "PYTHONPATH": path})
        build_data["force_include"][str(package / "rules")] = "genarch/rules"
        for spec in Path(self.root, "examples/specs").glob("*.genarch.yaml"):
            build_data["force_include"][str(spec)] = f"genarch/examples/specs/{spec.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the copy."""
        if version != "editable":
            shutil.rmtree(self.folder)
