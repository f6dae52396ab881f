"""Learners of scikit-learn, as baselines of a backtest: genarch runs without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from genarch.engine.worth import Chances, Learner

MISSING = (
    "Logistic regression and random forest were left out: scikit-learn is not installed. "
    "Install it with: python -m pip install scikit-learn"
)
STRENGTHS = (0.1, 1.0)
"""Inverse strengths of regularisation that are tried: one that suits few cases, and the default."""
TREES = 200


def learners() -> Mapping[str, Learner]:
    """Each by its name; none without scikit-learn."""
    if find_spec("sklearn") is None:
        return {}
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    def regression(inverse: float) -> Learner:
        return lambda rows, chosen, asked: _learn(LogisticRegression(C=inverse, max_iter=2000), rows, chosen, asked)

    def forest(
        rows: Sequence[Sequence[float]], chosen: Sequence[str], asked: Sequence[Sequence[float]]
    ) -> list[Chances]:
        return _learn(RandomForestClassifier(TREES, random_state=0), rows, chosen, asked)

    found = {f"logistic regression, C = {inverse:g}": regression(inverse) for inverse in STRENGTHS}
    return {**found, f"random forest, {TREES} trees": forest}


def _learn(
    model: Any,
    rows: Sequence[Sequence[float]],
    chosen: Sequence[str],
    asked: Sequence[Sequence[float]],
) -> list[Chances]:
    model.fit(rows, chosen)
    return [dict(zip(model.classes_, map(float, row), strict=True)) for row in model.predict_proba(asked)]
