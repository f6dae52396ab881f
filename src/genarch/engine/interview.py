"""The questionnaire without its words: what to ask next, when to stop, and what an answer ruled out.

It stops when the verdict is settled: whatever the answers to the rest, they cannot change it by the rules and what
evidence says of the hardware that is stated. With likely ways to answer the rest it stops sooner, when 97 in 100 of
them have the verdict, and asks first what tells them apart best. Until then it asks only what a rule still waits for
and what makes sense for the task.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from math import log
from typing import Literal

from genarch.engine.constraints import BY_NAME, NOTHING_STATED, Answers, Range, Value
from genarch.engine.explore import Exploration
from genarch.engine.likely import Likely, Questionnaire, Situation, usual_hardware
from genarch.engine.matching import positions
from genarch.engine.rules import Notice, RuleTable
from genarch.engine.scoring import Verdict
from genarch.engine.search import VerdictSearch, find, verdict_search
from genarch.engine.spec import with_implied
from genarch.values import NamedTuple

Order = Literal["adaptive", "fixed"]
"""`adaptive` asks what narrows the verdict most, `fixed` goes through the table's questions in turn."""

ENOUGH = 0.97
"""The part of the likely ways to answer the rest from which on the verdict is as good as settled.

Of 500 drawn ways: with so many alike, 95 in 100 of all that could be drawn have the verdict, almost surely.
"""

KEPT = 0.3
"""What a way counts whose verdict an answer gives at once, beside a nat of entropy."""

MOST = 9
"""After so many questions it stops, however the likely ways are spread: nobody goes on for what they do not know."""


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
    the questions that can still be asked, the next one first; empty means that there is nothing left to ask. `likely`
    is how the verdicts of likely ways to answer the rest are spread, most first; empty where that is no question.
    `then` are the questions that make the answer usable. `stopped` is the number of steps at which the search for what
    is possible stopped, 0 where it came to its end.
    """

    verdict: Verdict
    possible: tuple[str, ...]
    open: tuple[str, ...]
    likely: Mapping[str, float] = {}
    then: tuple[str, ...] = ()
    stopped: int = 0

    @property
    def settled(self) -> bool:
        """Whether the verdict of the answers so far is the one that every way to answer the rest leads to."""
        return self.possible == (self.verdict.verdict,) and not self.stopped

    @property
    def share(self) -> float:
        """The part of the likely ways to answer the rest that have the verdict."""
        return self.likely.get(self.verdict.verdict, 0.0)


class Sheet(NamedTuple):
    """The answers of a questionnaire.

    `stated` are the answers, `declined` the constraints that nobody knows, `asked` the questions put so far, in order.
    `written` has the answers that were typed, as a spec has them: an amount keeps its unit. `filled` are the answers
    that came with a described situation.
    """

    stated: Answers
    declined: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    written: Mapping[str, str] = {}
    filled: tuple[str, ...] = ()

    def answered(self, name: str, value: Value | None, written: str = "") -> Sheet:
        """The sheet with an answer, in place of one that it may have; None where nobody can answer."""
        before, asked = self.dropped(name), tuple(dict.fromkeys((*self.asked, name)))
        if value is None:
            return before._replace(asked=asked, declined=(*before.declined, name))
        return before._replace(
            asked=asked, stated={**self.stated, name: value}, written={**self.written, name: written}
        )

    def situated(self, fills: Answers) -> Sheet:
        """The sheet with what a situation fills, but for what is stated already; an earlier situation's is gone."""
        sheet = self
        for name in self.filled:
            sheet = sheet.dropped(name)
        asked = tuple(dict.fromkeys((*sheet.asked, "task")))
        filled = [name for name in fills if name not in sheet.stated and name != "task"]
        for name in ("task", *filled):
            sheet = sheet.answered(name, fills[name])
        return sheet._replace(asked=asked, filled=tuple(filled))

    def dropped(self, name: str) -> Sheet:
        """The sheet as if a question had never been put."""
        return Sheet(
            {other: value for other, value in self.stated.items() if other != name},
            tuple(other for other in self.declined if other != name),
            tuple(other for other in self.asked if other != name),
            {other: text for other, text in self.written.items() if other != name},
            tuple(other for other in self.filled if other != name),
        )


class _Way(NamedTuple):
    """A likely way to answer the rest, how often it was drawn, and the verdict that it comes to."""

    answers: Answers
    drawn: int
    verdict: str


PATIENCE = 300
"""How many nodes a search for idle rules may take, some 4 ms; that for all rules together, five times as many."""

MOST_ABANDONED = 4
"""How many of these searches may meet their limit; after that, the rules that are left stay."""


class Interview:
    """A rule table, and how to go through its questions."""

    def __init__(
        self,
        rules: RuleTable,
        *,
        order: Order = "adaptive",
        every: bool = False,
        certain: bool = False,
        likely: Likely | None = None,
        questionnaire: Questionnaire | None = None,
    ) -> None:
        """`every` goes on after the verdict is settled, to the last question, read by a rule or not.

        `certain` goes on until it is settled where it is as good as that; both may be set later.
        """
        self._rules = rules
        self._table = verdict_search(rules)
        self._order = order
        self.every, self.certain = every, certain
        self._likely, self._questionnaire = likely, questionnaire or Questionnaire()
        self._explored: dict[frozenset[tuple[str, Value]], Exploration] = {}

    @cached_property
    def situations(self) -> Sequence[Situation]:
        """What to choose from at the first question, where it is what is built and not the table's own."""
        known = self._questionnaire.situations if self._order == "adaptive" else ()
        return self._likely.situations(known) if self._likely and known else ()

    def said_as(self, word: str) -> Sequence[str]:
        """Beginnings of the words that a situation may have for one that is searched for."""
        return self._questionnaire.said_as(word)

    @property
    def then(self) -> Sequence[str]:
        """What makes an answer usable."""
        return self._questionnaire.then

    def standing(self, sheet: Sheet) -> Standing:
        """Where these answers leave it; what was declined is not asked again."""
        exploration = self._explore(sheet.stated)
        possible = tuple(item.verdict for item in exploration.possible)
        standing = Standing(exploration.verdict, possible, (), stopped=exploration.stopped)
        useful: list[str] = []
        if not standing.settled:
            useful = [name for name in self.awaited(sheet.stated) if self._may_ask(name, sheet)]
        if useful and self._likely:
            ways, counted = self._ways(sheet, self._likely), Counter[str]()
            for way in ways:
                counted[way.verdict] += way.drawn
            spread = {name: count / counted.total() for name, count in counted.most_common()}
            standing = standing._replace(likely=spread)
            if not self.certain and (standing.share >= ENOUGH or len(sheet.asked) >= MOST):
                useful = []
            elif standing.share < ENOUGH and self._order == "adaptive":
                first = "task" if self._begins(sheet) else self._telling(sheet, useful, ways)
                useful = list(dict.fromkeys((first, *useful)))
        if useful and self._order == "adaptive" and not (standing.likely and standing.share < ENOUGH):
            sure = exploration.settled
            first = self._confirming(sheet, possible[0], useful) if sure else exploration.question_among(useful) or ""
            useful.sort(key=lambda name: name != first)
        if self.every:
            gone = {*useful, *with_implied(sheet.stated)}
            useful += [name for name in self._table.order if name not in gone and self._may_ask(name, sheet)]
        then = [name for name in self.then if name not in useful and self._may_ask(name, sheet)]
        return standing._replace(open=tuple(useful), then=tuple(then))

    def names(self, name: str, sheet: Sheet) -> Sequence[str]:
        """The names to choose from, those first that are chosen most; hardware that stands for others."""
        if name == "gpu":
            return usual_hardware(sheet.stated)
        if not self._likely or self._order == "fixed":
            return BY_NAME[name].values
        return self._likely.names(BY_NAME[name], sheet.dropped(name).stated)

    def _may_ask(self, name: str, sheet: Sheet) -> bool:
        """Whether a question is open, and makes sense for the task."""
        answered = name in sheet.stated or name in sheet.declined
        return not answered and self._questionnaire.applies(name, sheet.stated)

    def _begins(self, sheet: Sheet) -> bool:
        """Whether what is built is to be asked, which comes before all else."""
        return bool(self._questionnaire.situations) and self._may_ask("task", sheet)

    def _ways(self, sheet: Sheet, likely: Likely) -> list[_Way]:
        """Likely ways to answer what a rule waits for that do not contradict what is stated, each once.

        What makes no sense for the task is left open.
        """
        stated, applies, table = sheet.stated, self._questionnaire.applies, self._on_hardware(sheet.stated)
        match, read = self._table.contradictions.match, {"task", *self._table.assumed, *self.awaited(stated)}
        names = {name for name in read if name not in sheet.declined and applies(name, stated)}
        drawn: Counter[frozenset[tuple[str, Value]]] = Counter()
        for way in likely.completions(stated, names):
            sensible = way if "task" in stated else {n: value for n, value in way.items() if applies(n, way)}
            drawn[frozenset(sensible.items())] += 1
        before = match(with_implied(stated)).hits
        ways = [(dict(way), count) for way, count in drawn.items()]
        allowed = [way for way in ways if not match(with_implied({**stated, **way[0]})).hits & ~before]
        verdict = cache(table.verdict)
        return [_Way(way, count, verdict(table.scorer.hits({**stated, **way}))) for way, count in allowed or ways]

    def _telling(self, sheet: Sheet, names: Sequence[str], ways: Sequence[_Way]) -> str:
        """The constraint whose answer tells most of the verdicts of likely ways to answer the rest.

        What counts is how little is left open of which one it is, by entropy, and how often the answer gives at once
        the verdict that the way has in the end.
        """
        table = self._on_hardware(sheet.stated)
        columns = table.space.columns

        def tells(name: str) -> float:
            alike: dict[object, Counter[str]] = defaultdict(Counter)
            shown: dict[object, Answers] = {}
            for answers, drawn, verdict in ways:
                value, column = answers.get(name), columns.get(name)
                kind = column.fails(value) if column and value is not None and type(value) is not Range else value
                alike[kind][verdict] += drawn
                shown.setdefault(kind, NOTHING_STATED if value is None else {name: value})
            found = {kind: table.verdict(table.scorer.hits({**sheet.stated, **way})) for kind, way in shown.items()}
            kept = sum(counts[found[kind]] for kind, counts in alike.items())
            apart = sum(-n * log(n / counts.total()) for counts in alike.values() for n in counts.values())
            return KEPT * kept - apart

        return max(names, key=tells)

    def awaited(self, stated: Answers) -> list[str]:
        """The unstated constraints that a rule still waits for, in the order of the table's questions.

        An inconsistency counts where it ties a constraint to one that a rule waits for.
        """
        space, stated = self._on_hardware(stated).space, with_implied(stated)
        failed, pending = space.matcher.against(stated)
        _, unknown = space.matcher.gather(failed, pending)

        def read(bits: int) -> set[str]:
            """The unstated constraints that these conditions still read."""
            terms = space.matcher.terms_of(bits) & ~failed
            return {name for name, column in space.columns.items() if column.reads & terms and name not in stated}

        waiting = read(unknown & space.watched)
        inconsistencies = (read(1 << at) for at in positions(unknown & ~space.watched))
        names = waiting.union(*(tied for tied in inconsistencies if tied & waiting))
        return [name for name in self._table.order if name in names]

    def no_longer_apply(self, sheet: Sheet, changed: str) -> list[str]:
        """Questions asked after a changed one that would not be asked any more, each beside the answers before it."""
        at = sheet.asked.index(changed) if changed in sheet.asked else len(sheet.asked)
        later, gone = sheet.asked[at + 1 :], []
        beside = {name: value for name, value in sheet.stated.items() if name not in later}
        for name in later:
            if not (self.every or name in self.then or name in self.awaited(beside)):
                gone.append(name)
            elif name in sheet.stated:
                beside[name] = sheet.stated[name]
        return gone

    def ruled_out(self, name: str, stated: Answers) -> list[RuledOut]:
        """What the answer to `name` makes impossible beside the other answers, and which rules do it."""
        others = {other: value for other, value in stated.items() if other != name}
        if self._explore(stated).stopped:
            return []
        left = {item.verdict for item in self._explore(stated).possible}
        gone = [item for item in self._explore(others).possible if item.verdict not in left]
        return [RuledOut(item.verdict, self._reason(item.verdict, others, stated)) for item in gone]

    def contradictions(self, stated: Answers) -> list[Notice]:
        """The inconsistencies of the table that the answers bring about."""
        met = self._table.contradictions.match(with_implied(stated)).hits
        return [self._table.inconsistencies[at] for at in positions(met)]

    def _explore(self, stated: Answers) -> Exploration:
        """Each sheet is looked at several times: before its last answer, and for what that ruled out."""
        return self._explored.setdefault(frozenset(stated.items()), Exploration(stated, self._rules))

    def _confirming(self, sheet: Sheet, verdict: str, names: Sequence[str]) -> str:
        """The constraint most of whose classes of answers make the stated answers give a verdict.

        For answers that are settled: whatever the rest is, it comes to this verdict, but what is stated does not yet.
        """
        table = self._on_hardware(sheet.stated)

        def share(name: str) -> float:
            classes = table.space.classes[name]
            decided = (table.scorer.decide({**sheet.stated, name: answer.value}).verdict for answer in classes)
            return sum(found == verdict for found in decided) / len(classes)

        return max(names, key=share)

    def _reason(self, verdict: str, stated: Answers, answers: Answers) -> tuple[Decided, ...]:
        """Rules decided by the new answers that are enough: one of them if one is, else all without the idle ones.

        What takes too long to be shown idle stays: the next question does not wait for a shorter list.
        """
        table = self._on_hardware(answers)
        _, unknown = _matched(table, stated)
        new_hits, still = _matched(table, answers)
        pinned = unknown & ~still
        abandoned = 0

        def enough(bits: int, patience: int | None = None) -> bool:
            """Whether no completion reaches the verdict with just these hits among some of the rules decided."""
            nonlocal abandoned
            hits = new_hits & bits

            def may_reach(found: int, still_open: int) -> bool:
                if (found | still_open) & hits != hits or found & bits & ~hits:
                    return False
                return table.reachable(found | hits, still_open & ~bits, {verdict})

            reached = find(
                table.space,
                lambda found: found & bits == hits and table.verdict(found) == verdict,
                may_reach,
                stated,
                limit=patience or (PATIENCE if abandoned < MOST_ABANDONED else 0),
            )
            abandoned += not reached.complete
            return reached.complete and reached.answers is None

        decided = [1 << at for at in positions(pinned)]
        chosen = next((bit for bit in decided if enough(bit)), pinned)
        if chosen == pinned and not enough(pinned, 5 * PATIENCE):
            return ()
        for bit in decided:
            if chosen & bit and chosen != bit and enough(chosen & ~bit):
                chosen &= ~bit
        return tuple(Decided(table.rules.rules[at].id, bool(new_hits >> at & 1)) for at in positions(chosen))

    def _on_hardware(self, stated: Answers) -> VerdictSearch:
        """The table with what evidence says of the stated hardware."""
        return verdict_search(self._rules.on_hardware(stated))


def _matched(table: VerdictSearch, stated: Answers) -> tuple[int, int]:
    """The bits of the rules that hit, and of those that are open, assumptions left aside."""
    hits, unknown = table.space.matcher.gather(*table.space.matcher.against(with_implied(stated)))
    return hits & table.space.watched, unknown & table.space.watched
