"""The evidence catalogue's files: what is refused and where, and that the shipped ones carry every flag."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from genarch import InputError, parse_spec, validate_spec
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.estimates import calibrate
from genarch.files import bundled as load
from genarch.files.bundled import CATALOGUE_FILES, evidence_folder, load_catalogue
from genarch.files.catalogue_reader import read_fitted
from genarch.table.constraints import BY_NAME, gpu_names


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue(**read_fitted(evidence_folder())._asdict())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "evidence"
    shutil.copytree(evidence_folder(), copy)
    return copy


def test_nothing_is_lost(shipped: Catalogue) -> None:
    """The counts of the compilation that the rows come from; hardware and prices are added without rows."""
    rows = shipped.measurements.values()
    assert len(rows) == 313
    assert Counter(shipped.models[row.model].family for row in rows) == {"gan": 67, "diffusion": 121, "hybrid": 125}
    assert Counter(row.verified for row in rows) == {True: 301, False: 12}
    assert Counter(row.trust for row in rows) == {"high": 205, "medium": 79, "low": 29}
    assert Counter(row.via for row in rows) == {"primary": 223, "secondary": 78, "memory": 11, "derived": 1}
    assert Counter(row.usable_for_calibration for row in rows) == {True: 209, False: 104}
    measures = Counter(row.measure for row in rows)
    assert (measures["e2e"], measures["batch_throughput"], measures["e2e_pipelined_throughput"]) == (108, 20, 5)
    assert Counter(name for row in rows for name in row.unverified_fields)["licence"] == 116
    assert len(shipped.hardware) >= 53
    assert Counter(part for entry in shipped.hardware.values() for part in entry.verified)["fp16_dense_tflops"] >= 18
    assert (len(shipped.sources), len(shipped.models), len(shipped.claims)) == (120, 115, 39)
    assert len(shipped.prices) >= 21
    assert sum(not price.verified for price in shipped.prices) >= 3


def test_the_catalogue_that_is_kept_is_what_the_files_hold(shipped: Catalogue) -> None:
    load_catalogue()
    kept = load_catalogue.__wrapped__()
    assert (kept.head, kept.parts, kept.digest) == (shipped.head, shipped.parts, shipped.digest)
    assert kept.calibration == calibrate(shipped)


def test_a_changed_file_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = folder / "claims.yaml"
    claims.write_text(claims.read_text() + "# changed\n")
    monkeypatch.setattr(load, "evidence_folder", lambda: str(folder))
    changed = load.load_catalogue.__wrapped__()
    assert changed.digest != load_catalogue().digest
    assert changed.calibration == load_catalogue().calibration


def test_the_names_that_a_spec_may_state_are_those_of_the_hardware(shipped: Catalogue) -> None:
    assert {entry.id: entry.devices for entry in shipped.hardware.values()} == gpu_names().devices
    assert {alias: entry.id for entry in shipped.hardware.values() for alias in entry.aliases} == gpu_names().aliases
    assert BY_NAME["gpu"].values == tuple(shipped.hardware)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("measurements", "model: sd-turbo\n", "model: sd-turboo\n", "measurements.yaml:{line}:10: measurements[{row}].model: 'sd-turboo' is no model of the catalogue; did you mean 'sd-turbo'?"),
        ("measurements", "  hardware: rtx-4090\n", "  hardware: rtx-4091\n", ".hardware: 'rtx-4091' is no hardware of the catalogue; did you mean 'rtx-4090'?"),
        ("measurements", "  trust: high\n", "  trust: hihg\n", ".trust: must be one of: high, medium or low"),
        ("measurements", "  verified: true\n", "  verified: yes\n", ".verified: "),
        ("measurements", "latency_ms: 11.897", "latency_ms: 0", ".latency_ms: "),
        ("measurements", "latency_ms: 11.897", 'latency_ms: "11.897"', ".latency_ms: "),
        ("measurements", "  latency_ms: 11.897\n", "", ".usable_for_calibration: needs latency_ms, hardware and resolution; state them, or write false"),
        ("measurements", "resolution: 256x256", "resolution: 256", ".resolution: "),
        ("measurements", "  batch: 1\n", "  bach: 1\n", "'bach' is not a key here; did you mean 'batch'?"),
        ("measurements", "unverified_fields: [params_m, licence, precision]", "unverified_fields: [params, licence, precision]", ".unverified_fields: 'params' is no field of the catalogue; did you mean"),
        ("measurements", "- id: sg2-rosinality-512-3090", "- id: sg2-rosinality-256-3090", ".id: 'sg2-rosinality-256-3090' is a duplicate; ids are used once"),
        ("measurements", "- id: sg2-rosinality-512-3090", "- id: SG2", "'SG2' is not an id; write small letters and digits, joined by '-' or '.'"),
        ("measurements", "  source: fltk-testbed-all\n", "", ".source: is missing; the format needs it"),
        ("models", "passes: stylegan2}", "passes: stylegan4}", ".work.passes: 'stylegan4' is no component of the catalogue; did you mean 'stylegan2'?"),
        ("models", "commercial_use: conditional, condition: ", "commercial_use: allowed, condition: ", ".licence: 'condition' says what a conditional licence asks for"),
        ("models", "fits: [sd-1.5", "fits: [sd-1.6", ".fits: 'sd-1.6' is no model of the catalogue; did you mean"),
        ("hardware", "aliases: [tesla-t4, g4dn]", "aliases: [tesla-t4, l4]", "hardware[t4].aliases: 'l4' names other hardware too; keep one"),
        ("hardware", "aliases: [tesla-t4, g4dn]", "aliases: [tesla-t4, g6]", "hardware[l4].aliases: 'g6' names other hardware too; keep one"),
        ("hardware", "verified: [fp16_dense_tflops, mem_bandwidth_gbs]", "verified: [fp32_tflops]", ".verified: 'fp32_tflops' has no figure; state it"),
        ("compute", "  - resolution: 512x512\n    gmac: 339", "  - gmac: 339", "needs either a resolution or tokens; state one"),
        ("compute", "rows: [t2i-adapter-sdxl-params]", "rows: [t2i-adapter]", ".rows: 't2i-adapter' is no measurement of the catalogue"),
        ("prices", "  low: 0.8\n", "  low: 8.0\n", ".low: is above 'high'; exchange the two"),
        ("prices", "date: 2026-05", "date: May 2026", "'May 2026' is not a month; write it as 2026-05"),
        ("claims", "verdict: supported", "verdict: true", ".verdict: must be one of: "),
        ("claims", "rows: [sdxs-512-m3ultra", "rows: [sdxs-512-m4ultra", ".rows: 'sdxs-512-m4ultra' is no measurement of the catalogue; did you mean 'sdxs-512-m3ultra'?"),
        ("catalogue", "format: 1", "format: 2", "format: '2' is not a format version that this genarch reads; write 1"),
        ("sources", "  url: https://arxiv", "  url: arxiv", ".url: 'arxiv.org"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(folder: Path, file: str, old: str, new: str, said: str) -> None:
    path = folder / f"{file}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_fitted(str(folder))
    if "{line}" in said:
        line = text[: text.index(old)].count("\n") + 1
        row = text[: text.index(old)].rsplit("- id: ", 1)[1].split("\n")[0]
        said = said.format(line=line, row=row)
    assert said in str(caught.value)
    first = caught.value.problems[0]
    assert first.path == str(path)
    assert first.line is not None


def test_every_mistake_of_meaning_comes_at_once(folder: Path) -> None:
    for file, old, new in (("models", "passes: stylegan2}", "passes: x}"), ("prices", "hardware: t4", "hardware: t5")):
        path = folder / f"{file}.yaml"
        path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_fitted(str(folder))
    assert [Path(problem.path).name for problem in caught.value.problems] == ["models.yaml", "prices.yaml"]


@pytest.mark.parametrize("name", CATALOGUE_FILES)
def test_a_file_that_is_missing_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name}: no such file"):
        read_fitted(str(folder))


def test_the_catalogue_is_loaded_only_where_a_spec_needs_it() -> None:
    code = (
        "import sys; from genarch import parse_spec\n"
        "parse_spec('version: 1\\nconstraints: {gpu: a100, images_per_day: 5}')\n"
        "assert not any(name.startswith('genarch.evidence') for name in sys.modules)\n"
        "parse_spec('version: 1\\nmodel: sd-turbo')\n"
        "assert 'genarch.files.bundled' in sys.modules and 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_spec_names_a_model_of_the_catalogue() -> None:
    assert parse_spec("version: 1\nmodel: sd-turbo\n").model == "sd-turbo"
    assert validate_spec({"version": 1, "model": "sd-turbo"}).model == "sd-turbo"
    assert parse_spec("version: 1\nmodel: unknown\n").model is None
    with pytest.raises(InputError, match=r"2:8: model: 'sd-turboo' is no model.*did you mean 'sd-turbo'\?"):
        parse_spec("version: 1\nmodel: sd-turboo\n")
    with pytest.raises(InputError, match="is no model of the evidence catalogue"):
        validate_spec({"version": 1, "model": "sd-turboo"})


@pytest.mark.parametrize(("text", "gpu"), [("rtx-4090", "rtx-4090"), ("a100", "a100-80gb-sxm"), ("4090", "rtx-4090")])
def test_hardware_by_its_id_or_another_name(text: str, gpu: str) -> None:
    assert parse_spec(f"version: 1\nconstraints: {{gpu: {text}}}\n").constraints["gpu"] == gpu
    assert validate_spec({"version": 1, "constraints": {"gpu": text}}).constraints["gpu"] == gpu


def test_hardware_that_is_not_known_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"constraints.gpu: 'rtx4090' is not a choice here; did you mean 'rtx-4090'\?"):
        parse_spec("version: 1\nconstraints: {gpu: rtx4090}\n")
    with pytest.raises(InputError, match="write one of the names that 'genarch hardware list' has"):
        parse_spec("version: 1\nconstraints: {gpu: abacus}\n")
