"""The fit finds what rows were made from, and errors are of sources left out whole."""

from __future__ import annotations

from math import isclose
from pathlib import Path
from statistics import median

import pytest

from catalogues import card, catalogue, model, row, work
from genarch.evidence.catalogue import Band, Catalogue, Share, StackFit
from genarch.evidence.entries import Source
from genarch.evidence.estimates import Regime
from genarch.evidence.fit import Error, Point, calibrate, fit, leave_one_source_out, points
from genarch.files.bundled import load_catalogue


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


COMPILED = Regime("compiled", "datacenter", "pipeline", full_load=False)
LOADED = COMPILED._replace(full_load=True)


def made(steps: int, work_ms: float, work: str, *, share: float, fixed: float, each: float) -> Point:
    """A row as the estimator's own formula has it; `work_ms` of a step at the full peak."""
    time = fixed + steps * each + steps * work_ms / share
    return Point(f"{work}-{steps}", work, COMPILED, 1, steps, steps * work_ms, time)


def test_the_fit_finds_the_times_and_the_share_that_rows_were_made_from() -> None:
    # Of steps of one size alone nothing tells the time of a pass from that of its work.
    sizes = ((1, 20.0), (4, 20.0), (20, 20.0), (1, 90.0), (8, 90.0), (50, 90.0))
    found = fit([made(steps, work_ms, "one", share=0.4, fixed=20, each=6) for steps, work_ms in sizes])
    assert found.stacks["compiled"] == StackFit(20, 6)
    assert isclose(found.shares["compiled/datacenter/pipeline"].share, 0.4)


def test_a_source_is_estimated_without_any_row_of_its_work() -> None:
    own = [made(steps, 3.0, "half", share=0.2, fixed=0, each=0) for steps in (1, 4, 20)]
    others = [made(steps, 3.0, "full", share=0.4, fixed=0, each=0) for steps in (1, 4, 20)]
    errors = leave_one_source_out([*own, *others])
    by_row = {error.point.row: error for error in errors}
    # Fitted to the other source alone, the share is 0.4: half the time that this one took.
    assert isclose(by_row["half-20"].ratio, 2.0)
    assert isclose(by_row["full-20"].ratio, 0.5)
    assert isclose(by_row["half-20"].factor, 2.0)
    assert isclose(by_row["full-20"].factor, 2.0)


@pytest.mark.parametrize(
    ("measured", "covered"), [(99.9, False), (100, True), (150, True), (200, True), (200.1, False)]
)
def test_a_band_holds_its_ends(measured: float, *, covered: bool) -> None:
    point = made(1, 3.0, "one", share=0.5, fixed=0, each=0)._replace(measured_ms=measured)
    assert Error(point, 100.0, Band(1.0, 2.0, 9)).covered == covered


def test_full_load_has_shares_by_kind_and_one_of_all() -> None:
    pipeline = made(4, 5.0, "one", share=0.5, fixed=0, each=0)._replace(regime=LOADED)
    network = made(4, 5.0, "two", share=0.25, fixed=0, each=0)._replace(regime=LOADED._replace(kind="network"))
    found = fit([pipeline, network])
    assert found.shares == {"pipeline": Share(0.5, 1), "network": Share(0.25, 1), "": Share(0.375, 2)}
    assert found.stacks == {"load": StackFit(0, 0)}


def test_a_band_is_of_the_group_where_that_has_eight_errors_and_of_all_requests_where_it_has_fewer() -> None:
    """Each work's own error is left out; so few show too little of their tails, and are widened by 1.3."""
    alike = [made(4, 3.0, f"work-{at}", share=0.4 + at / 100, fixed=0, each=0) for at in range(9)]
    others = [
        made(1, 9.0, f"other-{at}", share=0.1, fixed=0, each=0)._replace(regime=COMPILED._replace(kind="network"))
        for at in range(3)
    ]
    load = made(1, 9.0, "load", share=0.1, fixed=0, each=0)._replace(regime=LOADED)
    second = made(1, 9.0, "load-2", share=0.1, fixed=0, each=0)._replace(regime=LOADED)

    def band(given: list[Point], row: str) -> tuple[Band, list[float]]:
        errors = {error.point.row: error for error in leave_one_source_out(given)}
        return errors[row].band, sorted(
            error.ratio for name, error in errors.items() if name != row and "load" not in name
        )

    enough, ratios = band([*alike, *others, load, second], "work-4-4")
    assert enough.rows == 8
    assert ratios[0] / 1.3 <= enough.low < enough.high <= ratios[-1] * 1.3
    few, ratios = band([*alike[:8], *others, load, second], "work-4-4")
    assert few == Band(ratios[0] / 1.3, ratios[-1] * 1.3, 10)


def test_a_time_that_a_controlnet_slowed_as_a_whole_is_taken_without_it() -> None:
    """Beside one step, 2.5 times the whole."""
    there = catalogue([row("r", controlnets=1, latency_ms=250.0)], [model(work=work())], [card("a")])
    ((point,), left) = points(there)
    assert left == {}
    assert point.measured_ms == 100.0
    assert (point.fixed_times, point.passes) == (1, 1)


def test_sources_of_one_work_are_left_out_together() -> None:
    there = catalogue([row("x", source="s"), row("y", source="t")], [model(work=work())], [card("a")])
    there.sources = {"s": Source("s", "S", work="w"), "t": Source("t", "T", work="w")}
    found, _ = points(there)
    assert [point.work for point in found] == ["w", "w"]


def test_what_cannot_be_used_is_told_with_the_reason() -> None:
    rows = [
        row("stream", measure="e2e_pipelined_throughput"),
        row("phone", hardware="p"),
        row("strange", model="strange"),
        row("batch", measure="batch_throughput"),
        row("four", measure="e2e_chart_derived", batch=4),
        row("weak", usable_for_calibration=False),
        row("good"),
    ]
    there = catalogue(rows, [model(work=work()), model("strange")], [card("a"), card("p", peak=None)])
    found, left = points(there)
    assert [(point.row, point.regime.full_load) for point in found] == [
        ("batch", True),
        ("four", True),
        ("good", False),
    ]
    assert sorted(name for names in left.values() for name in names) == ["phone", "strange", "stream"]


def test_the_shipped_estimator_keeps_what_is_promised(shipped: Catalogue) -> None:
    found, left = points(shipped)
    usable = [row for row in shipped.measurements.values() if row.usable_for_calibration]
    assert len(found) + sum(map(len, left.values())) == len(usable) == 287
    errors = leave_one_source_out(found)
    for some in (errors, [error for error in errors if not error.point.regime.full_load]):
        factors = [error.factor for error in some]
        assert median(factors) <= 1.4
        assert sum(factor <= 2.2 for factor in factors) / len(some) >= 0.9
        assert sum(factor <= 3 for factor in factors) / len(some) >= 0.9
        assert sum(error.covered for error in some) / len(some) >= 0.85


def test_the_compiled_catalogue_has_the_fit_of_today(shipped: Catalogue) -> None:
    assert calibrate(shipped) == shipped.calibration


def test_the_documentation_has_the_figures_of_today(shipped: Catalogue, root: Path) -> None:
    page = " ".join((root / "docs/evidence.md").read_text().split())
    eager, compiled = shipped.calibration.stacks["eager"], shipped.calibration.stacks["compiled"]
    assert f"(`eager`: {eager.fixed_ms:g} and {eager.pass_ms:g} ms)" in page
    assert f"(`compiled`: {compiled.fixed_ms:g} and {compiled.pass_ms:g} ms)" in page
    counts = (
        f"{len(shipped.measurements)} measurements of {len(shipped.models)} models from {len(shipped.sources)} sources"
    )
    assert counts in page
