"""Models compared with a spec: what fits, what nearly does, and the two questions to a named model."""

from __future__ import annotations

from typing import Any

import pytest

from catalogues import card, catalogue, licence, model, named, row, work
from genarch import UnknownIdError
from genarch.engine.constraints import Answers
from genarch.evidence.assessment import Outcome, candidate, candidates, model_tests
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.feasibility import needs_of
from genarch.evidence.ways import least_memory_of, memory_of, ms_words
from genarch.files.bundled import load_catalogue

A = card("a100-80gb-sxm", 312, 2039, mem_gb=24)
ASKED: dict[str, Any] = {
    "latency_budget_ms": 150,
    "gpu": "a100-80gb-sxm",
    "resolution_px": 512,
    "task": "text_to_image",
    "conditioning": frozenset({"text"}),
}


def one(fields: dict[str, Any], made: dict[str, Any], **stated: Any) -> list[str]:
    there = catalogue([row("r", **{"hardware": A.id, **fields})], [model(**made)], [A])
    answers = {name: value for name, value in {**ASKED, **stated}.items() if value is not None}
    return [miss.kind for miss in candidate(there.models["net"], needs_of(answers, there)).misses]


@pytest.mark.parametrize(
    ("fields", "made", "stated", "misses"),
    [
        ({}, {}, {}, []),
        ({"latency_ms": 151.0}, {}, {}, ["budget"]),
        ({"latency_ms": 151.0}, {"work": work()}, {}, []),  # measured slower as it ran; estimated within
        ({"hardware": None}, {}, {}, ["budget"]),
        ({"measure": "batch_throughput"}, {}, {}, ["budget"]),
        ({}, {}, {"latency_budget_ms": None}, []),
        ({}, {}, {"resolution_px": 1024}, ["resolution", "budget"]),
        ({}, {}, {"conditioning": frozenset({"text", "mask"})}, ["conditioning", "budget"]),
        ({"vram_gb": 25.0}, {}, {}, ["memory"]),
        ({"vram_gb": 24.0}, {}, {}, []),
        ({"vram_gb": 20.0}, {}, {"device_memory_gb": 16}, ["memory"]),
        ({"params_m": 12001.0}, {}, {}, ["memory"]),  # 24.002 GB of weights at two bytes each
        ({"params_m": 12000.0}, {}, {}, []),
        ({}, {"weights_released": False}, {}, ["weights"]),
        ({}, {"licence": licence("forbidden")}, {}, []),
        ({}, {"licence": licence("forbidden")}, {"commercial_use": True}, ["licence"]),
        ({}, {"licence": licence("forbidden")}, {"commercial_use": False}, []),
        ({}, {"licence": licence("conditional")}, {"commercial_use": True}, []),
        ({}, {"licence": licence("allowed")}, {"commercial_use": True}, []),
        ({}, {}, {"commercial_use": True}, ["licence"]),  # not known is not allowed
    ],
)
def test_what_a_model_misses(
    fields: dict[str, Any], made: dict[str, Any], stated: dict[str, Any], misses: list[str]
) -> None:
    assert one(fields, made, **stated) == misses


@pytest.mark.parametrize(
    "fields",
    [{"measure": "training_only"}, {"trust": "low"}, {"verified": False}, {"unverified_fields": ("vram_gb",)}],
)
def test_memory_in_training_or_that_cannot_be_relied_on_is_not_memory_in_use(fields: dict[str, Any]) -> None:
    assert "memory" not in one({"vram_gb": 80.0, **fields}, {})


def test_the_order_is_by_misses_then_evidence_then_licence_then_time() -> None:
    names = ("slow", "fast", "free", "guessed", "late")
    rows = [
        row("slow", "slow", latency_ms=140.0),
        row("fast", "fast", latency_ms=40.0),
        row("free", "free", latency_ms=120.0),
        row("guessed", "guessed", hardware=None),
        row("late", "late", latency_ms=500.0),
    ]
    made = [
        model(name, licence=licence("allowed") if name in ("free", "guessed") else None, work=work() if name == "guessed" else None)
        for name in names
    ]  # fmt: skip
    there = catalogue([r._replace(hardware=A.id) if r.hardware else r for r in rows], made, [A])
    ranked = candidates(("diffusion",), needs_of(ASKED, there))
    assert [entry.model for entry in ranked] == ["free", "fast", "slow", "guessed", "late"]


@pytest.mark.parametrize(
    ("budget", "chosen", "status"),
    [
        (18, "elsewhere", "demonstrated"),  # the slower one on the GPU itself takes nothing from it
        (25, "itself", "demonstrated"),  # both keep it, and the one on the GPU itself is the better evidence
        (10, "elsewhere", "not_demonstrated"),  # neither does; the fastest says by how little
        (None, "itself", "demonstrated"),
    ],
)
def test_a_row_on_the_gpu_itself_counts_first_and_never_against_a_faster_one_on_weaker_hardware(
    budget: float | None, chosen: str, status: str
) -> None:
    rows = [row("elsewhere", hardware="t4", latency_ms=15.0), row("itself", hardware=A.id, latency_ms=20.0)]
    there = catalogue(rows, [model()], [A, card("t4", 65, 320)])
    asked = {name: value for name, value in {**ASKED, "latency_budget_ms": budget}.items() if value is not None}
    found = candidate(there.models["net"], needs_of(asked, there))
    assert (named(found.row), found.status) == (chosen, status)


def test_adapters_and_decoders_are_no_candidates() -> None:
    made = [model("net"), model("net-control", kind="adapter", fits=("net",)), model("vae", kind="decoder")]
    there = catalogue([row("r", hardware=A.id)], made, [A])
    assert [entry.model for entry in candidates(("diffusion",), needs_of(ASKED, there))] == ["net"]


def message(fields: dict[str, Any], made: dict[str, Any], **stated: Any) -> list[str]:
    there = catalogue([row("r", **{"hardware": A.id, **fields})], [model(**made)], [A])
    answers = {name: value for name, value in {**ASKED, **stated}.items() if value is not None}
    return [miss.says for miss in candidate(there.models["net"], needs_of(answers, there)).misses]


@pytest.mark.parametrize(
    ("fields", "made", "stated", "said"),
    [
        ({}, {"weights_released": False}, {}, "its weights were never released"),
        (
            {},
            {},
            {"conditioning": frozenset({"text", "pose", "mask"}), "latency_budget_ms": None},
            "nothing shows it steered by mask or pose",
        ),
        ({}, {"licence": licence("forbidden")}, {"commercial_use": True}, "its licence forbids commercial use (Some terms)"),
        ({}, {}, {"commercial_use": True}, "its licence is not known, so commercial use cannot be taken for granted"),
        ({"vram_gb": 25.5}, {}, {}, "it ran in 25.5 GB, and 24 GB are available"),
        ({"params_m": 13000.0}, {}, {}, "its weights alone take 26 GB, and 24 GB are available"),
        (
            {"params_m": 600.0},
            {},
            {"device_memory_gb": 1.5},
            "its weights alone take 1.2 GB, and nothing shows it within the 1.5 GB available",
        ),
        ({}, {}, {"resolution_px": 1024, "latency_budget_ms": None}, "it is shown up to 512 px"),
        ({"latency_ms": 151.0}, {}, {}, "the fastest measured takes 151 ms"),
        ({"latency_ms": 999.0}, {}, {}, "the fastest measured takes 999 ms"),
        ({"latency_ms": 1000.0}, {}, {}, "the fastest measured takes 1 s"),
        ({"latency_ms": 1620.0}, {}, {}, "the fastest measured takes 1.62 s"),
        ({"hardware": None}, {}, {}, "its time on this hardware is neither measured nor estimated"),
        # 3 TFLOP at half of 312: 19.2 ms, and 15 ms of fixed times: 34.2 ms, from half of it to twice.
        ({"hardware": None}, {"work": work()}, {"latency_budget_ms": 10}, "it is estimated to take 17.1 ms to 68.5 ms"),
        ({}, {"work": work()}, {"latency_budget_ms": 10}, "it is estimated to take 17.1 ms to 68.5 ms"),
    ],
)  # fmt: skip
def test_what_keeps_a_model_from_fitting_in_words(
    fields: dict[str, Any], made: dict[str, Any], stated: dict[str, Any], said: str
) -> None:
    assert message(fields, made, **stated) == [said]


def test_weights_alone_are_enough_for_a_gan_and_for_the_memory_of_the_gpu() -> None:
    assert message({"params_m": 600.0}, {"family": "gan"}, device_memory_gb=1.5) == []
    assert message({"params_m": 600.0, "vram_gb": 1.4}, {}, device_memory_gb=1.5) == []
    assert message({"params_m": 600.0}, {}) == []


def test_the_least_memory_that_a_row_shows_else_that_of_the_most_weights() -> None:
    rows = [row("a", params_m=900.0), row("b", vram_gb=9.0), row("c", vram_gb=7.5), row("d", params_m=800.0)]
    there = catalogue(rows)
    assert memory_of(there.models["net"], there) == (7.5, "c")
    assert memory_of(there.models["net"], catalogue([rows[3], rows[0], row("e")])) == (1.8, None)
    assert memory_of(there.models["net"], catalogue([row("e")])) == memory_of(model(), catalogue()) == (None, None)
    unread = row("c", vram_gb=5.0, unverified_fields=("all",))
    assert memory_of(there.models["net"], catalogue([rows[1], unread])) == (9.0, "b")


def test_what_is_distilled_takes_the_memory_of_its_teacher_though_it_may_do_with_less() -> None:
    """`same` has the networks of `taught`, `other` another decoder; 2 x 0.9 GB of weights."""
    taught, same, other = work(), work(steps=4), work(decoder=None)
    made = [model(name, work=its) for name, its in (("taught", taught), ("same", same), ("other", other))]
    rows = [row("a", "taught", vram_gb=7.5), row("b", "same", params_m=900.0), row("c", "other", params_m=900.0)]
    there = catalogue(rows, made)
    assert memory_of(there.models["same"], there) == (7.5, "a")
    assert least_memory_of("same", there) == memory_of(there.models["other"], there) == (1.8, None)
    large = catalogue([rows[0], row("b", "same", params_m=9000.0)], made)
    assert memory_of(large.models["same"], large) == (18.0, None)


def test_models_that_do_another_task_are_no_candidates() -> None:
    there = catalogue([row("r", hardware=A.id, tasks=("restoration",))], [model()], [A])
    assert candidates(("diffusion",), needs_of(ASKED, there)) == ()
    assert candidates(("gan",), needs_of({**ASKED, "task": "restoration"}, there)) == ()


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue()


def outcomes(name: str, stated: Answers, catalogue: Catalogue) -> dict[str, Outcome]:
    """How a model does in each thing that is asked of it."""
    needs = needs_of(stated, catalogue)
    return {test.test: test.outcome for test in model_tests(candidate(catalogue.model(name), needs), needs)}


@pytest.mark.parametrize(
    ("name", "stated", "within"),
    [
        ("sd-turbo", {"latency_budget_ms": 50, "gpu": "rtx-4090", "resolution_px": 512}, True),  # 36.5 ms measured
        ("sdxl", {"latency_budget_ms": 50, "gpu": "rtx-4090", "resolution_px": 512}, False),
        ("sdxl", {"latency_budget_ms": 2000, "gpu": "rtx-4090", "resolution_px": 1024}, True),  # 1.56 s measured
        ("stylegan3-t", {"latency_budget_ms": 50, "gpu": "a100-80gb-sxm", "resolution_px": 1024}, True),  # estimated
        ("sd-turbo", {"latency_budget_ms": 50, "gpu": "iphone-15-pro", "resolution_px": 512}, False),  # nothing known
        ("sd-turbo", {"latency_budget_ms": 5}, False),
        ("sd-turbo", {"gpu": "rtx-4090"}, None),  # no budget to be beyond
    ],
)
def test_a_named_model_against_the_budget(
    name: str, stated: dict[str, Any], *, within: bool | None, shipped: Catalogue
) -> None:
    outcome = outcomes(name, stated, shipped).get("budget")
    assert (None if outcome is None else outcome != "fails") == within


@pytest.mark.parametrize(
    ("name", "sold", "conflicts"),
    [
        ("flux.1-dev", True, True),
        ("flux.1-schnell", True, False),
        ("sd-turbo", True, False),  # on conditions
        ("swiftbrush", True, True),  # not known
        ("flux.1-dev", False, False),
        ("flux.1-dev", None, False),
    ],
)
def test_a_named_model_against_commercial_use(
    name: str, *, sold: bool | None, conflicts: bool, shipped: Catalogue
) -> None:
    stated = {} if sold is None else {"commercial_use": sold}
    assert (outcomes(name, stated, shipped).get("licence") == "fails") == conflicts


def test_a_model_that_is_not_there(shipped: Catalogue) -> None:
    with pytest.raises(UnknownIdError, match="did you mean 'sd-turbo'"):
        shipped.model("sd-turboo")
    with pytest.raises(UnknownIdError, match="has no model"):
        shipped.model("nothing-like-it")


def asked_of(fields: dict[str, Any], made: dict[str, Any], **stated: Any) -> dict[str, tuple[str, str]]:
    there = catalogue([row("r", **{"hardware": A.id, **fields})], [model(**made)], [A])
    answers = {name: value for name, value in {**ASKED, **stated}.items() if value is not None}
    needs = needs_of(answers, there)
    return {test.test: (test.outcome, test.says) for test in model_tests(candidate(there.models["net"], needs), needs)}


def test_every_thing_that_is_asked_of_a_model_is_answered_and_nothing_else() -> None:
    assert list(asked_of({}, {}, commercial_use=True)) == [
        "task", "weights", "conditioning", "licence", "memory", "resolution", "budget",
    ]  # fmt: skip
    nothing = dict.fromkeys(ASKED)
    assert list(asked_of({}, {}, **nothing)) == ["task", "weights"]


@pytest.mark.parametrize(
    ("fields", "made", "stated", "test", "outcome", "says"),
    [
        ({}, {}, {}, "task", "passes", "it does text_to_image"),
        ({"tasks": ("restoration",)}, {}, {}, "task", "fails", "nothing shows it on text_to_image; it does restoration"),
        ({"tasks": ("image_to_image",)}, {}, {"task": "image_to_image"}, "task", "passes", "it does image_to_image"),
        # The nearest kind is no inpainting: such a model would have to be trained for it.
        ({"tasks": ("image_to_image",)}, {}, {"task": "inpainting"}, "task", "fails", "nothing shows it on inpainting; it does image_to_image"),
        ({}, {}, {"task": "subject_driven"}, "task", "passes", "it does text_to_image"),
        ({}, {"kind": "decoder"}, {}, "task", "fails", "it makes no images by itself; it is of the kind 'decoder'"),
        ({}, {}, {}, "weights", "open", "whether its weights are released is not known"),
        ({}, {"weights_released": False}, {}, "weights", "fails", "its weights were never released"),
        ({}, {"licence": licence("allowed")._replace(excluded_regions=("eu", "kr"))}, {}, "region", "open", "its licence grants nothing in EU, KR"),
        ({}, {}, {}, "conditioning", "passes", "it is steered by text"),
        ({}, {"licence": licence("allowed")}, {"commercial_use": True}, "licence", "passes", "its licence allows commercial use (Some terms)"),
        ({}, {"licence": licence("conditional")}, {"commercial_use": True}, "licence", "passes", "its licence allows commercial use under a condition: on a condition"),
        ({}, {}, {}, "memory", "open", "what memory it takes is not known"),
        ({"vram_gb": 20.0}, {}, {}, "memory", "passes", "it ran in 20 GB, and 24 GB are available"),
        ({"params_m": 600.0}, {}, {}, "memory", "open", "its weights alone take 1.2 GB, and nothing shows it within the 24 GB available"),
        # Beside the weights, text encoders and decoders took up to 20 GB.
        ({"params_m": 600.0}, {}, {"device_memory_gb": 21}, "memory", "fails", "its weights alone take 1.2 GB, and nothing shows it within the 21 GB available"),
        ({"params_m": 600.0}, {}, {"device_memory_gb": 22}, "memory", "open", "its weights alone take 1.2 GB, and nothing shows it within the 22 GB available"),
        ({"resolution": None}, {}, {}, "resolution", "open", "its size is not known"),
        ({}, {}, {}, "resolution", "passes", "it is shown up to 512 px"),
        ({}, {}, {}, "budget", "passes", "measured, 100 ms on a100-80gb-sxm"),
        # 17.1 to 68.5 ms: see above.
        ({"hardware": None}, {"work": work()}, {}, "budget", "passes", "it is estimated to take 17.1 ms to 68.5 ms"),
        ({"hardware": None}, {"work": work()}, {"latency_budget_ms": 50}, "budget", "open", "it is estimated to take 17.1 ms to 68.5 ms, so whether it keeps 50 ms is open"),
        ({"hardware": None}, {"work": work()}, {"latency_budget_ms": 17}, "budget", "fails", "it is estimated to take 17.1 ms to 68.5 ms"),
        ({"hardware": None}, {}, {"gpu": None}, "budget", "fails", "its time is neither measured nor estimated"),
    ],
)  # fmt: skip
def test_how_a_model_does_in_what_is_asked(
    fields: dict[str, Any], made: dict[str, Any], stated: dict[str, Any], test: str, outcome: str, says: str
) -> None:
    assert asked_of(fields, made, **stated)[test] == (outcome, says)


def test_what_is_trained_from_scratch_takes_the_code_alone() -> None:
    """The licence of the weights decides where they are used; that of the code where a team trains its own."""
    terms = licence("allowed", "MIT").code
    parted = licence("forbidden", "Research only")._replace(code=terms).summed()
    made = {"licence": parted, "weights_released": False}
    used = asked_of({}, made, commercial_use=True, training="fine_tune")
    assert used["licence"] == ("fails", "its licence forbids commercial use (Research only (weights))")
    assert used["weights"] == ("fails", "its weights were never released")
    own = asked_of({}, made, commercial_use=True, training="from_scratch")
    assert own["licence"] == ("passes", "its licence allows commercial use (MIT)")
    assert own["weights"] == ("open", "its weights were never released; its code was, to train it from scratch")
    neither = asked_of({}, {"licence": licence("forbidden")}, commercial_use=True, training="from_scratch")
    assert neither["licence"] == ("fails", "its licence forbids commercial use (Some terms (code))")
    assert asked_of({}, {"weights_released": False}, training="from_scratch")["weights"][0] == "fails"


@pytest.mark.parametrize(
    ("ms", "words"),
    [(None, "no time"), (36.51, "36.5 ms"), (1000, "1 s"), (999_000, "999 s"), (5_483_210, "5,483 s")],
)
def test_times_in_words(ms: float | None, words: str) -> None:
    assert ms_words(ms) == words
