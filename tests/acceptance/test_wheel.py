"""The wheel stands on its own: built, installed into a fresh environment, used far from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from genarch import load_rules


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=cwd, env=environment, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The wheel, built with the hatchling of this environment: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import os; os.chdir({str(root)!r}); from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    run(sys.executable, "-c", code, cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_has_the_tables_the_types_and_nothing_beside_the_package(wheel: Path, root: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "genarch/py.typed" in names
    for table in (root / "rules").glob("*.yaml"):
        assert f"genarch/rules/{table.name}" in names
    for part in (root / "rules/evidence").glob("*.yaml"):
        assert f"genarch/rules/evidence/{part.name}" in names
    for part in (root / "rules/cases").glob("*.yaml"):
        assert f"genarch/rules/cases/{part.name}" in names
    assert "genarch/rules/candidates/networks.json" in names
    for part in (root / "rules/checks").glob("*/*/*"):
        assert f"genarch/{part.relative_to(root)}" in names
    kept = {name for name in names if "/.cache/" in name}
    assert kept == {
        *(f"genarch/rules/.cache/{table.stem}.json" for table in (root / "rules").glob("*.yaml")),
        "genarch/rules/cases/.cache/cases.json",
        "genarch/rules/evidence/.cache/evidence.json",
        "genarch/rules/evidence/.cache/gpus.json",
        "genarch/rules/precedents/.cache/similarity.json",
        "genarch/rules/questionnaire/.cache/questionnaire.json",
    }
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"genarch"}


def test_an_installed_wheel_evaluates_a_spec(wheel: Path, root: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env")
    python = tmp_path / "env/bin/python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel, cwd=tmp_path)
    # The libraries it needs are those of this environment, so that no test depends on a registry.
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    spec = tmp_path / "spec.genarch.yaml"
    spec.write_text((root / "examples/specs/realtime-text-canvas.genarch.yaml").read_text())
    genarch = tmp_path / "env/bin/genarch"
    report = json.loads(run(genarch, "evaluate", spec.name, "--format", "json", cwd=tmp_path))[0]
    assert report["architecture"] == "few_step"
    where = "import genarch.files.cache as c; print(c.rules_folder())"
    assert run(python, "-c", where, cwd=tmp_path).strip() == str(site / "genarch/rules")
    quick = "import sys, genarch; genarch.load_rules(); genarch.load_catalogue(); assert 'pydantic' not in sys.modules"
    run(python, "-c", quick, cwd=tmp_path)
    assert run(genarch, "evaluate", spec.name, "--rules", site / "genarch/rules/article.yaml", cwd=tmp_path)
    assert "few_step" in run(genarch, "rules", "list", cwd=tmp_path)
    assert report["evidence"]["catalogue"]["id"] == "evidence"
    assert "rtx-4090" in run(genarch, "hardware", "list", cwd=tmp_path)
    once = ["--runs", "1", "--warmup", "0", "--gpu", "rtx-4090", "--evidence", "mine.yaml"]
    once += ["--set", "latency_budget_ms=unknown"]
    assert "Measured" in run(genarch, "measure", spec.name, *once, "--model", "sd-turbo", "--", "true", cwd=tmp_path)
    assert (tmp_path / "mine.yaml").exists()
    (tmp_path / "specs.csv").write_text("task,latency_budget_ms\ninpainting,\n,50ms\n")
    run(
        genarch, "evaluate", "--table", "specs.csv", "-o", "a.parquet", "--columns", "verdict,feasibility", cwd=tmp_path
    )
    again = ("rules", "diff", "article", "field", "--table", "specs.csv")
    assert "of 2 rows change from article@1.0.0" in run(genarch, *again, cwd=tmp_path)
    table = (
        "import genarch; print(genarch.table(evidence=False)({'task': ['inpainting']}).column('verdict').to_pylist())"
    )
    assert run(python, "-c", table, cwd=tmp_path) == "['diffusion']\n"
    assert (tmp_path / "a.parquet").read_bytes()[:4] == b"PAR1"
    (tmp_path / "a.md").write_text((root / "examples/docs/pass/0001-live-face-filter.md").read_text())
    judged = f"Judged by {load_rules('field').name}, no settings, no baseline.\n"
    told = f"1 file, 1 document, 1 decision: no findings\n{judged}"
    assert run(genarch, "check", "--no-config", "--today", "2026-11-24", "a.md", cwd=tmp_path) == told
