"""What decides beside a table's own rules: evidence on the stated hardware, and documented cases like a row's.

What evidence adds is worked out once for each distinct combination of what it reads, and joined. How like the cases are
is worked out for the rows whose confidence hangs on it, from what each answer agrees with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from genarch.columns.exact import distinct
from genarch.columns.judging import Added, Judge, Numbers, rounded
from genarch.engine.calibration import LEAST_SHARE, chances, is_clear
from genarch.engine.conditions import constraints_read
from genarch.engine.constraints import Answers, Value
from genarch.engine.matching import positions
from genarch.engine.precedents import (
    GROUP_OF,
    NOT_STRICT,
    SHARPNESS,
    UNSTATED,
    Weights,
    agreement_on,
    by_constraint,
    compared,
    votes,
)
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import scorer
from genarch.engine.spec import Case, with_implied
from genarch.evidence.feasibility import Needs, best_standing, feasibility, needs_of
from genarch.evidence.standing import rule_id
from genarch.files.bundled import READ_BY_EVIDENCE, bundled_cases, catalogue_of, load_weights, own_cases

_MOST_KNOWN = 100_000
_HARDWARE = ("gpu", "device", "device_memory_gb")

_AT_ONCE = 1024
"""Rows that are compared with all cases at once."""

_NEAR = 1e-9
"""Sums in another order may differ in the last place: what is so near a limit is worked out as `decide` does."""


def joins(rules: RuleTable) -> bool:
    """Whether anything decides beside the table's own rules."""
    return type(rules).on_hardware is not RuleTable.on_hardware


_Adds = tuple[tuple[int, ...], int]
"""Of a combination: the points for and against each architecture, how many rules count, the bits of what they rule out;
and a bit for each rule that hits."""

_AS_ADDED = (("not-licensed", "too-large"), ("too-slow", "open", "unlikely"))
"""The order in which rules of evidence are added: of each architecture the first ones, then of each the others."""


class Evidence:
    """What evidence says of rows."""

    def __init__(self, rules: RuleTable) -> None:
        self._rules = rules
        assumed = [name for entry in rules.assumptions for name in constraints_read(entry.when)]
        self._reads = frozenset((*READ_BY_EVIDENCE, *assumed))
        self._known: dict[tuple[object, ...], _Adds] = {}
        names = [entry.id for entry in rules.architectures]
        self.ids = [rule_id(name, kind) for kinds in _AS_ADDED for name in names for kind in kinds]
        """Of every rule that it may add, in the order in which it does."""
        self.excluding = 0
        """Bits of those that exclude something, of all that hit so far."""

    def added(self, table: Any) -> Added:
        """What it adds to the rows of a batch."""
        index, answers = distinct(table, self._reads)
        each = [self._of(stated) for stated in answers]
        own = len(self._rules.architectures)
        sums = np.array([found for found, _ in each], np.int64).reshape(len(each), 2 * own + 2)[index]
        hits = [hit for _, hit in each]
        return Added(sums[:, :own], sums[:, own : 2 * own], sums[:, -2], sums[:, -1], hits, index)

    def feasibility(self, table: Any, pairs: npt.NDArray[Any]) -> Any:
        """Whether what is recommended keeps the budget, as a report has it; architectures by position, -1 for none."""
        which, answers = distinct(table, READ_BY_EVIDENCE)
        names = [entry.id for entry in self._rules.architectures]
        needs: dict[int, Needs] = {}
        found: list[str | None] = []
        each, index = np.unique(np.column_stack([which, pairs]), axis=0, return_inverse=True)
        for at, *recommended in each.tolist():
            if at not in needs:
                needs[at] = needs_of(answers[at], catalogue_of(self._rules))
            kept = [feasibility(names[one], needs[at]) for one in recommended if one >= 0]
            found.append(best_standing(kept).status if kept and needs[at].budget_ms is not None else None)
        return pa.array(found, pa.string()).take(pa.array(index.reshape(-1)))

    def _of(self, stated: Answers) -> _Adds:
        key = tuple(stated.items())
        if key not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = self._worked_out(stated)
        return self._known[key]

    def _worked_out(self, stated: Answers) -> _Adds:
        table, own = self._rules.on_hardware(stated), len(self._rules.architectures)
        sums = [0] * (2 * own)
        counted = flags = 0
        by, found, before = scorer(table), 0, len(self._rules.rules)
        for at in positions(by.hits(stated) >> before):
            points, excludes, limits, vouched = by.effects[before + at]
            for architecture, gained in points:
                sums[architecture + (own if gained < 0 else 0)] += abs(gained)
            counted += bool(points or excludes)
            flags |= excludes | (excludes & vouched) << own | limits << 2 * own
            bit = 1 << self.ids.index(table.rules[before + at].id)
            found |= bit
            self.excluding |= bit * bool(excludes)
        return (*sums, counted, flags), found


class Beside:
    """The documented cases beside rows, as `genarch.engine.precedents` compares them."""

    def __init__(self, rules: RuleTable, judge: Judge) -> None:
        self._rules, self._judge = rules, judge
        self._cases: Sequence[Case] = [*own_cases(rules), *bundled_cases()]
        weights: Weights = load_weights()
        self._weight = by_constraint(weights)
        self._there = [compared(case.spec.constraints) for case in self._cases]
        self._alone = np.array([sum(UNSTATED * self._weight[name] for name in there) for there in self._there])
        strict = np.array([1 if case.strict else NOT_STRICT for case in self._cases])
        named = dict.fromkeys(family for family, _ in judge.families)
        given = [votes(case) for case in self._cases]
        self._families = list(named | dict.fromkeys(name for shares in given for name in shares))
        self._votes = strict[:, None] * [[shares.get(name, 0.0) for name in self._families] for shares in given]
        self._agreed: dict[tuple[str, Value], tuple[npt.NDArray[Any], npt.NDArray[Any]]] = {}

    def shares(self, table: Any, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """How the cases like some rows of a batch are spread over families; all 0 where none is alike."""
        found = [self._shares(table, rows[at : at + _AT_ONCE]) for at in range(0, len(rows), _AT_ONCE)]
        return np.concatenate(found) if found else np.zeros((0, len(self._families)))

    def _shares(self, table: Any, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        agreed, whole = np.zeros((len(rows), len(self._cases))), np.zeros((len(rows), len(self._cases)))
        whole += self._alone
        names = [name for name in GROUP_OF if name not in _HARDWARE]
        for several in (_HARDWARE, *((name,) for name in names)):
            index, answers = distinct(table, several, rows)
            of_each = [self._beside(stated) for stated in answers]
            agreed += np.array([one for one, _ in of_each])[index]
            whole += np.array([other for _, other in of_each])[index]
        counted = np.divide(agreed, whole, out=np.zeros_like(agreed), where=whole > 0) ** SHARPNESS
        sums = counted @ self._votes
        total = sums.sum(axis=1, keepdims=True)
        spread: Numbers = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
        return spread

    def _beside(self, stated: Answers) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """What some answers agree with each case, and what they add to what could."""
        agreed, whole = np.zeros(len(self._cases)), np.zeros(len(self._cases))
        for name, value in with_implied(stated).items():
            if name in GROUP_OF:
                one, other = self._of(name, value)
                agreed, whole = agreed + one, whole + other
        return agreed, whole

    def _of(self, name: str, value: Value) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        key = name, value
        if key not in self._agreed:
            if len(self._agreed) >= _MOST_KNOWN // 10:
                self._agreed.clear()
            weight, there = self._weight[name], [answers.get(name) for answers in self._there]
            agreed = [0.0 if it is None else weight * agreement_on(name, value, it) for it in there]
            both = [UNSTATED * weight + (1 - 2 * UNSTATED) * weight * (it is not None) for it in there]
            self._agreed[key] = np.array(agreed), np.array(both)
        return self._agreed[key]

    def chances(
        self, table: Any, rows: npt.NDArray[Any], standing: Sequence[Numbers], least: int, recommended: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The chance of what is recommended in some rows, to four places, and whether that is clear.

        `standing` has the points of the best architecture of each family, as `Verdicts` has them; `recommended` has
        1 for each family that is.
        """
        by, shares = self._judge.calibration, self.shares(table, rows)
        assert by  # noqa: S101  (asked where there is one)
        count, known = len(standing), shares.sum(axis=1) > 0
        power = np.where(known, by.precedents, 0.0)
        odds = [
            np.where(
                points > 0,
                by.per_point * (points - 1 - least) + power * np.log(np.maximum(share, LEAST_SHARE)),
                -np.inf,
            )
            for points, share in zip(standing, shares.T[:count], strict=True)
        ]
        most = reduce(np.maximum, odds)
        raised = [np.exp(value - most) for value in odds]
        total = reduce(np.add, raised)
        chance = sum(value / total * yes for value, yes in zip(raised, recommended.T, strict=True))
        own = (shares[:, :count] * recommended).max(axis=1)
        ahead = shares.max(axis=1) - own
        scaled = chance * 1e4
        near = (np.abs(chance - by.clear) < _NEAR) | ((ahead != 0) & (ahead < _NEAR))
        near |= np.abs(scaled - np.floor(scaled) - 0.5) < 1e4 * _NEAR
        clear = (chance >= by.clear) & (ahead <= 0)
        chance = rounded(chance)
        for at in np.flatnonzero(near):
            chance[at], clear[at] = self._exactly(
                table, rows[at], [points[at] for points in standing], least, recommended[at]
            )
        return chance, clear

    def _exactly(
        self, table: Any, row: int, standing: Sequence[int], least: int, recommended: npt.NDArray[Any]
    ) -> tuple[float, bool]:
        """The same of one row, as `decide` has it."""
        by = self._judge.calibration
        assert by  # noqa: S101  (likewise)
        (stated,) = distinct(table, {*GROUP_OF, "gpu"}, np.array([row])).answers
        shares = self._rules.agreement(stated)
        points: Mapping[str, int] = {
            family: int(point) - 1 - least
            for (family, _), point in zip(self._judge.families, standing, strict=True)
            if point
        }
        named = [family for (family, _), yes in zip(self._judge.families, recommended, strict=True) if yes]
        found = chances(points, shares, by)
        chance = sum(found[family] for family in named)
        return round(chance, 4), is_clear(named[0], chance, shares, by)
