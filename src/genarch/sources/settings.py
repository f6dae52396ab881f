"""`--set field=value`: answers stated on the command line, in place of what a spec states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from genarch.errors import InputError, Problem
from genarch.model.answers import InvalidAnswerError, parse_answer
from genarch.model.constraints import BY_NAME, CONSTRAINTS, Value
from genarch.sources.answers import unknown_key


def parse_settings(settings: Sequence[str]) -> Mapping[str, Value | None]:
    """`field=value` texts as answers; None where the value is `unknown`.

    Raises:
        InputError: naming every setting that is no answer.
    """
    stated: dict[str, Value | None] = {}
    problems = []
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        constraint = BY_NAME.get(name)
        if not equals:
            problems.append(Problem("--set", None, None, setting, "write it as field=value"))
        elif not text.strip():
            problems.append(Problem("--set", None, None, name, f"has no value; write {name}=unknown to take it away"))
        elif name in stated:
            problems.append(Problem("--set", None, None, name, "is stated twice; keep one"))
        elif constraint is None:
            problems.append(Problem("--set", None, None, "", unknown_key(name, BY_NAME)))
        else:
            try:
                stated[name] = parse_answer(constraint, text.strip())
            except InvalidAnswerError as error:
                problems.append(Problem("--set", None, None, name, str(error)))
    if problems:
        raise InputError(problems)
    return stated


def with_settings(answers: Mapping[str, Value], settings: Mapping[str, Value | None]) -> dict[str, Value]:
    """Answers with the settings in place of what they state; a setting of None takes an answer away."""
    merged: dict[str, Value | None] = {**answers, **settings}
    return {c.name: value for c in CONSTRAINTS if (value := merged.get(c.name)) is not None}
