"""A rule table as one SELECT, for databases that hold specs where Python does not go.

Unknown is NULL: SQL's logic of three values is the rules' own. Of evidence and precedents it knows nothing. What it
gives a name of its own begins with `genarch_`, since some databases take names apart by case, others not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal

from genarch.engine.conditions import All, Any, Condition, Not, Predicate, constraints_read, predicates, satisfies
from genarch.engine.constraints import BY_NAME, Range, gpu_names
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Scorer, scorer, surplus
from genarch.files.io import refuse
from genarch.values import NamedTuple, grouped

Dialect = Literal["duckdb", "spark", "bigquery", "snowflake", "postgres"]
Sets = Literal["list", "text"]


class _Words(NamedTuple):
    """How a database says what they say differently; `{0}` is a list, `{1}` a member."""

    has: str
    length: str
    double: str
    materialized: str = ""
    quote: str = '"'


_DIALECTS: Mapping[Dialect, _Words] = {
    "duckdb": _Words("list_contains({0}, {1})", "len({0})", "DOUBLE"),
    "spark": _Words("array_contains({0}, {1})", "size({0})", "DOUBLE", quote="`"),
    "bigquery": _Words("{1} IN UNNEST({0})", "ARRAY_LENGTH({0})", "FLOAT64", quote="`"),
    "snowflake": _Words("ARRAY_CONTAINS({1}::VARIANT, {0})", "ARRAY_SIZE({0})", "DOUBLE"),
    "postgres": _Words("{1} = ANY({0})", "CARDINALITY({0})", "DOUBLE PRECISION", "MATERIALIZED "),
}

_COMPARE = {"is": "=", "below": "<", "at_most": "<=", "above": ">", "at_least": ">="}

Columns = Mapping[str, str]
"""What a SELECT has, by name."""


class Query(NamedTuple):
    """What a query is of."""

    dialect: Dialect
    table: str
    """What stands after FROM."""
    columns: Collection[str]
    """The constraints that it has columns for; the others are unknown."""
    keep: Sequence[str] = ()
    """Columns of it to carry along."""
    sets: Sets = "list"
    """Whether sets are lists of text, or text as `a|b`, with `none` for the empty one."""


def columns_read(rules: RuleTable) -> list[str]:
    """The constraints that a table's rules and assumptions read, in their order."""
    whens = [*_conditions(rules), *(entry.when for entry in rules.assumptions)]
    read = {name for when in whens for name in constraints_read(when)}
    return [name for name in BY_NAME if name in read]


def _conditions(rules: RuleTable) -> list[Condition]:
    doubts = [entry.when for entry in rules.notices if entry.level == "inconsistency"]
    return [*(rule.when for rule in rules.rules), *(doubts if rules.header.contradictions_lean else [])]


def as_sql(rules: RuleTable, query: Query) -> str:
    """The SELECT: what is kept, verdict, architecture, confidence, margin, each one's points, and whether it is out.

    Raises:
        InputError: where what is kept is called as one of these.
    """
    words = _DIALECTS[query.dialect]
    steps = [*_Compiled(rules, query).steps()]
    _, found = steps.pop()
    if clash := [name for name in query.keep if name.lower() in found]:
        raise refuse("--keep", f"the verdicts have a column {clash[0]}, too; leave it out, or rename it in a view")
    kept, source = [_quoted(name, words.quote) for name in query.keep], query.table
    parts = [
        f"-- {rules.name} ({rules.header.digest[:19]}...), for {query.dialect}; made by genarch rules compile",
        "WITH",
    ]
    for number, (name, columns) in enumerate(steps):
        before = ["*"] if number else kept
        chosen = ",\n    ".join([*before, *(f"{value} AS {column}" for column, value in columns.items())])
        end = "," if number < len(steps) - 1 else ""
        parts.append(f"  {name} AS {words.materialized}(\n    SELECT\n    {chosen}\n    FROM {source}\n  ){end}")
        source = name
    chosen = ",\n  ".join([*kept, *(f"{value} AS {column}" for column, value in found.items())])
    parts.append(f"SELECT\n  {chosen}\nFROM {source}")
    return "\n".join(parts) + "\n"


def _quoted(name: str, quote: str) -> str:
    """A column's name, in quotes where it is no plain word, which some databases would then take by its case."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else f"{quote}{name.replace(quote, 2 * quote)}{quote}"


def check_sql(rules: RuleTable, query: Query) -> str:
    """A second SELECT: the values that are no answers, which the first takes for answers that no rule names."""
    words, names = _DIALECTS[query.dialect], [name for name in columns_read(rules) if name in query.columns]
    text = "STRING" if query.dialect in ("bigquery", "spark") else "VARCHAR"
    wrong: list[tuple[str, str]] = []
    for name in names:
        constraint = BY_NAME[name]
        if constraint.numeric:
            above = "<" if constraint.kind == "integer" else "<="
            whole = f" OR {name} <> FLOOR({name})" if constraint.kind == "integer" else ""
            wrong.append((name, f"{name} {above} {constraint.least}{whole}"))
        elif constraint.kind == "choice" and name != "gpu":
            wrong.append((name, f"{name} NOT IN ({_listed([*constraint.values, '', 'unknown'])})"))
        elif constraint.kind == "set" and query.sets == "list":
            known = " + ".join(
                f"CASE WHEN {words.has.format(name, _text(member))} THEN 1 ELSE 0 END" for member in constraint.values
            )
            wrong.append((name, f"{words.length.format(name)} <> {known}"))
    parts = [
        f"SELECT '{name}' AS genarch_column, CAST({name} AS {text}) AS genarch_value, COUNT(*) AS genarch_rows\n"
        f"FROM {query.table}\nWHERE {condition}\nGROUP BY {name}"
        if BY_NAME[name].kind != "set"
        else f"SELECT '{name}' AS genarch_column, 'an unknown or duplicate member' AS genarch_value, "
        f"COUNT(*) AS genarch_rows\nFROM {query.table}\nWHERE {condition}\nHAVING COUNT(*) > 0"
        for name, condition in wrong
    ]
    return "-- invalid values\n" + "\nUNION ALL\n".join(parts) + "\n"


class _Compiled:
    """The steps of a query, each a SELECT from the one before."""

    def __init__(self, rules: RuleTable, query: Query) -> None:
        self._rules, self._query, self._words = rules, query, _DIALECTS[query.dialect]
        self._scorer: Scorer = scorer(rules)
        self._names = self._scorer.architectures
        self._families = [(family, members) for family, members in self._scorer.families if members]
        self._order = [at for _, members in self._families for at in members]
        self._whens = _conditions(rules)
        self._read = columns_read(rules)

    def steps(self) -> Iterable[tuple[str, Columns]]:
        """Answers, what is assumed, hits, sums, places, verdicts."""
        yield "genarch_given", self._given()
        yield "genarch_answers", self._answers()
        yield "genarch_assumed", self._assumed()
        yield "genarch_hits", {f"genarch_h{at}": _one_if(self._condition(when)) for at, when in enumerate(self._whens)}
        yield "genarch_sums", self._sums()
        yield "genarch_places", self._places()
        yield "genarch_first", self._first()
        yield "", self._verdict()

    def _given(self) -> Columns:
        """Stated answers, NULL where unknown."""
        found: dict[str, str] = {}
        for name in dict.fromkeys([*self._read, *(["gpu"] if "gpu" in self._query.columns else [])]):
            constraint = BY_NAME[name]
            as_text = constraint.kind == "choice" or (constraint.kind == "set" and self._query.sets == "text")
            stated = f"NULLIF(NULLIF({name}, ''), 'unknown')" if as_text else name
            if name not in self._query.columns:
                stated = "CAST(NULL AS BOOLEAN)" if constraint.kind in ("set", "flag") else "NULL"
            found[f"genarch_s_{name}"] = stated
        return found

    def _answers(self) -> Columns:
        """Answers with what a gpu implies, and the members of sets one by one."""
        found: dict[str, str] = {}
        for name in self._read:
            stated = f"genarch_s_{name}"
            if BY_NAME[name].kind != "set":
                found[f"genarch_{name}"] = self._implied(name, stated)
                continue
            for member in self._members(name):
                found[f"genarch_{name}_{member}"] = self._has(name, stated, member)
            found[f"genarch_{name}_"] = self._empty(name, stated)
        if "gpu" in self._query.columns and self._rules.header.contradictions_lean:
            found["genarch_contradicted"] = self._contradicted()
        return found

    def _members(self, name: str) -> list[str]:
        """The members of a set that are asked for; all where exactly some are."""
        found: set[object] = set()
        whens = [*self._whens, *(entry.when for entry in self._rules.assumptions)]
        for predicate in (predicate for when in whens for predicate in predicates(when)):
            if predicate.constraint == name:
                exactly = predicate.operator == "is" and predicate.operand
                found.update(BY_NAME[name].values if exactly else predicate.operand)
        return [member for member in BY_NAME[name].values if member in found]

    def _has(self, name: str, stated: str, member: str) -> str:
        if name not in self._query.columns:
            return stated
        if self._query.sets == "text":
            like = f"CONCAT('|', {stated}, '|') LIKE {_text(f'%|{member}|%')}"
            return f"CASE WHEN {stated} IS NULL THEN NULL ELSE {like} END"
        return f"CASE WHEN {stated} IS NULL THEN NULL ELSE {self._words.has.format(stated, _text(member))} END"

    def _empty(self, name: str, stated: str) -> str:
        if name not in self._query.columns:
            return stated
        empty = (
            f"{stated} IN ('none', '[]')" if self._query.sets == "text" else f"{self._words.length.format(stated)} = 0"
        )
        return f"CASE WHEN {stated} IS NULL THEN NULL ELSE {empty} END"

    def _implied(self, name: str, stated: str) -> str:
        if "gpu" not in self._query.columns or name not in ("device", "device_memory_gb"):
            return stated
        known = gpu_names()
        if name == "device":
            return f"COALESCE({stated}, {_by_gpu({gpu: _text(of[0]) for gpu, of in known.devices.items()})})"
        own = _by_gpu({gpu: str(gb) for gpu, gb in known.memory_gb.items()})
        most = _by_gpu({gpu: str(gb) for gpu, gb in known.most_gb.items()})
        return f"CASE WHEN {stated} IS NULL THEN {own} WHEN {stated} > {most} THEN {most} ELSE {stated} END"

    def _contradicted(self) -> str:
        known, devices = gpu_names(), BY_NAME["device"].values
        from genarch.engine.spec import contradicted_device

        wrong = {
            gpu: _listed([name for name in devices if contradicted_device({"gpu": gpu, "device": name})])
            for gpu in known.devices
        }
        tests = []
        if "device" in self._query.columns:
            stated = "genarch_s_device" if "device" in self._read else "device"
            same = grouped((names, gpu) for gpu, names in wrong.items() if names)
            tests += [f"({_gpus(gpus)} AND {stated} IN ({names}))" for names, gpus in same.items()]
        if "device_memory_gb" in self._query.columns and known.most_gb:
            stated = "genarch_s_device_memory_gb" if "device_memory_gb" in self._read else "device_memory_gb"
            tests.append(f"{stated} > {_by_gpu({gpu: str(gb) for gpu, gb in known.most_gb.items()})}")
        return " OR ".join(f"COALESCE({test}, FALSE)" for test in tests) or "FALSE"

    def _assumed(self) -> Columns:
        """Whether each assumption stands in, on stated answers alone."""
        return {
            f"genarch_a{at}": f"COALESCE({self._condition(entry.when, assumed=False)}, FALSE) "
            f"AND genarch_{entry.assume.constraint} IS NULL"
            for at, entry in enumerate(self._rules.assumptions)
            if entry.assume.constraint in self._read
        } or {"genarch_a": "FALSE"}

    def _condition(self, when: Condition, *, assumed: bool = True) -> str:
        """A condition: true, false or NULL."""
        match when:
            case Predicate():
                return self._predicate(when, assumed=assumed)
            case Not(part):
                return f"NOT ({self._condition(part, assumed=assumed)})"
            case All(()):
                return "TRUE"
            case Any(()):
                return "FALSE"
            case All(parts):
                return f"({' AND '.join(self._condition(part, assumed=assumed) for part in parts)})"
            case Any(parts):
                return f"({' OR '.join(self._condition(part, assumed=assumed) for part in parts)})"

    def _predicate(self, predicate: Predicate, *, assumed: bool) -> str:
        name, operator, operand = predicate
        constraint, column = BY_NAME[name], f"genarch_{name}"
        if constraint.kind == "flag":
            yes = " OR ".join(f"{column} = {str(value).upper()}" for value in operand)
            return f"NOT ({yes})" if operator == "none_of" else f"({yes})"
        if constraint.kind == "choice":
            return f"{column} {'NOT ' if operator == 'none_of' else ''}IN ({_listed(operand)})"
        if constraint.kind == "set":
            members = [f"genarch_{name}_{member}" for member in operand]
            match operator:
                case "any_of":
                    return f"({' OR '.join(members)})"
                case "all_of":
                    return f"({' AND '.join(members)})"
                case "none_of":
                    return f"NOT ({' OR '.join(members)})"
            if not operand:
                return f"genarch_{name}_"
            others = [f"NOT genarch_{name}_{member}" for member in self._members(name) if member not in operand]
            return f"({' AND '.join([*members, *others])})"
        compared = f"{column} {_COMPARE[operator]} {operand[0]}"
        if not assumed:
            return compared
        cases = [
            f"WHEN genarch_a{at} THEN {self._within(predicate, entry.assume.below)}"
            for at, entry in sorted(enumerate(self._rules.assumptions), key=lambda item: item[1].assume.below)
            if entry.assume.constraint == name
        ]
        return f"CASE {' '.join(cases)} ELSE {compared} END" if cases else compared

    def _within(self, predicate: Predicate, below: int) -> str:
        """What a test comes to on a number of which only a limit is known."""
        column = self._scorer.matcher.columns[predicate.constraint]
        found = {satisfies(predicate, number) for number in column.within(Range(below=below))}
        return str(found.pop()).upper() if len(found) == 1 else "CAST(NULL AS BOOLEAN)"

    def _sums(self) -> Columns:
        """Of each architecture its points, the points that touch it, and how many hits rule it out."""
        effects, own = self._scorer.effects, range(len(self._names))

        def added(many_of: Sequence[int]) -> str:
            parts = [(many, f"genarch_h{rule}") for rule, many in enumerate(many_of)]
            return " + ".join(hit if many == 1 else f"{many} * {hit}" for many, hit in parts if many) or "0"

        columns: dict[str, str] = {}
        points = [dict(effect.points) for effect in effects]
        for at in own:
            bits: Mapping[str, Sequence[int]] = {
                "p": [given.get(at, 0) for given in points],
                "t": [abs(given.get(at, 0)) for given in points],
                "e": [effect.excludes >> at & 1 for effect in effects],
                "v": [(effect.excludes & effect.vouched) >> at & 1 for effect in effects],
                "l": [effect.limits >> at & 1 for effect in effects],
            }
            columns |= {f"genarch_{kind}{at}": added(of) for kind, of in bits.items()}
        least = self._rules.header.least_rules
        doubts = [f"genarch_h{at} = 1" for at in range(len(effects), len(self._whens))]
        if least > 1:
            counted = added([bool(effect.points or effect.excludes) for effect in effects])
            doubts.append(f"{counted} < {least}")
        if self._rules.header.contradictions_lean and "gpu" in self._query.columns:
            doubts.append("genarch_contradicted")
        return columns | {"genarch_doubt": " OR ".join(doubts) or "FALSE"}

    @property
    def _lowest(self) -> int:
        """So many points can be lost."""
        return 1 + sum(-gained for effect in self._scorer.effects for _, gained in effect.points if gained < 0)

    def _places(self) -> Columns:
        """Of each architecture a number: by its points, then by its place in the table; 0 where it is out."""
        size = len(self._names) + 1
        return {
            f"genarch_k{at}": f"CASE WHEN genarch_e{at} > 0 THEN 0 "
            f"ELSE (genarch_p{at} + {self._lowest}) * {size} + {size - 1 - rank} END"
            for rank, at in enumerate(self._order)
        }

    def _first(self) -> Columns:
        """The numbers of the best, and of the best of another family."""
        best = [_greatest([f"genarch_k{at}" for at in members]) for _, members in self._families]
        seconds = [f"LEAST({_greatest(best[:at])}, {best[at]})" for at in range(1, len(best))]
        return {"genarch_first": _greatest(best), "genarch_second": _greatest(seconds) if seconds else "0"}

    def _of(self, which: str, value: Callable[[int], str]) -> str:
        cases = " ".join(f"WHEN genarch_k{at} THEN {value(at)}" for at in self._order)
        return f"CASE {which} {cases} END"

    def _verdict(self) -> Columns:
        families = {at: family for family, members in self._families for at in members}
        header, every = self._rules.header, range(len(self._names))
        points = [self._of(f"genarch_{which}", "genarch_p{}".format) for which in ("first", "second")]
        touching = [self._of(f"genarch_{which}", "genarch_t{}".format) for which in ("first", "second")]
        apart, touched = f"({points[0]} - {points[1]})", f"({touching[0]} + {touching[1]})"
        whole = f"GREATEST({touched}, 1)"
        # `surplus` adds up: of points apart and of those that touch either it is so much for each.
        clear, level = (
            (f"{surplus(1, 0, limit)} * {apart}", f"{-surplus(0, 1, limit)} * {whole}")
            for limit in (header.clear, header.close_call)
        )
        close = f"({apart} = 0 OR {' < '.join(level)})"
        untouched = " AND ".join(f"(genarch_e{at} > 0 OR genarch_t{at} = 0)" for at in every)
        lean = f"(genarch_doubt OR {self._of('genarch_first', self._limited)})"
        family = self._of("genarch_first", lambda at: _text(families[at]))
        best = self._of("genarch_first", lambda at: _text(self._names[at]))
        if header.calibration:
            likely = f"{self._chance(header.calibration.per_point)} >= {header.calibration.clear}"
        else:
            likely = " >= ".join(clear)
        none = "genarch_first = 0"
        nothing = f"{none} OR (genarch_second > 0 AND ({untouched}))"
        begin = f"CASE WHEN {none} THEN 'infeasible' WHEN genarch_second = 0 THEN {family} WHEN {untouched}"
        undecided = f"{nothing} OR (genarch_second > 0 AND {close})"
        return {
            "verdict": f"{begin} THEN 'undetermined' WHEN {close} THEN 'evaluate_both' ELSE {family} END",
            "architecture": f"CASE WHEN {undecided} THEN NULL ELSE {best} END",
            "confidence": f"CASE WHEN {nothing} THEN NULL WHEN genarch_second = 0 THEN "
            f"CASE WHEN {lean} THEN 'lean' ELSE 'forced' END WHEN {close} THEN 'close_call' "
            f"WHEN {lean} THEN 'lean' WHEN {likely} THEN 'clear' ELSE 'lean' END",
            "margin": f"CASE WHEN {nothing} OR genarch_second = 0 THEN NULL "
            f"ELSE CAST({apart} AS {self._words.double}) / {whole} END",
            **{f"points_{self._names[at]}": f"genarch_p{at}" for at in every},
            **{f"excluded_{self._names[at]}": f"genarch_e{at} > 0" for at in every},
        }

    def _limited(self, at: int) -> str:
        members = next(members for _, members in self._families if at in members)
        others = [other for other in range(len(self._names)) if other not in members]
        limited = f"genarch_l{at} > 0"
        if not others or all(effect.vouched == -1 for effect in self._scorer.effects):
            return f"({limited})"
        out, sure = (" AND ".join(f"genarch_{kind}{other} > 0" for other in others) for kind in "ev")
        return f"({limited} OR ({out}) AND NOT ({sure}))"

    def _chance(self, per_point: float) -> str:
        """The chance of the best family, by points alone."""
        first = self._of("genarch_first", lambda at: f"genarch_p{at}")
        parts = list[str]()
        for _, members in self._families:
            best = _greatest([f"genarch_k{at}" for at in members])
            cases = " ".join(f"WHEN genarch_k{at} THEN genarch_p{at}" for at in members)
            parts.append(f"CASE WHEN {best} = 0 THEN 0 ELSE EXP({per_point} * (CASE {best} {cases} END - {first})) END")
        return f"1 / ({' + '.join(parts)})"


def _one_if(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _greatest(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"GREATEST({', '.join(parts)})"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(_text, values))


def _gpus(names: Iterable[str]) -> str:
    return f"genarch_s_gpu IN ({_listed(names)})"


def _by_gpu(of: Mapping[str, str]) -> str:
    """A value by the stated gpu, NULL for one that is not listed."""
    same = grouped((value, name) for name, value in of.items())
    cases = " ".join(f"WHEN {_gpus(names)} THEN {value}" for value, names in same.items())
    return f"CASE {cases} END"
