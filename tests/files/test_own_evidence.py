"""The file of a team's own measurements: what is added to it, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from genarch import InputError, load_catalogue
from genarch.files.catalogue_reader import add_evidence, check_target, free_id, slug, with_own
from genarch.files.io import alone

ROW: dict[str, Any] = {
    "id": "mine",
    "here": True,
    "date": "2026-11-29",
    "model": "sd-turbo",
    "tasks": ["text_to_image"],
    "conditioning": ["text"],
    "hardware": "l4",
    "resolution": "512x512",
    "latency_ms": 41.25,
    "percentile": "p95",
    "percentiles": [{"name": "p95", "ms": 41.25, "low_ms": 40.0, "high_ms": 43.0}],
    "measure": "e2e",
    "source": "own",
    "where": 'command: run "it" #1\n\u2028: é',
    "via": "primary",
    "verified": True,
    "trust": "high",
    "usable_for_calibration": False,
}
MODEL: dict[str, Any] = {
    "id": "own-net",
    "title": "true",
    "family": "gan",
    "architecture": "gan",
    "licence": {"weights": {"terms": "Own", "commercial_use": "allowed"}, "via": "primary", "source": "own"},
}
CARD: dict[str, Any] = {
    "id": "cpu-x-8", "name": "X, 8 cores", "devices": ["cpu"], "platform": "cpu", "efficiency_class": "cpu",
}  # fmt: skip


def test_what_is_added_is_read_as_it_was(tmp_path: Path) -> None:
    path = str(tmp_path / "genarch-evidence.yaml")
    own = {**ROW, "id": "other", "model": "own-net", "hardware": "cpu-x-8"}
    add_evidence(path, {"models": None, "hardware": None, "measurements": ROW})
    add_evidence(path, {"models": MODEL, "hardware": CARD, "measurements": own})
    known = with_own(load_catalogue(), [path])
    assert [row.id for row in known.own] == ["mine", "other"]
    row = known.measurements["mine"]
    assert (row.latency_ms, row.percentile, row.percentiles[0].low_ms) == (41.25, "p95", 40.0)
    assert row.where == 'command: run "it" #1  : é'
    assert known.models["own-net"].commercial_use == "allowed"
    assert known.models["own-net"].title == "true"
    assert known.measured_here("sd-turbo", ("l4",), 512) is row
    assert known.digest != load_catalogue().digest
    assert load_catalogue().own == []
    assert check_target(str(tmp_path / "none.yaml"), known) is known


def test_files_that_name_the_same_things_go_together(tmp_path: Path) -> None:
    one, other = str(tmp_path / "one.yaml"), str(tmp_path / "other.yaml")
    own = {**ROW, "model": "own-net", "hardware": "cpu-x-8"}
    add_evidence(one, {"models": MODEL, "hardware": CARD, "measurements": own})
    add_evidence(other, {"models": MODEL, "hardware": CARD, "measurements": {**own, "id": "other"}})
    known = with_own(load_catalogue(), [one, other, one])
    assert [row.id for row in known.own] == ["mine", "other"]
    assert len(known.models) == len(load_catalogue().models) + 1
    add_evidence(other, {"models": None, "hardware": None, "measurements": {**own, "latency_ms": 50.0}})
    with pytest.raises(InputError, match="'mine' is another entry in the catalogue or another file; change the id"):
        with_own(load_catalogue(), [one, other])


@pytest.mark.parametrize(
    "text",
    [
        "format: 1\nmeasurements: [] # none yet\nsources:\n- {id: own, title: Us}\n",
        "format: 1\r\nsources:\r\n  # ours\r\n  - id: own\r\n    title: Us\r\n# the end",
        "sources:\n- {id: own, title: Us}\nmeasurements:\n\n# old\nformat: 1",
    ],
)
def test_what_stands_in_the_file_stays(text: str, tmp_path: Path) -> None:
    path = tmp_path / "genarch-evidence.yaml"
    path.write_bytes(text.encode())
    for number in range(2):
        add_evidence(str(path), {"measurements": {**ROW, "id": f"r{number}"}, "hardware": None if number else CARD})
    after = path.read_bytes().decode()
    assert [row.id for row in with_own(load_catalogue(), [str(path)]).own] == ["r0", "r1"]
    left = after.splitlines()
    for line in text.replace("[]", "").splitlines():
        assert line in left
    assert ("\r\n" in text) == ("\r\n" in after)
    assert after.count("\n") == after.count("\r\n") or "\r" not in after


def test_a_file_without_the_source_of_what_is_added_gets_it_and_runs_at_a_time_add_in_turn(tmp_path: Path) -> None:
    path = str(tmp_path / "genarch-evidence.yaml")
    Path(path).write_text("format: 1\n")

    def add(_: int) -> None:
        with alone(path):
            name = free_id("mine", check_target(path, load_catalogue()).measurements)
            add_evidence(path, {"measurements": {**ROW, "id": name}})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    assert [row.id for row in with_own(load_catalogue(), [path]).own] == ["mine", "mine-2", "mine-3", "mine-4"]
    with pytest.raises(InputError, match="there is no folder of that name"), alone(str(tmp_path / "no/e.yaml")):
        pass


def test_a_file_that_takes_no_entry_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "genarch-evidence.yaml"
    path.write_text("{format: 1, sources: [{id: own, title: Us}]}\n")
    with pytest.raises(InputError, match="is laid out so that nothing can be added"):
        add_evidence(str(path), {"measurements": ROW})
    assert path.read_text() == "{format: 1, sources: [{id: own, title: Us}]}\n"


def test_problems_of_own_evidence_have_their_places(tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    rows = "".join(
        f"- {{id: {name}, model: {model}, tasks: [text_to_image], conditioning: [text], hardware: l4, measure: e2e, "
        f"source: own, via: primary, verified: true, trust: high, usable_for_calibration: false{more}}}\n"
        for name, model, more in (
            ("a", "sd-turbo", ", here: true, latency_ms: 5"),
            ("sg2-rosinality-256-3090", "sd-turbo", ""),
            ("c", "sd-turbos", ""),
        )
    )
    path.write_text(f"format: 1\nsources: [{{id: own, title: Us}}]\nmeasurements:\n{rows}")
    other = tmp_path / "f.yaml"
    add_evidence(str(other), {"models": {**MODEL, "id": "net"}})
    with pytest.raises(InputError, match=r"models\[net\].id: must begin with 'own-'"):
        with_own(load_catalogue(), [str(other)])
    with pytest.raises(InputError) as caught:
        with_own(load_catalogue(), [str(path), str(tmp_path / "gone.yaml")])
    assert [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems] == [
        "e.yaml:4:195: measurements[a].here: needs 'date' and 'latency_ms'; state them, or remove 'here'",
        "e.yaml:5:8: measurements[sg2-rosinality-256-3090].id: 'sg2-rosinality-256-3090' is another entry in the catalogue or another file; change the id",
        "e.yaml:6:18: measurements[c].model: 'sd-turbos' is not among the models of the catalogue or of this file; did you mean 'sd-turbo'?",
        "gone.yaml: no such file",
    ]  # fmt: skip


def test_ids_are_those_of_the_catalogue() -> None:
    assert slug("Live Face_filter!") == "live-face-filter"
    assert slug("...") == "unnamed"
    assert free_id("a", ["a", "a-2", "b"]) == "a-3"
    assert free_id("a", []) == "a"
