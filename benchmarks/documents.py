"""A tree of Markdown documents as decision records are: most of some 5 kB, a few of some 700 kB."""

from __future__ import annotations

import random
import re
from pathlib import Path

PARAGRAPH = (
    "The service renders previews while the user moves a slider, and the present pipeline keeps them waiting. "
    "We compared what our [earlier record](0001-record-decisions.md) proposes with *two* alternatives, measured on "
    "the hardware at hand, and discussed what it costs to run `preview-worker` at the peak of the day."
)
LISTING = "```python\ndef render(latent):\n    return decoder(latent)\n```"
TABLE = "| option | latency | cost |\n| --- | --- | --- |\n| keep | 2.1 s | low |\n| replace | 33 ms | high |"
POINTS = (
    "* Good, because frames come in time\n* Bad, because training takes experience\n  1. which we have\n  2. or hire"
)

_BLOCKS = """\
version: 1
constraints:
  {task: style_transfer, conditioning: [], domain: narrow, latency_budget_ms: 33, serving: realtime, device: mobile,
  priorities: [speed, sharpness], maturity: proven}
decision: gan
---
version: 1
constraints:
  task: text_to_image
  conditioning: [text, reference_image]
  domain: broad
  latency_budget_ms: 5s
  serving: batch
  device: datacenter_gpu
  priorities: [quality, diversity]
  team_expertise: limited
  training: fine_tune
  pretrained_available: true
decision: diffusion
---
version: 1
constraints:
  task: text_to_image
  conditioning: [text]
  latency_budget_ms: 90
  serving: realtime
  maturity: emerging
decision: few_step
---
version: 1
constraints: {conditioning: [], domain: narrow, latency_budget_ms: 60, maturity: proven}
decision: diffusion
waivers:
  - rule: decision-excluded
    reason: A one-step model was measured at 41 ms.
    approved_by: "@platform"
"""
"""Decisions that pass, one of them by a waiver: what a repository with a green check holds."""

BLOCKS = _BLOCKS.split("---\n")


def make_tree(folder: Path, files: int, share: float, seed: int = 5, *, differing: bool = False) -> int:
    """Write documents, a share of them with a spec block; how many bytes they have together.

    Where they are `differing`, each block has a budget of its own, whether its decision passes with that or not.
    """
    chance = random.Random(seed)
    total = 0
    for number in range(files):
        size = 700_000 if number % 1_000 == 500 else int(chance.lognormvariate(8.52, 0.7))  # a median of 5 kB
        block = BLOCKS[number % len(BLOCKS)] if chance.random() < share else ""
        block = re.sub(r"(latency_budget_ms:) \w+", rf"\1 {20 + number}", block) if differing else block
        text = _document(number, size, block, chance)
        path = folder / f"team-{number % 25:02}" / f"{number:04}-decision.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        total += len(text)
    return total


def _document(number: int, size: int, block: str, chance: random.Random) -> str:
    parts = [f"---\nstatus: accepted\ndate: 2026-0{number % 9 + 1}-11\n---\n# {number}. Serve previews in time"]
    length = 0
    for heading in ("Context and Problem Statement", "Considered Options", "Decision Outcome"):
        parts.append(f"## {heading}")
        while length < size / 3:
            part = chance.choice((PARAGRAPH, PARAGRAPH, PARAGRAPH, LISTING, TABLE, POINTS, "### A detail"))
            parts.append(part)
            length += len(part) + 2
        length = 0
    if block:
        parts.append(f"```yaml genarch\n{block}```")
    return "\n\n".join(parts) + "\n"
