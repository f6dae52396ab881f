"""The questionnaire's words: a question with its choices, what an answer ruled out, the answers at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genarch.engine.amounts import range_example
from genarch.engine.answers import MANY, names_words, numbered, written
from genarch.engine.conditions import constraints_read
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Constraint, Range, Value, gpu_names
from genarch.engine.interview import ENOUGH, Decided, RuledOut, Sheet, Standing
from genarch.engine.rules import RuleTable
from genarch.errors import nearest
from genarch.reports.descriptions import question_of
from genarch.reports.page import Block, Entries, Entry, Line, Paragraph, Section, Table, dim, strong
from genarch.reports.words import both, counted, either, name_words, rule_words, unmeasured_words
from genarch.values import grouped

INTRODUCTION = (
    "Questions about one deployment. They end once the rest would hardly change the answer. Type a number or a name; "
    "u if nobody knows, ? to learn why it is asked, b to go back, d to be done with what is known."
)

Choice = tuple[int, str, str]
"""Its number in the list, its name and what that means."""

WHAT_IS_MADE = "Which of these is most like what you are building?"


def no_situation_words(typed: str, count: int, otherwise: str, *, search: bool) -> str:
    """What to say of a line that picks none of so many situations; words are searched for where someone sees them."""
    if not count:
        return otherwise
    hint = nearest(typed, BY_NAME["task"].values)
    other = "another word, as in photo, scan, face or prompt" if search else "the name of a task"
    missing = "No situation has" if search else "No task is called"
    return f"{missing} '{typed[:60]}'{hint or f'; type a number from 1 to {count}, {other}, or u'}"


def choices_of(constraint: Constraint, rules: RuleTable, names: Sequence[str]) -> list[Choice]:
    """The list of a question, by the names that it has."""
    meanings = question_of(constraint, rules).choices
    listed = gpu_names().meaning if constraint.name == "gpu" else lambda _: ""
    return [(number, name, meanings.get(name) or listed(name)) for number, name in numbered(constraint, names)]


def question_page(
    constraint: Constraint, ask: str, progress: str, choices: Sequence[Choice], more: int, *, plain: bool, skip: bool
) -> Iterator[Block]:
    """The question with its choices, of which `more` are not shown.

    `plain` has one line for each, for a narrow screen or a screen reader.
    """
    rows = [(str(number), name, meaning) for number, name, meaning in choices]
    if more:
        rows.append(("other", f"{more} more", ""))
    rows.append(("u", "skip" if skip else "don't know", ""))
    yield _numbered((dim(f"{progress}: "), ask), rows, _hint(constraint), plain=plain)


def _numbered(title: Line, rows: Sequence[tuple[str, str, str]], more: str, *, plain: bool) -> Section:
    lines = (f"{number} {name}{f': {text}' if text else ''}" for number, name, text in rows)
    cells = ((strong(number), name, dim(text)) for number, name, text in rows)
    listed = Entries(tuple(map(Entry, lines))) if plain else Table(("", "", ""), tuple(cells), "r")
    return Section(title, (listed, Paragraph(dim(more))) if more else (listed,))


def _hint(constraint: Constraint) -> str:
    if constraint.kind == "set":
        return "Several numbers at once, as in 1 3."
    if constraint.name == "task":
        return "Or words to search for, as in old photos."
    if not constraint.numeric:
        return "Or any other name in 'genarch hardware list', as rtx 4090." if len(constraint.values) > MANY else ""
    noun = "A whole number" if constraint.kind == "integer" else "A number"
    unit = f", in {constraint.unit}" if constraint.unit else ""
    also = ", or with a unit, as in 33ms, 1.5s or 30fps" if constraint.units else ""
    few = range_example(constraint)
    high = few.split(" to ")[1]
    some = ", a few thousand" if constraint.kind == "integer" and not unit else ""
    return f"{noun} {constraint.bound}{unit}{also}; or a range: {few}, under {high}, about {high}{some}."


def prompt_words(constraint: Constraint, default: Value | None, *, declined: bool, more: bool, skip: bool) -> str:
    """What is before the cursor; Enter takes the default, shows more of a long list, or skips."""
    taken = "don't know" if declined else "" if default is None else shown(constraint, default)
    enter = f"Enter for {taken}" if taken else "Enter for more" if more else "Enter to skip" if skip else ""
    if taken:
        return f"Answer ({enter})"
    return f"Answer ({enter}, ? why)" if enter else "Answer (? why, b back, d done)"


def shown(constraint: Constraint, value: Value) -> str:
    """An answer as the questionnaire shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == frozenset():
        return "none of these"
    unit = f" {constraint.unit}" if constraint.unit else ""
    text = str(value) if isinstance(value, Range) else written(constraint, value).strip("[]")
    return f"{text}{unit}"


def help_page(constraint: Constraint, rules: RuleTable, situations: int) -> Iterator[Block]:
    """Why a question is asked, the rules that read it with their sources, and last where there is more."""
    if situations:
        yield Paragraph(
            "Type the number of the most similar one. It answers several questions at once and lists them; each can be "
            f"changed at the end. Words search all {situations}, other and Enter show the next; u if none is similar."
        )
        yield Paragraph(dim(f"'genarch show {constraint.name}' has more."))
        return
    question = question_of(constraint, rules)
    readers = [rule for rule in rules.rules if constraint.name in constraints_read(rule.when)]
    if question.help:
        yield Paragraph(question.help)
    entries = tuple(Entry(rule.title, (dim(f"{rule.id}: {rule_words(rule)} ({rule.source})"),)) for rule in readers)
    yield Section("Rules that read it:" if readers else "No rule of this table reads it.", (Entries(entries),))
    yield Paragraph(dim(f"'genarch show {constraint.name}' has more."))


def reviewed(sheet: Sheet) -> list[str]:
    """The constraints in the order of the table of answers, whose numbers begin at 1."""
    return [name for name in BY_NAME if name in sheet.stated or name in sheet.declined]


def review_page(sheet: Sheet, *, plain: bool = False) -> Iterator[Block]:
    """The answers, numbered so that each can be changed, and what was not asked."""
    names = reviewed(sheet)
    answers = {name: shown(BY_NAME[name], value) for name, value in sheet.stated.items()}
    rows = [(str(number), name, answers.get(name, "don't know")) for number, name in enumerate(names, 1)]
    rest = [name for name in BY_NAME if name not in names]
    yield _numbered("Your answers:", rows, f"Not answered: {both(rest)}." if rest else "", plain=plain)


def progress_words(number: int, standing: Standing) -> str:
    """`Question 3`, and how many there may be where it goes on until it is certain."""
    more = len(standing.open or standing.then) - 1
    if standing.open and standing.likely and standing.share < ENOUGH:
        return f"Question {number}"
    return f"Question {number}, {f'at most {more} more' if more > 0 else 'the last one'}"


def asking_on(count: int) -> str:
    """That questions follow which the verdict does not wait for."""
    return f"{counted(count, 'question')} more for models, times, licences and cost; u skips one, d is done."


def filled_words(sheet: Sheet) -> str:
    """What a situation filled."""
    filled = [f"{name} {shown(BY_NAME[name], sheet.stated[name])}" for name in ("task", *sheet.filled)]
    return f"Taken from it: {', '.join(filled)}. Each can be changed at the end."


def likely_words(standing: Standing) -> str:
    """How the verdicts of likely ways to answer the rest are spread."""
    if not standing.likely or standing.settled:
        return ""
    spread = [f"{name_words(name)} {_hundredths(share)}" for name, share in standing.likely.items() if share >= 0.01]
    return f"Of 100 likely ways to answer the rest: {', '.join(spread)}."


def _hundredths(share: float) -> int:
    """In whole hundredths, rounded down: never all where it is not all, nor enough where it is not."""
    return int(100 * share + 1e-9)


def learnt_words(standing: Standing, ruled_out: Sequence[RuledOut] | None) -> str:
    """What is still possible, what an answer ruled out, and by which rules; None for a question left open."""
    if not standing.possible and not standing.stopped:
        return "Every way to answer the rest contradicts itself; b goes back."
    left = either(_possible(standing))
    if not ruled_out:
        rules = "Left open." if ruled_out is None else "This rules nothing out."
        return f"{rules} Still possible: {left}."
    groups = grouped((item.rules, name_words(item.verdict)) for item in ruled_out)
    reasons = "; ".join(f"{both(names)} ({_reason(rules)})" for rules, names in groups.items())
    only = "Only possible now" if len(standing.possible) == 1 else "Still possible"
    return f"{only}: {left}. Ruled out: {reasons}."


def _possible(standing: Standing) -> list[str]:
    """Every verdict that is still possible, in words; and that there may be more."""
    more = [f"perhaps another (the search stopped at {standing.stopped:,} steps)"] if standing.stopped else []
    return [*map(name_words, standing.possible), *more]


def _reason(rules: Sequence[Decided]) -> str:
    fired, missed = ([item.rule for item in rules if item.hits is hits] for hits in (True, False))
    parts = [f"{both(fired)} {'fires' if len(fired) == 1 else 'fire'}"] if fired else []
    parts += [f"{both(missed)} cannot fire"] if missed else []
    return ", ".join(parts) or "no way to answer the rest leads there any more"


def closing_words(standing: Standing, sheet: Sheet) -> str:
    """Why there is nothing more to ask, or what stays open."""
    rest, count = len(CONSTRAINTS) - len(sheet.stated), counted(len(sheet.stated), "answer")
    verdict = name_words(standing.verdict.verdict)
    if standing.settled:
        others = f"the other {rest}" if rest > 1 else "the other one"
        if missing := unmeasured_words(sheet.stated):
            return f"Settled by the rules after {count}: {verdict}; {missing}."
        return f"Settled after {count}: {verdict}.{f' Answers to {others} cannot change this verdict.' if rest else ''}"
    if standing.likely and standing.share >= ENOUGH:
        likely = f"{verdict}, in {_hundredths(standing.share)} of 100 likely ways to answer the rest"
        return f"As good as settled after {count}: {likely}; 'more' goes on until it is certain."
    left = either(_possible(standing)) or "nothing"
    unsettled = f"Not settled after {count}: {verdict} on what is stated; still possible: {left}."
    return f"{unsettled} Not known: {both(list(sheet.declined))}." if sheet.declined else unsettled


def setting_words(constraint: Constraint) -> str:
    """The option that answers a question without asking it: `--set domain=narrow|broad`."""
    name = constraint.name
    if constraint.kind == "flag":
        return f"--set {name}=true|false"
    if constraint.kind == "set":
        return f"--set {name}=none, or some of {','.join(constraint.values)}"
    if len(constraint.values) > MANY:
        return f"--set {name}=NAME ({names_words(constraint)})"
    if constraint.values:
        return f"--set {name}={'|'.join(constraint.values)}"
    also = ", or as in 33ms, 1.5s, 30fps" if constraint.units else ""
    return f"--set {name}=NUMBER{f' (in {constraint.unit}{also})' if constraint.unit else ''}"
