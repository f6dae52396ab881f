"""Regions of the space: stretches of numbers, restrictions of constraints, and what a region is told of."""

from __future__ import annotations

from typing import Literal, NamedTuple

from genarch.model.constraints import Answers, Value


class Stretch(NamedTuple):
    """Neighbouring numbers that do the same: one of them, and where they begin and end, None for no end.

    `low` belongs to the stretch when `from_low`, `high` when `to_high`.
    """

    value: int | float
    low: int | float | None
    from_low: bool
    high: int | float | None
    to_high: bool

    def __str__(self) -> str:
        """`below 50`, `50 to below 100`, `above 50`, `1000 or more`, `50`."""
        if self.low is None and self.high is None:
            return "any"
        if self.low == self.high:
            return str(self.low)
        end = "" if self.high is None else f"{self.high} or less" if self.to_high else f"below {self.high}"
        if self.low is None:
            return end
        start = f"{self.low} or more" if self.from_low else f"above {self.low}"
        if self.high is None:
            return start
        return f"{self.low if self.from_low else start} to {self.high if self.to_high else f'below {self.high}'}"

    def holds(self, number: float) -> bool:
        """Whether a number is in it."""
        after_low = self.low is None or number > self.low or (self.from_low and number == self.low)
        return after_low and (self.high is None or number < self.high or (self.to_high and number == self.high))

    def joined(self, following: Stretch) -> Stretch:
        """This one and the one that follows it, as one."""
        return self._replace(high=following.high, to_high=following.to_high)


class Restriction(NamedTuple):
    """What a region asks of one constraint.

    `values` are the choices it admits, or the yes or no. For a number, it is the stretch; for a set, the members that
    must be in and those that must not.
    """

    constraint: str
    values: tuple[Value, ...] = ()
    stretch: Stretch | None = None
    members: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class Region(NamedTuple):
    """A part of the space in which one table answers `before` and another `after`, whatever else is answered.

    Answers are architectures, or the verdicts without one. `example` are complete answers in the region.
    """

    before: str
    after: str
    where: tuple[Restriction, ...]
    example: Answers


Elsewhere = Literal["yes", "no", "perhaps"]


class VerdictChange(NamedTuple):
    """Outcomes that two tables differ in, with regions where they do, and whether they do elsewhere too."""

    before: str
    after: str
    regions: tuple[Region, ...]
    elsewhere: Elsewhere
