"""The article's table as a hand-written Python function: the yardstick for the engine, and an oracle for its tests.

It is what a team would write for itself: the verdict and nothing else, with every rule, limit and tie spelt out.
"""

from __future__ import annotations

from typing import Any

NONE: frozenset[str] = frozenset()
COMPLEX = frozenset({"text", "spatial_layout", "reference_image"})

GAN, DIFFUSION, CONSISTENCY, ENHANCED, DECODER = range(5)
FAMILIES = (("gan", (GAN,)), ("diffusion", (DIFFUSION,)), ("hybrid", (CONSISTENCY, ENHANCED, DECODER)))


def decide(c: dict[str, Any]) -> str:  # noqa: PLR0912, PLR0915  (a yardstick is written out)
    """The verdict on stated constraints: a family, evaluate_both, undetermined or infeasible."""
    task = c.get("task")
    serving = c.get("serving")
    domain = c.get("domain")
    control = c.get("control")
    budget = c.get("latency_budget_ms")
    team = c.get("team_expertise")
    given = c.get("conditioning")
    wanted = c.get("priorities")
    conditioning = NONE if given is None else given
    priorities = NONE if wanted is None else wanted
    unhurried = wanted is not None and "speed" not in priorities
    fast = budget < 100 if budget is not None else serving == "realtime"
    steered = not conditioning.isdisjoint(COMPLEX)
    out = set()
    rows: list[tuple[tuple[int, int], ...]] = []
    if fast:
        rows.append(((GAN, 3), (CONSISTENCY, 1)))
        out |= {DIFFUSION, ENHANCED, DECODER}
    if budget is not None and budget < 50:
        rows.append(((GAN, 2),))
    if "speed" in priorities:
        rows.append(((GAN, 2), (CONSISTENCY, 1)))
    if fast and task in ("video_frames", "style_transfer"):
        rows.append(((GAN, 1),))
    if unhurried and (serving in ("batch", "near_realtime") or (budget is not None and budget >= 1000)):
        rows.append(((DIFFUSION, 3),))
    if unhurried and serving == "batch":
        rows.append(((DIFFUSION, 1),))
    if task == "text_to_image":
        rows.append(((DIFFUSION, 3), (CONSISTENCY, 1), (DECODER, 1)))
    if steered:
        rows.append(((DIFFUSION, 3), (CONSISTENCY, 1), (DECODER, 1), (GAN, -1)))
    if task == "text_to_image" or "text" in conditioning:
        out.add(GAN)
    if control == "fine":
        rows.append(((DIFFUSION, 3), (CONSISTENCY, 1), (DECODER, 1), (GAN, -1)))
    if task in ("inpainting", "subject_driven"):
        rows.append(((DIFFUSION, 2), (CONSISTENCY, 1)))
    if task == "image_editing":
        if "text" in conditioning:
            rows.append(((DIFFUSION, 2), (CONSISTENCY, 1)))
        elif given is not None:
            rows.append(((GAN, 2), (CONSISTENCY, 1)))
    if task == "data_augmentation":
        rows.append(((GAN, 3),))
    if task == "image_to_image":
        rows += [((GAN, 3),), ((DIFFUSION, 3),)]
        if c.get("paired_data"):
            rows.append(((GAN, 1),))
        if domain == "broad":
            rows.append(((DIFFUSION, 1),))
    if domain == "narrow":
        rows.append(((GAN, 3), (ENHANCED, 1), (DECODER, 1)))
        if "cost" in priorities:
            rows.append(((GAN, 2),))
    if "sharpness" in priorities:
        rows.append(((GAN, 2), (ENHANCED, 1), (DECODER, 1)))
        if domain == "narrow" and (control == "fine" or steered):
            rows.append(((DECODER, 3),))
    if domain == "narrow" and team == "limited" and not priorities.isdisjoint(("sharpness", "stability")):
        rows.append(((ENHANCED, 3),))
    if "diversity" in priorities:
        rows.append(((DIFFUSION, 2), (CONSISTENCY, 1), (DECODER, 1)))
    if team == "limited":
        rows.append(((DIFFUSION, 3), (CONSISTENCY, 1), (ENHANCED, 1)))
        if c.get("training") == "fine_tune":
            rows.append(((DIFFUSION, 1),))
    if "stability" in priorities:
        rows.append(((DIFFUSION, 2), (CONSISTENCY, 1), (ENHANCED, 1)))
    if fast and (control == "fine" or steered or team == "limited"):
        rows.append(((CONSISTENCY, 3),))
    if c.get("maturity") == "proven":
        out |= {CONSISTENCY, ENHANCED, DECODER}
    points = [0, 0, 0, 0, 0]
    for row in rows:
        for architecture, gained in row:
            points[architecture] += gained
    best = []
    for family, members in FAMILIES:
        alive = [member for member in members if member not in out]
        if alive:
            first = max(alive, key=points.__getitem__)
            best.append((points[first], family, first))
    if not best:
        return "infeasible"
    best.sort(key=lambda entry: -entry[0])
    if len(best) == 1:
        return best[0][1]
    if not any(architecture not in out for row in rows for architecture, _ in row):
        return "undetermined"
    pair = (best[0][2], best[1][2])
    touched = sum(abs(gained) for row in rows for architecture, gained in row if architecture in pair)
    apart = best[0][0] - best[1][0]
    if not apart or apart * 100 < 15 * touched:
        return "evaluate_both"
    return best[0][1]
