"""A rule table compiled for exploration, once for each table."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from genarch.engine.bounds import Bounds
from genarch.engine.matching import Matcher
from genarch.engine.scoring import Scorer, scorer
from genarch.engine.search import Search
from genarch.engine.space import contradictions, table_space
from genarch.model.constraints import CONSTRAINTS, Answers, Value
from genarch.model.table import RuleTable


class Compiled:
    """What every question to a table starts from; `compiled` gives the one of a table."""

    def __init__(self, rules: RuleTable) -> None:
        self.rules = rules
        self.scorer: Scorer = scorer(rules)
        self.space = table_space(rules)
        self.bounds = Bounds(rules)
        self.inconsistencies = [notice for notice in rules.notices if notice.level == "inconsistency"]
        self.contradictions = Matcher(contradictions(rules))
        self.assumed = {column.constraint: column for column in Matcher([a.when for a in rules.assumptions]).columns}
        asked = dict.fromkeys(question.id for question in rules.questions)
        self.order = list(asked | dict.fromkeys(constraint.name for constraint in CONSTRAINTS))
        """Every constraint, in the order of the table's questions; those without a question come last."""

    def possible(self, stated: Answers, wanted: tuple[str, ...]) -> Mapping[str, dict[str, Value]]:
        """Those of the wanted verdicts that some completion reaches, each with the answers that it adds."""
        return self.search(stated).run(wanted)

    def search(self, stated: Answers, limit: int | None = None) -> Search:
        """A search for verdicts of completions, up to so many nodes."""
        return Search(self.space, self._verdict, self.bounds.reachable, stated, limit=limit)

    def _verdict(self, hits: int) -> str:
        return self.scorer.judge(hits).verdict


_COMPILED: WeakKeyDictionary[RuleTable, Compiled] = WeakKeyDictionary()


def compiled(rules: RuleTable) -> Compiled:
    """The table compiled."""
    found = _COMPILED.get(rules)
    if found is None:
        found = _COMPILED[rules] = Compiled(rules)
    return found
