"""A team's own measurements: before what was published on that hardware, and shifting the estimates beside it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from catalogues import card, catalogue, model, named, row, work
from genarch import Spec, evaluate, explore, load_catalogue, load_rules
from genarch.evidence.assessment import candidate
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.cost import Waits, bill
from genarch.evidence.entries import Measurement
from genarch.evidence.estimates import MOST_SHIFT, Options, band_ms, estimate, shift_of
from genarch.evidence.feasibility import feasibility, needs_of
from genarch.evidence.percentiles import PERCENTILES, Percentile, PercentileName, enough, percentile
from genarch.evidence.times import Wanted, group_of
from genarch.evidence.ways import place_of
from genarch.files.bundled import catalogue_of

A, B = card("a100-80gb-sxm", 312, 2039), card("t4", 65, 320)
NET = model("net", work=work(), architecture="diffusion", tasks=("text_to_image",), conditioning=("text",))
OTHER = model("other", work=work(), architecture="diffusion", tasks=("text_to_image",), conditioning=("text",))
ASKED: dict[str, Any] = {
    "task": "text_to_image", "conditioning": frozenset({"text"}), "gpu": A.id, "resolution_px": 512,
    "latency_budget_ms": 150,
}  # fmt: skip


def own(name: str, ms: float, date: str = "2026-11-01", **fields: Any) -> Measurement:
    found = {"hardware": A.id, "engine": None, "steps": None, "latency_ms": ms, "here": True, "date": date, **fields}
    return row(name, **found)


def there(*rows: Measurement, models: tuple[Any, ...] = (NET, OTHER)) -> Catalogue:
    return catalogue([row("big", "net", resolution="2048x2048", latency_ms=9_000.0), *rows], models, [A, B])


def test_its_own_stands_in_place_of_what_was_published_there() -> None:
    published = row("published", hardware=A.id, latency_ms=80.0)
    weaker, larger = row("weaker", hardware=B.id, latency_ms=90.0), row("large", hardware=A.id, resolution="1024x1024")
    slow = own("slow", 200.0)
    before, after = there(published, weaker, larger), there(published, weaker, larger, slow)
    for known, budget, status in ((before, 150, "demonstrated"), (after, 150, "beyond"), (after, 250, "demonstrated")):
        needs = needs_of({**ASKED, "latency_budget_ms": budget}, known)
        assert feasibility("diffusion", needs._replace(catalogue=known)).status in (status, "within")
        found = candidate(NET, needs)
        assert (found.status, named(found.row)) == (status, "published" if known is before else "slow")
    # On other hardware, or at another size, it is one measurement among others.
    for stated in ({"gpu": B.id}, {"resolution_px": 1024}):
        needs = needs_of({**ASKED, **stated}, after)
        assert not any(needs.outranked(one) for one in after.measurements.values())


def test_the_newest_of_its_own_counts() -> None:
    known = there(own("new", 200.0, "2026-11-02"), own("old", 50.0, "2026-01-02"))
    assert named(candidate(NET, needs_of(ASKED, known)).row) == "new"
    way = next(way for way in group_of("diffusion", None, known).ways if way.model is NET)
    place = place_of({"gpu": A.id}, known)
    assert place
    times = {way.model.id: time for way, time in group_of("diffusion", None, known).times(place, 512)}
    assert (times[way.model.id].low, times[way.model.id].row) == (200.0, "new")


@pytest.mark.parametrize("name", PERCENTILES)
@pytest.mark.parametrize("stated", ["intervals", "runs", "neither"])
def test_too_few_runs_stand_in_place_of_nothing(name: PercentileName, stated: str) -> None:
    published = row("published", hardware=A.id, latency_ms=140.0)

    def mine(runs: int, date: str = "2026-11-01") -> Measurement:
        found = tuple(percentile([100.0] * runs, each) for each in PERCENTILES) if stated == "intervals" else ()
        return own(
            f"r{runs}", 100.0, date, percentile=name, runs=runs if stated != "neither" else None, percentiles=found
        )

    few, many = mine(enough(name) - 1, "2026-11-02"), mine(enough(name))
    counts = many.carries
    assert (few.carries, counts) == (False, stated != "neither")
    needs = needs_of(ASKED, there(published, few))
    assert not needs.outranked(published)
    assert named(candidate(NET, needs).row) == "published"
    assert feasibility("diffusion", needs).weak == (few.id,)
    # What is newer takes the place of what is older once there are enough runs of it.
    known = there(published, many, few)
    assert known.measured_here("net", (A.id,), 512) is (many if counts else None)
    assert needs_of(ASKED, known).outranked(published) == counts
    # A shift is by the median, which takes six runs.
    shifted = shift_of("net", A.id, there(few, models=(NET,)))
    assert bool(shifted) == (stated == "intervals" and (few.runs or 0) >= enough("p50"))


def test_estimates_of_the_model_at_other_sizes_are_shifted() -> None:
    plain = there()
    guess = estimate(NET, A, (512, 512), plain)
    assert guess
    # Twice the estimate by the median, whatever the percentile is that the budget was for.
    median = Percentile("p50", 2 * guess.mid_ms, guess.mid_ms, 3 * guess.mid_ms)
    known = there(own("mine", 9 * guess.mid_ms, percentiles=(median,)))
    shift = shift_of("net", A.id, known)
    assert shift
    assert shift.factor == pytest.approx(2)
    assert (shift.rows, shift.bounded) == (("mine",), False)
    for size in (512, 1024):
        before, after = estimate(NET, A, (size, size), plain), estimate(NET, A, (size, size), known)
        assert before
        assert after
        assert (after.low_ms, after.mid_ms, after.high_ms) == pytest.approx(
            (2 * before.low_ms, 2 * before.mid_ms, 2 * before.high_ms)
        )
        assert band_ms(NET, A, size, known) == pytest.approx((after.low_ms, after.mid_ms, after.high_ms))
        assert after.factors.shift == shift
    # Another model, other hardware, full load and another stack are estimated as they were.
    assert estimate(OTHER, A, (512, 512), known) == estimate(OTHER, A, (512, 512), plain)
    assert estimate(NET, B, (512, 512), known) == estimate(NET, B, (512, 512), plain)
    assert estimate(NET, A, (512, 512), known, full_load=True) == estimate(NET, A, (512, 512), plain, full_load=True)
    assert estimate(NET, A, (512, 512), known, stack="eager") == estimate(NET, A, (512, 512), plain, stack="eager")


def test_a_shift_is_bounded_and_of_several_sizes_the_middle() -> None:
    guesses = {size: estimate(NET, A, (size, size), there()) for size in (512, 1024)}
    ms = {size: guess.mid_ms for size, guess in guesses.items() if guess}
    far = shift_of("net", A.id, there(own("far", 50 * ms[512])))
    assert far
    assert (far.factor, far.bounded) == (MOST_SHIFT, True)
    # Twice and half of the estimates are together as they are; of one size the newer counts.
    both = there(
        own("older", 50 * ms[512], "2026-01-01"),
        own("twice", 2 * ms[512]),
        own("half", ms[1024] / 2, resolution="1024x1024"),
    )
    even = shift_of("net", A.id, both)
    assert even
    assert even.factor == pytest.approx(1)
    assert even.rows == ("twice", "half")


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_what_is_too_slow_is_too_slow_by_the_shifted_times(factor: float) -> None:
    guess = estimate(NET, A, (512, 512), there())
    assert guess
    known = there(own("mine", factor * guess.mid_ms, resolution="768x768"), models=(NET,))
    place, group = place_of({"gpu": A.id}, known), group_of("diffusion", None, known)
    assert place
    ((_, time),) = group.times(place, 512)
    wanted = Wanted(frozenset(), sold=False, memory_gb=None)
    for budget, late in ((time.low * 0.98, True), (time.low * 1.02, False)):
        assert group.at(place, 512).late(budget, wanted) is late


def test_costs_are_of_the_median_and_waits_add_gpus() -> None:
    mine = own("mine", 400.0, percentiles=(Percentile("p50", 200.0, None, None), Percentile("p95", 400.0, None, None)))
    known = there(row("published", hardware=A.id, latency_ms=80.0), mine, models=(NET,))
    load: dict[str, Any] = {"peak_images_per_second": 12, "serving": "realtime", "latency_budget_ms": 210}
    plain = bill({**ASKED, **load}, ["diffusion"], known, utilisation=0.9)
    queued = bill({**ASKED, **load, "queueing": True}, ["diffusion"], known, utilisation=0.9)
    assert plain
    assert queued
    # 12 images of 0.2 s a second are work for 2.4 GPUs, at 90 % for 3; 10 ms to wait take more of them.
    assert (plain.costs[0].seconds_per_image.low, plain.costs[0].gpus, plain.waits) == (0.2, (3, 3), None)
    assert queued.waits == Waits(210, "p95")
    assert queued.costs[0].gpus
    assert queued.costs[0].gpus.low > 3


def test_a_way_with_adapters_is_not_what_was_measured() -> None:
    net = model("base", work=work(), tasks=("text_to_image",), conditioning=("text",))
    control = model("control", kind="adapter", fits=("base",), every_step=True, conditioning=("pose",))
    known = catalogue([own("mine", 33.0, model="base")], [net, control], [A])
    place = place_of({"gpu": A.id}, known)
    assert place
    times = {way.words: time.row for way, time in group_of("diffusion", None, known).times(place, 512)}
    assert times == {"Base": "mine", "Base with Control": None}
    assert band_ms(net, A, 512, known, Options(controlnets=1))


@pytest.mark.parametrize("seed", range(3))
def test_what_would_change_a_verdict_is_exact_with_measurements_of_its_own(seed: int) -> None:
    chance, bundled = Random(seed), load_catalogue()
    timed = [entry for entry in bundled.models.values() if entry.kind == "generator" and entry.work]
    gpu, side = chance.choice(["l4", "t4", "rtx-4090", "a100-80gb-sxm"]), chance.choice([256, 512, 1024])
    rows = tuple(
        own(
            f"m{at}",
            chance.choice([5.0, 40.0, 200.0, 900.0, 4000.0]),
            model=one.id,
            tasks=bundled.tasks_of(one.id) or ("text_to_image",),
            conditioning=bundled.conditioning_of(one.id) or ("text",),
            hardware=gpu,
            resolution=f"{side}x{side}",
            source=bundled.parts.sources[0].id,
        )
        for at, one in enumerate(chance.sample(timed, 3))
    )
    parts = bundled.parts._replace(measurements=(*bundled.parts.measurements, *rows))
    known = Catalogue(head=bundled.head, parts=parts, digest="own", calibration=bundled.calibration)
    table = load_rules()
    table = type(table)(*table)
    vars(table)["catalogue"] = known
    assert catalogue_of(table) is known
    for _ in range(3):
        task = chance.choice(["text_to_image", "class_conditional", "super_resolution"])
        budget = chance.choice([30, 150, 600, 2500])
        spec = Spec("x", {"task": task, "gpu": gpu, "resolution_px": side, "latency_budget_ms": budget})
        found = explore(spec, table)
        for possible in found.possible:
            assert evaluate(spec._replace(constraints=possible.witness), table).verdict.verdict == possible.verdict
        for flip in found.flips:
            changes = {change.constraint: change.value for change in flip.changes}
            changed = spec._replace(constraints={**spec.constraints, **changes})
            assert evaluate(changed, table).verdict.verdict == flip.verdict
