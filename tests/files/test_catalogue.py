"""The evidence catalogue's files: what is refused and where, and that the shipped ones carry every flag."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from genarch import InputError, evaluate, load_rules, parse_spec, validate_spec
from genarch.engine.constraints import BY_NAME, gpu_key, gpu_names
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.fit import calibrate
from genarch.files import bundled as load
from genarch.files import records, yaml_text
from genarch.files.bundled import CATALOGUE_FILES, evidence_folder, load_catalogue
from genarch.files.catalogue_reader import read_fitted
from genarch.files.yaml_text import Document, Node


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue(**read_fitted(evidence_folder())._asdict())


@cache
def parsed(text: str) -> Node | None:
    return yaml_text.parse(Document(text, ""), max_events=records.MAX_EVENTS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files; those that a test leaves as they are need not be parsed again."""
    copy = tmp_path / "evidence"
    shutil.copytree(evidence_folder(), copy)
    shipped = {path.read_text() for path in copy.glob("*.yaml")}

    def parse(document: Document, *, max_events: int) -> Node | None:
        same = document.text in shipped
        return parsed(document.text) if same else yaml_text.parse(document, max_events=max_events)

    monkeypatch.setattr(records, "parse", parse)
    return copy


def test_nothing_is_lost(shipped: Catalogue) -> None:
    """The counts of the compilations that the rows come from: 313 rows, 103 of 2025 and 2026, and 10 of upscaling."""
    rows = shipped.measurements.values()
    assert len(rows) == 313 + 103 + 10
    families = {"gan": 67 + 5 + 4, "diffusion": 121 + 54 + 6, "hybrid": 125 + 44}
    assert Counter(shipped.models[row.model].family for row in rows) == families
    assert Counter(row.verified for row in rows) == {True: 301 + 103 + 10, False: 12}
    assert Counter(row.trust for row in rows) == {"high": 205 + 15 + 4, "medium": 79 + 80 + 6, "low": 29 + 8}
    vias = {"primary": 223 + 95 + 10, "secondary": 78 + 8, "memory": 11, "derived": 1}
    assert Counter(row.via for row in rows) == vias
    # Of the new rows 80 were usable; 4 of them have no size, and 2 are of a run that another model's row has too.
    assert Counter(row.usable_for_calibration for row in rows) == {True: 209 + 74 + 4, False: 104 + 29 + 6}
    measures = Counter(row.measure for row in rows)
    counted = measures["e2e"], measures["batch_throughput"], measures["e2e_pipelined_throughput"], measures["clip"]
    assert counted == (108 + 77 + 6, 20 + 3, 5 + 9, 3)
    assert len(shipped.hardware) >= 53
    assert Counter(part for entry in shipped.hardware.values() for part in entry.verified)["fp16_dense_tflops"] >= 18
    assert (len(shipped.sources), len(shipped.models), len(shipped.claims)) == (390, 215, 39)
    assert len(shipped.parts.rejected) == 11
    assert len(shipped.prices) >= 21
    assert sum(not price.verified for price in shipped.prices) >= 3


def test_licences_are_of_code_and_of_weights(shipped: Catalogue) -> None:
    licences = {model.id: model.licence for model in shipped.models.values() if model.licence}
    assert Counter(licence.via for licence in licences.values())["primary"] >= 77 + 64
    apart = licences["sana-0.6b"]
    assert (apart.code and apart.code.commercial_use, apart.commercial_use) == ("allowed", "forbidden")
    assert licences["spade"].terms == "CC BY-NC-SA 4.0"
    assert licences["hyper-sdxl"].commercial_use == "conditional"
    assert licences["hunyuanimage-2.1"].excluded_regions == ("eu", "gb", "kr")
    assert not any(shipped.models[name].weights_released for name in ("gat", "sdxs-1024", "snapfusion", "stylegan-t"))
    assert all("odegeasslbc" not in (source.url or "") + source.title for source in shipped.sources.values())


def test_a_licence_comes_to_the_stricter_of_code_and_weights(shipped: Catalogue) -> None:
    order = ("allowed", "conditional", "unknown", "forbidden")
    for model in shipped.models.values():
        parts = [part for part in (model.licence.code, model.licence.weights) if part] if model.licence else []
        strictest = max((order.index(part.commercial_use) for part in parts), default=order.index("unknown"))
        assert model.commercial_use == order[strictest], model.id


def test_a_newer_device_of_a_line_has_what_an_older_one_was_measured_to_do(shipped: Catalogue) -> None:
    def covered(name: str) -> frozenset[str]:
        return shipped.covered_by(shipped.gpu(name))

    assert {"iphone-12", "iphone-12-pro", "iphone-14", "iphone-16-pro"} < covered("iphone-17-pro")
    assert "iphone-16-pro" not in covered("iphone-14")
    assert "snapdragon-8-gen-3" in covered("snapdragon-8-elite-gen-5")
    assert covered("snapdragon-8-elite").isdisjoint(covered("iphone-17-pro"))
    assert "t4" in covered("l4")
    assert "l4" not in covered("t4")
    assert {"h100-sxm", "h100-pcie", "a100-80gb-sxm"} < covered("gh200")
    assert all(name in shipped.covered_by(entry) for name, entry in shipped.hardware.items())


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
    assert [gpu_names().meaning(gpu) for gpu in ("l4", "a100-80gb-sxm", "cpu-i7-12700")] == [
        "NVIDIA L4, 24 GB",
        "NVIDIA A100 80GB SXM",
        "Intel Core i7-12700 (8P+4E, AVX2)",
    ]
    assert BY_NAME["gpu"].values == tuple(shipped.hardware)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("measurements", "model: sd-turbo\n", "model: sd-turboo\n", "measurements.yaml:{line}:10: measurements[{row}].model: 'sd-turboo' is not among the models of the catalogue; did you mean 'sd-turbo'?"),
        ("measurements", "  hardware: rtx-4090\n", "  hardware: rtx-4091\n", ".hardware: 'rtx-4091' is not among the hardware of the catalogue; did you mean 'rtx-4090'?"),
        ("measurements", "  trust: high\n", "  trust: hihg\n", ".trust: must be one of: high, medium or low"),
        ("measurements", "  verified: true\n", "  verified: yes\n", ".verified: "),
        ("measurements", "latency_ms: 11.897", "latency_ms: 0", ".latency_ms: "),
        ("measurements", "latency_ms: 11.897", 'latency_ms: "11.897"', ".latency_ms: "),
        ("measurements", "  latency_ms: 11.897\n", "", ".usable_for_calibration: needs latency_ms, hardware and resolution; state them, or write false"),
        ("measurements", "resolution: 256x256", "resolution: 256", ".resolution: "),
        ("measurements", "  batch: 1\n", "  bach: 1\n", "'bach' is not a key here; did you mean 'batch'?"),
        ("measurements", "unverified_fields: [params_m, precision]", "unverified_fields: [params, precision]", ".unverified_fields: 'params' is not a field of the catalogue; did you mean"),
        ("measurements", "- id: sg2-rosinality-512-3090", "- id: sg2-rosinality-256-3090", ".id: 'sg2-rosinality-256-3090' is a duplicate; ids are used once"),
        ("measurements", "- id: sg2-rosinality-512-3090", "- id: SG2", "'SG2' is not an id; write small letters and digits, joined by '-' or '.'"),
        ("measurements", "  source: fltk-testbed-all\n", "", ".source: is missing; the format needs it"),
        ("models", "passes: stylegan2}", "passes: stylegan4}", ".work.passes: 'stylegan4' is not among the components of the catalogue; did you mean 'stylegan2'?"),
        ("models", "commercial_use: conditional, condition: ", "commercial_use: allowed, condition: ", ".licence.code: 'condition' says what a conditional licence asks for"),
        ("models", "    source: rosinality-stylegan2-pytorch-license-files-and-readme\n", "", ".licence.via: says that the terms were read, but not where; add 'source'"),
        ("models", "source: rosinality-stylegan2-pytorch-license-files-and-readme", "source: rosinality", ".licence.source: 'rosinality' is not among the sources of the catalogue"),
        ("models", "fits: [sd-1.5", "fits: [sd-1.6", ".fits: 'sd-1.6' is not among the models of the catalogue; did you mean"),
        ("hardware", "aliases: [tesla-t4, g4dn]", "aliases: [tesla-t4, l4]", "hardware[t4].aliases: 'l4' names other hardware too; keep one"),
        ("hardware", "aliases: [tesla-t4, g4dn]", "aliases: [tesla-t4, g6]", "hardware[l4].aliases: 'g6' names other hardware too; keep one"),
        ("hardware", "aliases: [tesla-t4, g4dn]", "aliases: [Tesla-T4]", "hardware[t4].aliases[0]: 'Tesla-T4' is not an id"),
        ("hardware", "aliases: [tesla-t4, g4dn]", "aliases: [tesla-t4, rtx4090]", "hardware[t4].aliases: 'rtx4090' names other hardware too; keep one"),
        ("hardware", "figures: [fp16_dense_tflops]", "figures: [fp32_tflops]", ".readings[0].figures: 'fp32_tflops' has no figure; state it"),
        ("hardware", "source: lightning-throughput-table", "source: lightning", ".readings[0].source: 'lightning' is not a source of the catalogue"),
        ("hardware", "succeeds: [t4]", "succeeds: [rtx-2060]", "hardware[l4].succeeds: 'rtx-2060' is of another line or platform, or has a higher peak"),
        ("hardware", "succeeds: [t4]", "succeeds: [h200]", "hardware[l4].succeeds: 'h200' is of another line or platform, or has a higher peak"),
        ("hardware", "mem_variants_gb: [16, 32]", "mem_variants_gb: [8, 16]", ".mem_variants_gb: does not contain mem_gb; add it"),
        ("compute", "  - resolution: 512x512\n    gmac: 339", "  - gmac: 339", "needs either a resolution or tokens; state one"),
        ("compute", "rows: [t2i-adapter-sdxl-params]", "rows: [t2i-adapter]", ".rows: 't2i-adapter' is not among the measurements of the catalogue"),
        ("prices", "  low: 0.8\n", "  low: 8.0\n", ".low: is above 'high'; swap the two"),
        ("prices", "date: 2026-05", "date: May 2026", "'May 2026' is not a month; write it as 2026-05"),
        ("claims", "verdict: supported", "verdict: true", ".verdict: must be one of: "),
        ("claims", "rows: [sdxs-512-m3ultra", "rows: [sdxs-512-m4ultra", ".rows: 'sdxs-512-m4ultra' is not among the measurements of the catalogue; did you mean 'sdxs-512-m3ultra'?"),
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
    with pytest.raises(InputError, match=r"2:8: model: 'sd-turboo' is not a model.*did you mean 'sd-turbo'\?"):
        parse_spec("version: 1\nmodel: sd-turboo\n")
    with pytest.raises(InputError, match="is not a model of the evidence catalogue"):
        validate_spec({"version": 1, "model": "sd-turboo"})


@pytest.mark.parametrize(
    ("text", "gpu"),
    [
        ("rtx-4090", "rtx-4090"),
        ("a100", "a100-80gb-sxm"),
        ("4090", "rtx-4090"),
        ("RTX 4090", "rtx-4090"),
        ("rtx4090", "rtx-4090"),
        ("NVIDIA GeForce RTX 4090", "rtx-4090"),
        ("L4", "l4"),
        ("RX 7800 XT", "rx-7800-xt"),
        ("rtx 3060 Ti", "rtx-3060ti"),
        ("Jetson Orin NX", "jetson-orin-nx-16gb"),
        ("RX 6800", "rx-6800"),
        ("Apple M3 Pro", "apple-m3-pro"),
        ("Ryzen AI Max+ 395", "amd-strix-halo-igpu"),
        ("RTX 4090 24 GB", "rtx-4090"),
        ("L4 24GB", "l4"),
        ("Intel Arc B580", "arc-b580"),
        ("Jetson Thor", "jetson-t5000"),
        ("Jetson AGX Orin 64GB", "jetson-agx-orin"),
        ("Jetson AGX Orin 32GB", "jetson-agx-orin-32gb"),
        # As nvidia-smi has them.
        ("NVIDIA A100-SXM4-80GB", "a100-80gb-sxm"),
        ("NVIDIA H100 80GB HBM3", "h100-sxm"),
        ("Tesla V100-SXM2-16GB", "v100-sxm"),
        ("NVIDIA RTX 6000 Ada Generation", "rtx-6000-ada"),
        ("NVIDIA GeForce RTX 4070 Laptop GPU", "rtx-4070-laptop"),
    ],
)
def test_hardware_by_its_id_or_another_name(text: str, gpu: str) -> None:
    assert parse_spec(f"version: 1\nconstraints: {{gpu: {text}}}\n").constraints["gpu"] == gpu
    assert validate_spec({"version": 1, "constraints": {"gpu": text}}).constraints["gpu"] == gpu


def test_models_are_named_whatever_the_case_spaces_and_hyphens(shipped: Catalogue) -> None:
    named = ("SDXL-Lightning", "SDXL Turbo", "FLUX.1 dev", "sdxl")
    assert [shipped.model(name).id for name in named] == ["sdxl-lightning", "sdxl-turbo", "flux.1-dev", "sdxl"]
    assert len({gpu_key(name) for name in shipped.models}) == len(shipped.models)  # no two are one


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("{gpu: RX 5700, device: consumer_gpu}", "has no gpu RX 5700; did you mean 'rx-7600'? No measurement or estimate applies to it; the rules use device, consumer_gpu."),
        ("{gpu: rtx-4091}", "has no gpu rtx-4091; did you mean 'rtx-4090'? No measurement or estimate applies to it; state device, which rules read."),
        ("{gpu: abacus}", "has no gpu abacus. No measurement"),
    ],
)  # fmt: skip
def test_hardware_that_is_not_listed_is_a_warning_with_the_nearest_of_its_series(stated: str, said: str) -> None:
    notices = evaluate(parse_spec(f"version: 1\nconstraints: {stated}\n"), load_rules()).notices
    (notice,) = [notice for notice in notices if notice.id == "gpu-not-listed"]
    assert notice.level == "warning"
    assert notice.message.removeprefix("The evidence catalogue ").startswith(said)


def test_what_is_no_name_of_hardware_is_refused() -> None:
    with pytest.raises(InputError, match="write one of the names that 'genarch hardware list' has"):
        parse_spec("version: 1\nconstraints: {gpu: 'no'}\n")


def test_what_fills_in_a_part_of_an_image_is_steered_by_a_mask(shipped: Catalogue) -> None:
    filling = [entry.id for entry in shipped.models.values() if "inpainting" in shipped.tasks_of(entry.id)]
    assert filling
    assert [name for name in filling if "mask" not in shipped.conditioning_of(name)] == []
