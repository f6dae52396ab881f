"""What a questionnaire knows at one point: what is still possible, and what to ask next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from genarch.model.constraints import Answers, Value
from genarch.model.evaluation import Verdict

Order = Literal["adaptive", "fixed"]
"""`adaptive` asks what narrows the possible verdicts most, `fixed` goes through the table's questions in turn."""


class Decided(NamedTuple):
    """A rule that an answer has decided: it hits now, or can no longer hit."""

    rule: str
    hits: bool


class RuledOut(NamedTuple):
    """A verdict that an answer made impossible, and the rules whose being decided is enough for that.

    `rules` is empty where no rules do it alone: then it is the answer itself that leaves no way there.
    """

    verdict: str
    rules: tuple[Decided, ...]


class Standing(NamedTuple):
    """Where a questionnaire stands.

    `verdict` is that of the answers so far, `possible` every verdict that answering the rest can lead to. `open` are
    the questions that can still be asked, the next one first; empty means that there is nothing left to ask.
    """

    verdict: Verdict
    possible: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def settled(self) -> bool:
        """Whether the verdict of the answers so far is the one that every way to answer the rest leads to."""
        return self.possible == (self.verdict.verdict,)


class Sheet(NamedTuple):
    """The answers of a questionnaire.

    `stated` are the answers, `declined` the constraints that nobody knows, `asked` the questions put so far, in order.
    `written` has the answers that were typed, as a spec has them: an amount keeps its unit.
    """

    stated: Answers
    declined: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    written: Mapping[str, str] = {}

    def answered(self, name: str, value: Value, written: str) -> Sheet:
        """The sheet with an answer, in place of one that it may have."""
        return self._without(name)._replace(
            stated={**self.stated, name: value},
            asked=self._asked(name),
            written={**self.written, name: written},
        )

    def left_open(self, name: str) -> Sheet:
        """The sheet with a question that nobody can answer."""
        without = self._without(name)
        return without._replace(declined=(*without.declined, name), asked=self._asked(name))

    def dropped(self, name: str) -> Sheet:
        """The sheet as if a question had never been put."""
        return self._without(name)._replace(asked=tuple(other for other in self.asked if other != name))

    def _asked(self, name: str) -> tuple[str, ...]:
        return self.asked if name in self.asked else (*self.asked, name)

    def _without(self, name: str) -> Sheet:
        return self._replace(
            stated={other: value for other, value in self.stated.items() if other != name},
            declined=tuple(other for other in self.declined if other != name),
            written={other: text for other, text in self.written.items() if other != name},
        )
