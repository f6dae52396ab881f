"""Specs and small rule tables, stated in a line or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from genarch.engine.answers import parse_answer
from genarch.engine.conditions import Condition
from genarch.engine.constraints import BY_NAME, CONSTRAINTS, Value
from genarch.engine.rules import (
    CLEAR,
    Architecture,
    Assumption,
    Citation,
    Examples,
    Fact,
    Family,
    Header,
    Method,
    Notice,
    Ratio,
    Rule,
    RuleTable,
)
from genarch.engine.spec import Spec

SOURCE = Citation(("T1",), "a test", "expert_judgement")

CLOSE_CALL = Ratio(15, 100)

FAMILIES = {"gan": "gan", "diffusion": "diffusion", "consistency": "hybrid", "gan_enhanced_diffusion": "hybrid"}


def spec(**answers: object) -> Spec:
    """A spec; a list is a set, and text for a number is read with its unit."""
    stated: dict[str, Value] = {}
    for name, value in answers.items():
        if isinstance(value, list):
            stated[name] = frozenset(value)
        elif isinstance(value, str):
            answer = parse_answer(BY_NAME[name], value)
            assert answer is not None
            stated[name] = answer
        else:
            assert isinstance(value, bool | int | float)
            stated[name] = value
    return Spec("test", {c.name: stated[c.name] for c in CONSTRAINTS if c.name in stated})


def rule(rule_id: str, when: Condition, points: Mapping[str, int] | None = None, excludes: Sequence[str] = ()) -> Rule:
    return Rule(
        rule_id,
        rule_id,
        when,
        "because",
        SOURCE,
        "1.0.0",
        Examples(),
        excludes=tuple(excludes),
        points=dict(points or {}),
    )


def table(
    *rules: Rule,
    close_call: Ratio = CLOSE_CALL,
    clear: Ratio = CLEAR,
    assumptions: Sequence[Assumption] = (),
    notices: Sequence[Notice] = (),
    architectures: Mapping[str, str] | None = None,
    facts: Sequence[Fact] = (),
    methods: Sequence[Method] = (),
) -> RuleTable:
    members = architectures or FAMILIES
    header = Header(
        "test",
        "1.0.0",
        "Predicate",
        SOURCE,
        "tests",
        {"slight": 1, "moderate": 2, "strong": 3},
        close_call,
        "sha256:0",
        clear=clear,
    )
    return RuleTable(
        header=header,
        families=tuple(Family(name, name, name) for name in dict.fromkeys(members.values())),
        architectures=tuple(
            Architecture(name, family, name, name, "proven", SOURCE) for name, family in members.items()
        ),
        rules=rules,
        assumptions=tuple(assumptions),
        notices=tuple(notices),
        facts=tuple(facts),
        methods=tuple(methods),
    )
