"""The questions that go beyond a verdict, each answered when it is asked.

All of them rest on two things: the verdict of stated answers (`decide`), and the verdicts that completions of them
reach (`possible`). Answers that the table declares inconsistent are left out of every completion and every change. What
evidence says of the stated hardware is in the table that is explored: hardware, size and budget that are not stated
stay so. Each answer takes a bounded number of steps; what is then only partly known is said in `partly`.
"""

# No annotations as strings here: each field of a named tuple would be compiled at every start.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, product

from genarch.engine.budget import Budget
from genarch.engine.completions import Completions, by_telling, completions_of
from genarch.engine.conditions import values_named
from genarch.engine.constraints import BY_NAME, Answers, Range, Value, gpu_names, in_order
from genarch.engine.matching import Column, positions, variations
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Change, Flip, Possible, Stability, Verdict, verdict_of
from genarch.engine.search import (
    LIMIT,
    STEP,
    AnswerClass,
    Stretch,
    VerdictSearch,
    distinct,
    fewer,
    names_of,
    subsets,
    verdict_search,
)
from genarch.engine.spec import IMPLIED, Spec, contradicted_device, no_hardware, unplaced, with_implied

TIMED = frozenset({"task", "latency_budget_ms", "device", "gpu", "device_memory_gb", "resolution_px"})
"""What the time for an image hangs on: evidence says what would be if one of them were another, not several."""

TRIES = 50_000
"""Changes of the stated answers that are tried for one question: some two seconds."""

UNPLACED = 100
"""Steps that one counts for where evidence has to be asked anew."""


def explore(spec: Spec, rules: RuleTable) -> "Exploration":
    """Explore a spec; nothing is worked out before it is asked for."""
    return Exploration(spec.constraints, rules)


class Exploration:
    """What can be said of stated answers beyond their verdict."""

    def __init__(self, stated: Answers, rules: RuleTable, *, budget: Budget | None = None) -> None:
        """Prepare it, by the table with what evidence says of what is stated.

        `budget` is that of the search for what is possible, where it shares one with others.
        """
        self._rules = rules
        self._given = dict(stated)
        self._stated = dict(with_implied(stated))
        self._table = verdict_search(rules.on_hardware(stated))
        self._refused = 0
        self._budget = budget
        self._met: dict[str, int] = {}
        self._cost = 1 + self._table.space.matcher.size // STEP

    @cached_property
    def _around(self) -> VerdictSearch:
        """The table for changes, with what evidence would say of other hardware, sizes and tasks.

        As long as no task is stated, it says nothing that counts, however anything else is changed.
        """
        return verdict_search(self._rules.on_hardware(self._given, around="task" in self._given))

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on what is stated."""
        return self._table.scorer.decide(self._given)

    @cached_property
    def _completed(self) -> Completions:
        return completions_of(self._table, self._stated, self._budget)

    @cached_property
    def possible(self) -> tuple[Possible, ...]:
        """Every verdict that answering everything else can lead to, in the table's order, with a witness.

        A witness answers every constraint that the table's rules and inconsistencies read. Where the search met its
        limit, those that it found and those of samples.
        """
        if not self._completed.complete:
            self._met["possible"] = LIMIT
        reached = self._completed.reached.items()
        return tuple(Possible(name, in_order({**self._stated, **found})) for name, found in reached)

    @property
    def stopped(self) -> int:
        """The steps at which the search for what is possible stopped; 0 where it came to its end."""
        self.possible  # noqa: B018  (searches)
        return self._met.get("possible", 0)

    @property
    def settled(self) -> bool:
        """Whether every way to answer the rest leads to one verdict; only where that is known."""
        return len(self.possible) == 1 and not self.stopped

    @property
    def partly(self) -> Mapping[str, int] | None:
        """What is only partly known, each with the steps at which its search stopped; None where all is known."""
        for part in ("possible", "flips", "binding", "relax", "stability"):
            getattr(self, part)
        return self._met or None

    def _tries(self, part: str) -> Callable[[], bool]:
        """What takes a step of those that one question has, and says whether it had one."""
        budget, cost = Budget(TRIES), self._cost * (UNPLACED if self._unplaced else 1)

        def another() -> bool:
            if not budget.spend(cost):
                self._met[part] = TRIES
            return not budget.met

        return another

    @property
    def left_out(self) -> tuple[str, ...]:
        """The table's inconsistencies that some answers to the rest, or some changes, would bring about.

        Those answers and changes are left out of everything that is said here.
        """
        self.flips  # noqa: B018  (meets the changes that are refused)
        met = self._table.contradictions.match(self._stated).unknown | self._refused
        return tuple(self._table.inconsistencies[at].id for at in positions(met))

    @cached_property
    def next_question(self) -> str | None:
        """The unstated constraint whose answer narrows the verdict most, by samples; None when settled.

        It may be one of which a range is stated, and where in it would narrow the verdict most.
        """
        return None if self.settled or not self.possible else self._completed.next_question

    @cached_property
    def open_questions(self) -> tuple[str, ...]:
        """The unstated constraints that the verdict still depends on, the most telling first; none when settled.

        Of each, another answer alone changes the verdict of a completion, of which some are looked at. Where these show
        none, it is the next question.
        """
        if self.settled or not self.possible:
            return ()
        return self._completed.open_questions or tuple(filter(None, [self.next_question]))

    def question_among(self, names: Sequence[str]) -> str | None:
        """The constraint whose answer leaves the fewest verdicts possible on average; None where nothing is possible.

        The average is over the classes of answers that the table tells apart. Among equals the constraint that leaves
        fewer at most is given, then the first named. What an answer leaves possible is what sampled completions show,
        which may miss a verdict that few of them have: the choice is not exact where there are more completions than
        samples.
        """
        return next(iter(by_telling(self._table, self._stated, names)), None)

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """For each stated constraint, the nearest changes that alone give another verdict, one for each direction.

        A number moves to the first threshold on either side from which on the verdict is another one, a range beyond
        either of its ends: what is within it is said by what is possible. A choice has one
        flip for each verdict that another choice gives, a set for each that the fewest members put in or out give.
        Where no single change does, the smallest combination of changes, if there is one.
        """
        another = self._tries("flips")
        single = tuple(flip for name in self._read(self._around) for flip in self._single(name, another))
        return single or self._combined(another)

    @cached_property
    def binding(self) -> tuple[str, ...]:
        """The fewest stated constraints that give this verdict when all else is unknown.

        Where trying them all takes too long, none of which can be left out.
        """
        read, another = self._read(self._table), self._tries("binding")
        if not self._unplaced:
            deciding = self._table.deciding(self._given)
            read = [name for name in read if name in deciding]

        def gives(some: Iterable[str]) -> bool:
            return self._decide({name: self._given[name] for name in some}) == self.verdict.verdict

        for some in subsets(read):
            if not another():
                return tuple(fewer(read, gives))
            if gives(some):
                return some
        return tuple(read)

    @cached_property
    def relax(self) -> tuple[tuple[str, ...], ...]:
        """When infeasible, each smallest set of stated constraints without which an architecture is left.

        Where trying them all takes too long, those found, or one of which nothing can be stated after all.
        """
        if self.verdict.verdict != "infeasible":
            return ()
        rules, hits = self._table.rules, self._table.scorer.hits(self._given)
        excluding = [rule.when for at, rule in enumerate(rules.rules) if rule.excludes and hits >> at & 1]
        # Without what no rule that excludes reads, nor an assumption that it rests on, nothing more is left.
        reading = values_named([*excluding, *(assumption.when for assumption in rules.assumptions)])
        read = [
            name for name in self._read(self._table) if name in reading or (name == "gpu" and reading.keys() & IMPLIED)
        ]
        found: list[tuple[str, ...]] = []
        another = self._tries("relax")

        def leaves(dropped: Sequence[str]) -> bool:
            kept = {name: value for name, value in self._given.items() if name not in dropped}
            return self._decide(kept) != "infeasible"

        for dropped in subsets(read, 1):
            if not another():
                return tuple(found) or ((tuple(fewer(read, leaves)),) if leaves(read) else ())
            if not any(set(smaller) <= set(dropped) for smaller in found) and leaves(dropped):
                found.append(dropped)
        return tuple(found)

    @cached_property
    def stability(self) -> Stability | None:
        """The smallest change of one rule's points that gives another verdict; None when none does."""
        found = self._table.scorer.stability(self._given, budget := Budget(TRIES))
        self._met |= {"stability": TRIES} if budget.met else {}
        return found

    def _read(self, table: VerdictSearch) -> list[str]:
        """The stated constraints that a rule or an inconsistency reads, a GPU as what it implies."""
        columns = table.space.columns
        return [
            name
            for name in BY_NAME
            if name in self._given and (name in columns or (name == "gpu" and "device" in columns))
        ]

    def _decide(self, answers: Answers) -> str:
        """The verdict on some of what is stated; asked anew where evidence knows other hardware alone."""
        if self._unplaced and not unplaced(answers):
            return verdict_of(answers, self._rules)
        return self._table.verdict(self._table.scorer.hits(answers))

    @cached_property
    def _unplaced(self) -> bool:
        return unplaced(self._given)

    def _changed(self, changes: Mapping[str, Value]) -> str | None:
        """The verdict with other answers; None where that, or no change at all, contradicts itself."""
        answers = {**self._given, **changes}
        if contradicted_device(answers) and not contradicted_device(self._given):
            return None
        if contradicted := self._table.contradictions.match(with_implied(answers)).hits & ~self._contradicted:
            return self._other("", contradicted)
        if self._asks_anew(changes) and not unplaced(answers):
            return self._other(verdict_of(answers, self._rules))
        return self._other(self._around.verdict(self._around.scorer.hits(answers)))

    def _asks_anew(self, changed: Iterable[str]) -> bool:
        """Whether another gpu or device may be one that evidence knows, where it knows none like the stated one."""
        return self._unplaced or ("device" in changed and no_hardware(self._given))

    def _other(self, verdict: str, contradicted: int = 0) -> str | None:
        """A verdict that is another one; None where it is not, or answers contradict themselves more than before."""
        if new := contradicted & ~self._contradicted:
            self._refused |= new
            return None
        return None if verdict == self.verdict.verdict else verdict

    @cached_property
    def _contradicted(self) -> int:
        """The inconsistencies of what is stated."""
        return self._table.contradictions.match(self._stated).hits

    def _single(self, name: str, another: Callable[[], bool]) -> Iterator[Flip]:
        here, changed = self._given[name], self._changed_alone(name, another)
        if BY_NAME[name].numeric:
            for way, into in zip(self._beyond(name), (_down_to, _up_to), strict=True):
                # Evidence speaks of sizes, not of what lies between them.
                sizes = name == "resolution_px" and self._around.rules is not self._rules
                cells = (cell for cell in way if not sizes or cell.range.at_least is not None)
                reached = ((cell, changed(cell.value)) for cell in cells)
                yield from islice((Flip((into(name, cell),), found) for cell, found in reached if found), 1)
            return
        verdicts: dict[str, list[Value]] = {}

        def distance(there: Value) -> int:
            """How many members go in or out; any other choice is one step away."""
            return len(here ^ there) if isinstance(here, frozenset) and isinstance(there, frozenset) else 1

        values = self._varied(name, here)
        if name == "gpu":  # in place of one, others of its kind
            kind, usual = self._stated.get("device"), gpu_names().usual  # none where it is not listed
            values = [gpu for gpu in usual if kind in (None, gpu_names().devices[gpu][0])]
        for value in sorted(values, key=distance):
            if verdict := changed(value):
                verdicts.setdefault(verdict, []).append(value)
        for verdict, (nearest, *others) in verdicts.items():
            yield Flip((Change(name, nearest, others=() if BY_NAME[name].kind == "set" else tuple(others)),), verdict)

    def _changed_alone(self, name: str, another: Callable[[], bool]) -> Callable[[Value], str | None]:
        """What `_changed` says of another answer to one constraint, worked out once for those that do the same.

        Of those for which there is no step left, that they change nothing.
        """
        space, here, done = self._around.space, self._given[name], dict[object, str | None]()
        failed, pending = space.matcher.against(self._stated, without=name)
        fails = space.column(name).fails
        assumable = [self._given.get(assumption.assume.constraint) for assumption in self._around.rules.assumptions]

        def does(value: Value) -> int:
            return fails(value) & ~failed

        def changed(value: Value) -> str | None:
            if (key := does(value)) not in done and not another():
                return None
            if key not in done:
                hits, _ = space.matcher.gather(failed | key, pending)
                contradicted, verdict = hits >> space.watched.bit_length(), self._around.verdict(hits & space.watched)
                done[key] = self._other(verdict, contradicted)
            return done[key]

        def changed_with_more(value: Value) -> str | None:
            """Where the answer implies others, or takes an assumption away, which do not all show in its own terms."""
            if (key := self._does(name, value, ~failed)) not in done and not another():
                return None
            if key not in done:
                done[key] = self._changed({name: value})
            return done[key]

        more = name in ("gpu", *IMPLIED) or None in assumable
        if not isinstance(here, Range):
            done[self._does(name, here, ~failed) if more else does(here)] = None
        return changed_with_more if more else changed

    def _varied(self, name: str, here: Value) -> Sequence[Value]:
        """Every choice; every set that differs from what is stated in members that make a difference."""
        if not isinstance(here, frozenset):
            return names_of(BY_NAME[name], ())
        column, assumed = (
            columns.get(name, Column(name)) for columns in (self._around.space.columns, self._around.assumed)
        )
        live = ~self._around.space.matcher.against(self._stated, without=name)[0]
        members = {*here, *column.members, *assumed.members}
        apart = {member for some in assumed.alike(members) for member in some}
        together = [*column.alike(members - apart, live), *([member] for member in apart)]
        return variations(BY_NAME[name], here, together)

    def _does(self, name: str, value: Value, live: int) -> tuple[Value, ...]:
        """What an answer, and what it implies, does to rules, inconsistencies and assumptions, and to the hardware.

        Of devices that do the same to the rules, some may contradict the stated hardware.
        """
        unread = Column(name)
        if name not in ("gpu", *IMPLIED):
            columns, assumed = self._around.space.columns, self._around.assumed
            return columns.get(name, unread).fails(value) & live, assumed.get(name, unread).fails(value)
        implied = with_implied(
            {**{other: self._given[other] for other in IMPLIED if other in self._given}, name: value}
        )
        columns_read = [
            of.get(read, unread).fails
            for of in (self._around.space.columns, self._around.assumed)
            for read in (name, *IMPLIED)
        ]
        values = [implied.get(read) for read in (name, *IMPLIED)] * 2
        given = [None if isinstance(stated, Range) else stated for stated in values]  # a range stays what it is
        failed = [0 if stated is None else fails(stated) for fails, stated in zip(columns_read, given, strict=True)]
        known = (value,) if self._asks_anew((name,)) else ()
        return *failed, contradicted_device({**self._given, name: value}) is not None, *known

    def _combined(self, another: Callable[[], bool]) -> tuple[Flip, ...]:
        """The smallest combination of changes that gives another verdict; at most one of what a time hangs on."""
        classes = {name: self._others(name) for name in self._read(self._around) if name in self._around.space.columns}
        read = [name for name, others in classes.items() if len(others) > 1 or isinstance(self._given[name], Range)]
        for names in (some for some in subsets(read, 2) if len(TIMED.intersection(some)) < 2):
            for answers in product(*(classes[name] for name in names)):
                if not another():
                    return ()
                changes = dict(zip(names, (answer.value for answer in answers), strict=True))
                verdict = self._changed(changes)
                if verdict and all(changes[name] != self._given[name] for name in names):
                    return (Flip(tuple(self._nearest(name, value) for name, value in changes.items()), verdict),)
        return ()

    def _others(self, name: str) -> Sequence[AnswerClass]:
        """The classes of answers to a stated constraint; of a number with a range stated, of those beyond it."""
        space = self._around.space
        if not isinstance(self._given[name], Range):
            return space.classes[name]
        beyond = {cell.value for way in self._beyond(name) for cell in way}
        return distinct(answer for answer in space.answers(name) if answer.value in beyond)

    def _beyond(self, name: str) -> tuple[list[Stretch], list[Stretch]]:
        """The cells of a number below what is stated of it, and those above, the nearest first."""
        here, space = self._given[name], self._around.space
        within = space.column(name).within(here)
        outside = [cell for cell in space.cells(name) if not any(map(cell.range.holds, within))]
        below = [cell for cell in reversed(outside) if cell.value < within[0]]
        return below, [cell for cell in outside if cell.value > within[-1]]

    def _nearest(self, name: str, value: Value) -> Change:
        """The change to answers of the same class; for a number, from where on they begin on its side."""
        if BY_NAME[name].numeric:
            fails = self._around.space.columns[name].fails
            for way, into in zip(self._beyond(name), (_down_to, _up_to), strict=True):
                if value in [cell.value for cell in way]:
                    return into(name, next(cell for cell in way if fails(cell.value) == fails(value)))
        return Change(name, value)


def _down_to(name: str, cell: Stretch) -> Change:
    """A number changed into a cell below it: from where on the cell begins on the way there."""
    return Change(name, cell.value, "below" if cell.range.at_most is None else "at_most", cell.range.high)


def _up_to(name: str, cell: Stretch) -> Change:
    """Likewise into one above it."""
    return Change(name, cell.value, "above" if cell.range.at_least is None else "at_least", cell.range.low)
