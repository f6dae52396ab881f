"""How many questions the questionnaire asks until the verdict is settled, against a fixed order and the full form."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

from genarch import RuleTable, decide
from genarch.table.constraints import CONSTRAINTS, Answers, Value
from genarch.table.interview import Interview, Order, Sheet
from genarch.table.search import verdict_search
from genarch.table.spec import Spec


class Run(NamedTuple):
    """One person's way through the questionnaire: questions asked, and the longest wait for the next one."""

    questions: int
    seconds: float


def measure(rules: RuleTable, people: Sequence[Answers]) -> None:
    """Print the mean and the worst number of questions for people who have these answers, and the longest wait.

    The wait is that of the ten slowest, each in the median of five runs: a shared machine halts now and then.

    Raises:
        SystemExit: when a verdict at the stop is not the one of all answers.
    """
    full = [full_form(rules, answers) for answers in people]
    print(f"  {'the full form, what cannot matter left out':44} mean {statistics.mean(full):5.2f}, worst {max(full):2}")
    orders: tuple[tuple[Order, str], ...] = (("fixed", "the table's order"), ("adaptive", "genarch ask"))
    for order, name in orders:
        runs = [asked(rules, answers, order) for answers in people]
        counts = [run.questions for run in runs]
        mean = statistics.mean(counts)
        ratio = mean / statistics.mean(full)
        slowest = sorted(range(len(runs)), key=lambda at: -runs[at].seconds)[:10]
        again = [[runs[at].seconds, *(asked(rules, people[at], order).seconds for _ in range(4))] for at in slowest]
        wait = max(map(statistics.median, again)) * 1e3
        told = f"mean {mean:5.2f}, worst {max(counts):2}; {ratio:.2f} of the full form; longest wait {wait:3.0f} ms"
        print(f"  {name + ' until settled':44} {told}")


def asked(rules: RuleTable, answers: Answers, order: Order) -> Run:
    """Go through the questionnaire; whoever lacks an answer says so."""
    interview, sheet, longest = Interview(rules, order=order), Sheet({}), 0.0
    standing = interview.standing(sheet)
    while standing.open:
        name = standing.open[0]
        began = time.process_time()
        sheet = sheet.answered(name, answers.get(name))
        for gone in interview.no_longer_apply(sheet, name):
            sheet = sheet.dropped(gone)
        standing = interview.standing(sheet)
        if name in sheet.stated:
            interview.ruled_out(name, sheet.stated)
        longest = max(longest, time.process_time() - began)
    if standing.settled and standing.verdict.verdict != decide(Spec("all", answers), rules).verdict:
        raise SystemExit(f"the verdict at the stop is not that of all answers: {answers}")
    return Run(len(sheet.asked), longest)


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
