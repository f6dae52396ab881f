"""What exploration adds to a report: is it settled, what would change it, what it rests on."""

from __future__ import annotations

from typing import Any

from genarch.table.answers import plain_answers, plain_value
from genarch.table.explore import Change, Exploration, Flip


def explored(exploration: Exploration) -> dict[str, Any]:
    """The report's fields from `settled` to `stability`; asks every question that exploration answers."""
    stability = exploration.stability
    return {
        "settled": exploration.settled,
        "possible": [
            {"verdict": item.verdict, "witness": plain_answers(item.witness)} for item in exploration.possible
        ],
        "left_out": list(exploration.left_out),
        "next_question": exploration.next_question,
        "flips": [_flip(flip) for flip in exploration.flips],
        "binding": list(exploration.binding),
        "relax": [list(dropped) for dropped in exploration.relax],
        "stability": stability and stability._asdict(),
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {"changes": [_change(change) for change in flip.changes], "verdict": flip.verdict}


def _change(change: Change) -> dict[str, Any]:
    return {
        "constraint": change.constraint,
        "value": plain_value(change.constraint, change.value),
        "bound": change.bound,
        "threshold": change.threshold,
        "others": [plain_value(change.constraint, value) for value in change.others],
    }
