"""A company's year of projects as a table of specs, the same every time: python examples/tables/year.py > year.csv.

An online shop: product photos, banners, a try-on feature, moderation data. What a project states is what its proposal
said; much is left open, as in proposals.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import date, timedelta

KINDS = (
    # share, then what projects of the kind state: a value, or several to draw from
    (4, {"task": "text_to_image", "conditioning": "text", "domain": "broad", "latency_budget_ms": ("2s", "5s", "8s"),
         "serving": "near_realtime", "priorities": ("quality|diversity", "quality", "quality|cost")}),
    (3, {"task": "inpainting", "conditioning": "mask", "domain": "broad", "latency_budget_ms": ("800", "1s..3s", "4s"),
         "serving": "near_realtime", "priorities": ("quality", "speed|quality")}),
    (3, {"task": "super_resolution", "domain": "narrow", "latency_budget_ms": ("60", "100", "250", "1500"),
         "priorities": ("sharpness", "fidelity|sharpness", "speed"), "serving": ("batch", "realtime")}),
    (2, {"task": "virtual_try_on", "conditioning": "reference_image|pose", "latency_budget_ms": ("900", "3s", "<10s"),
         "serving": "near_realtime", "priorities": "fidelity|quality"}),
    (2, {"task": "object_removal", "conditioning": "mask", "device": ("mobile", "browser"), "priorities": "speed",
         "latency_budget_ms": ("90", "300", "1s"), "domain": "broad"}),
    (2, {"task": "data_augmentation", "domain": "narrow", "serving": "batch",
         "training_images": ("800", "4000", "60000"), "priorities": ("diversity", "downstream")}),
    (1, {"task": "video_frames", "temporal_consistency": "true", "latency_budget_ms": ("30fps", "24fps"),
         "serving": "realtime", "domain": "narrow"}),
)  # fmt: skip

SHARED = {
    "device": ("datacenter_gpu", "datacenter_gpu", "consumer_gpu", ""),
    "resolution_px": ("512", "1024", "1024", "2048", ""),
    "team_expertise": ("limited", "limited", "experienced", ""),
    "training": ("pretrained", "fine_tune", "fine_tune", "from_scratch", ""),
    "pretrained_available": ("true", "true", "false", "unknown"),
    "maturity": ("proven", "emerging", ""),
}

FAST = {"60", "90", "100", "250", "300", "30fps", "24fps"}

COLUMNS = (
    "project", "decided", "team", "task", "conditioning", "domain", "latency_budget_ms", "serving", "device",
    "resolution_px", "temporal_consistency", "priorities", "team_expertise", "training", "pretrained_available",
    "training_images", "maturity", "decision",
)  # fmt: skip


def decision(stated: dict[str, str], chance: random.Random) -> str:
    """What a team chose: mostly what its constraints suggest, at times what it knew best, at times nothing yet."""
    if chance.random() < 0.15:
        return chance.choice(("gan", "diffusion", "evaluate_both", "", ""))
    if stated.get("latency_budget_ms") in FAST:
        return "gan" if stated.get("domain") == "narrow" else "few_step"
    if stated["task"] == "data_augmentation":
        return "gan" if stated["training_images"] == "60000" else "diffusion"
    hurried = stated.get("latency_budget_ms") in {"800", "900"} or "speed" in stated.get("priorities", "")
    return "few_step" if hurried else "diffusion"


def rows(count: int) -> list[dict[str, str]]:
    """As many projects."""
    chance, decided, found = random.Random(2025), random.Random(2026), []  # noqa: S311
    for number in range(1, count + 1):
        (_, kind), *_ = chance.choices(KINDS, [share for share, _ in KINDS])
        stated = {name: chance.choice(values) for name, values in SHARED.items()}
        stated |= {name: value if isinstance(value, str) else chance.choice(value) for name, value in kind.items()}
        day = date(2025, 1, 1) + timedelta(days=chance.randrange(365))
        team = chance.choice(("catalogue", "marketing", "app", "studio"))
        taken = decision(stated, decided)
        found.append({"project": f"p{number:04}", "decided": f"{day}", "team": team, **stated, "decision": taken})
    return found


if __name__ == "__main__":
    writer = csv.DictWriter(sys.stdout, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
