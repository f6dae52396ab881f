"""Questions until a verdict is settled, or as good as that, against a fixed order and the full form."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple, TypeVar

from genarch import RuleTable, decide
from genarch.engine.constraints import CONSTRAINTS, Answers, Value, in_order
from genarch.engine.interview import Interview, Order, Sheet, Standing
from genarch.engine.likely import Likely
from genarch.engine.precedents import GROUPS, SHARPNESS, precedents, source_of
from genarch.engine.search import verdict_search
from genarch.engine.spec import Spec
from genarch.files.bundled import bundled_cases, load_questionnaire, load_weights


class Run(NamedTuple):
    """One person's way through the questionnaire: questions asked, the longest wait for the next one, and the end."""

    questions: int
    seconds: float
    standing: Standing


Item = TypeVar("Item")
Result = TypeVar("Result")
_work: list[Callable[[Any], Any]] = []
"""What the processes do, which they have from before they were forked."""


def _done(item: Any) -> Any:
    return _work[0](item)


def shared(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The results for all items, worked out by as many processes as there are cores."""
    _work[:] = [work]
    with get_context("fork").Pool() as pool:
        found: list[Result] = pool.map(_done, items, chunksize=4)
    return found


def measure(rules: RuleTable, people: Sequence[Answers]) -> None:
    """Print the mean and the worst number of questions for people who have these answers.

    Raises:
        SystemExit: when a verdict at the stop is not the one of all answers.
    """
    full = [full_form(rules, answers) for answers in people]
    print(f"  {'the full form, what cannot matter left out':44} mean {statistics.mean(full):5.2f}, worst {max(full):2}")
    orders: tuple[tuple[Order, str], ...] = (("fixed", "the table's order"), ("adaptive", "what narrows most"))
    for order, name in orders:
        runs = shared(partial(asked, partial(Interview, rules, order=order)), people)
        for answers, run in zip(people, runs, strict=True):
            if run.standing.settled and run.standing.verdict.verdict != decide(Spec("all", answers), rules).verdict:
                raise SystemExit(f"the verdict at the stop is not that of all answers: {answers}")
        ratio = statistics.mean(run.questions for run in runs) / statistics.mean(full)
        print(f"  {name + ' until settled':44} {figures(runs)}; {ratio:.2f} of the full form")


def figures(runs: Sequence[Run]) -> str:
    """Mean and worst number of questions."""
    counts = [run.questions for run in runs]
    return f"mean {statistics.mean(counts):5.2f}, worst {max(counts):2}"


def longest_wait(interview: Callable[[], Interview], people: Sequence[Answers], runs: Sequence[Run]) -> str:
    """The longest wait, of the ten slowest, each in the median of five runs: a machine halts now and then."""
    slowest = sorted(range(len(runs)), key=lambda at: -runs[at].seconds)[:10]
    again = [[runs[at].seconds, *(asked(interview, people[at]).seconds for _ in range(4))] for at in slowest]
    return f"longest wait {max(map(statistics.median, again)) * 1e3:3.0f} ms"


def measure_likely(rules: RuleTable, complete: Sequence[Answers]) -> None:
    """Print how many questions it takes until a verdict is as good as settled, and how often it is that of all answers.

    The people have the answers of the cases, or of 1,000 specs drawn from them. What is likely is by all cases, or by
    all but those of the source that the person's answers are from. The first question is answered by a situation that
    says no more than is so, else by the task. Then the longest wait for the next question, also of people with
    `complete` answers who go on until it is certain.
    """
    cases, drawn = [case.spec.constraints for case in bundled_cases()], drawn_people(1_000)
    sources = [source_of(case) for case in bundled_cases()]
    known = []
    for name, people, leave_out in (
        (f"{len(drawn):,} specs drawn from the cases", drawn, []),
        (f"the {len(cases)} cases", cases, []),
        ("the same, what their source has left out", cases, sources),
    ):
        known = measured(rules, people, leave_out, each=shared)
        same = [run.standing.verdict.verdict == _verdict(rules, of) for run, of in zip(known, people, strict=True)]
        print(f"  {name:44} {figures(known)}; {100 * statistics.mean(same):5.1f} % as with all answers")
    by = partial(Interview, rules, likely=Likely(bundled_cases(), load_weights()), questionnaire=load_questionnaire())
    certain = partial(by, certain=True)
    runs = shared(partial(asked, certain), complete)
    print(f"  {'the cases, from an answer to a question':44} {longest_wait(by, cases, known)}")
    print(f"  {f'{len(complete)} random complete specs, with --certain':44} {longest_wait(certain, complete, runs)}")


def _verdict(rules: RuleTable, answers: Answers) -> str:
    return decide(Spec("all", answers), rules).verdict


def measured(
    rules: RuleTable,
    people: Sequence[Answers],
    leave_out: Sequence[str] = (),
    each: Callable[[Callable[[int], Run], Sequence[int]], Iterable[Run]] = map,
) -> list[Run]:
    """What each of these people is asked until it is as good as settled.

    `leave_out` has for each the source whose cases are left out of what is likely.
    """
    known = load_questionnaire()
    likely = {
        source: Likely([case for case in bundled_cases() if source_of(case) != source], load_weights())
        for source in {"", *leave_out}
    }

    def run(at: int) -> Run:
        by = likely[leave_out[at] if leave_out else ""]
        return asked(partial(Interview, rules, likely=by, questionnaire=known), people[at])

    return list(each(run, range(len(people))))


def drawn_people(count: int) -> list[Answers]:
    """Specs drawn from the documented cases: what is made is of one, other groups of fields of it or one like it."""
    chance, cases, weights = random.Random(7), bundled_cases(), load_weights()
    found = []
    for _ in range(count):
        case = chance.choice(cases)
        alike = precedents(case.spec.constraints, cases, weights)
        answers = dict(case.spec.constraints)
        for group in ("serving", "priorities", "training"):
            if chance.random() < 0.5:
                (other,) = chance.choices(alike, [one.similarity**SHARPNESS for one in alike])
                for name in GROUPS[group]:
                    answers.pop(name, None)
                    if name in other.case.spec.constraints:
                        answers[name] = other.case.spec.constraints[name]
        found.append(in_order(answers))
    return found


def asked(interview: Callable[[], Interview], answers: Answers) -> Run:
    """Go through the questionnaire; whoever lacks an answer says so, and who fits a situation picks it."""
    now, sheet, longest = interview(), Sheet({}), 0.0
    standing = now.standing(sheet)
    while standing.open:
        name = standing.open[0]
        fitting = [one.fills for one in now.situations if one.fits(answers)] if name == "task" else []
        began = time.process_time()
        sheet = sheet.situated(max(fitting, key=len)) if fitting else sheet.answered(name, answers.get(name))
        for gone in now.no_longer_apply(sheet, name):
            sheet = sheet.dropped(gone)
        standing = now.standing(sheet)
        if name in sheet.stated:
            now.ruled_out(name, sheet.stated)
        longest = max(longest, time.process_time() - began)
    return Run(len(sheet.asked), longest, standing)


def full_form(rules: RuleTable, answers: Answers) -> int:
    """The questions of a form that skips what no rule waits for any more, but does not know when it is done."""
    interview, known, gone = Interview(rules), dict[str, Value](), set[str]()
    while waiting := [name for name in interview.awaited(known) if name not in gone]:
        name = waiting[0]
        gone.add(name)
        if name in answers:
            known[name] = answers[name]
    return len(gone)


def complete_people(rules: RuleTable, count: int) -> list[Answers]:
    """Random answers to every question, none of them contradicting another by the table."""
    chance, table = random.Random(4), verdict_search(rules)
    found: list[Answers] = []
    while len(found) < count:
        answers = {constraint.name: _answer(constraint.name, chance) for constraint in CONSTRAINTS}
        if not table.contradictions.match(answers).hits:
            found.append(answers)
    return found


def _answer(name: str, chance: random.Random) -> Value:
    constraint = next(found for found in CONSTRAINTS if found.name == name)
    match constraint.kind:
        case "choice":
            return chance.choice(constraint.values)
        case "set":
            return frozenset(value for value in constraint.values if chance.random() < 0.3)
        case "flag":
            return chance.random() < 0.5
        case "integer":
            return chance.choice((64, 256, 512, 1024, 5000))
    return chance.choice((10.0, 33.0, 60.0, 99.0, 100.0, 500.0, 1000.0, 5000.0))
