"""Rule tables from files: what is refused and where, and how one table extends another."""

from __future__ import annotations

import contextlib
import re
import textwrap
import time
from pathlib import Path

import pytest

from builders import spec
from genarch import InputError, evaluate, load_rules, parse_spec
from genarch.engine.conditions import All, Any, Not, Predicate
from genarch.engine.rules import RuleTable
from genarch.files.answers import read_condition
from genarch.files.yaml_text import Document, parse

SOURCE = "{facts: [T1], section: s, grade: measured}"

HEADER = """\
format: 1
id: small
version: 1.0.0
title: Small
source: {title: t, facts: [T1], section: s, grade: measured}
"""

BASE = f"""\
{HEADER}points: {{slight: 1, moderate: 2, strong: 3}}
close_call: 0.15
facts: [{{id: T1, text: t}}]
families: [{{id: gan, title: GAN, summary: s}},
  {{id: diffusion, title: Diffusion, summary: s}}]
architectures:
  - {{id: gan, family: gan, title: t, summary: s, maturity: proven, source: {SOURCE}}}
  - {{id: diffusion, family: diffusion, title: t, summary: s, maturity: proven, source: {SOURCE}}}
"""


HIT_AND_MISS = "{hit: [{domain: narrow}], miss: [{domain: broad}]}"


def rule(
    rule_id: str = "a-rule",
    when: str = "{domain: narrow}",
    more: str = "for: {gan: strong}",
    examples: str = HIT_AND_MISS,
) -> str:
    return f"""\
  - id: {rule_id}
    title: t
    when: {when}
    {more}
    because: b
    source: {SOURCE}
    since: 1.0.0
    examples: {examples}
"""


def written(tmp_path: Path, text: str, name: str = "table.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def loaded(tmp_path: Path, text: str, name: str = "table.yaml") -> RuleTable:
    return load_rules(written(tmp_path, text, name))


def problems(tmp_path: Path, text: str) -> list[str]:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_rules(path)
    return [str(problem).replace(str(path), "t") for problem in caught.value.problems]


def test_a_table_is_read(tmp_path: Path) -> None:
    table = loaded(tmp_path, f"{BASE}rules:\n{rule()}")
    assert table.name == "small@1.0.0"
    assert table.header.digest.startswith("sha256:")
    assert evaluate(spec(domain="narrow"), table).verdict.verdict == "gan"


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        ("{domain: narrow}", Predicate("domain", "is", ("narrow",))),
        ("{task: [inpainting, restoration]}", Predicate("task", "any_of", ("inpainting", "restoration"))),
        ("{conditioning: [text]}", Predicate("conditioning", "any_of", ("text",))),
        ("{conditioning: []}", Predicate("conditioning", "is", ())),
        ("{conditioning: {all_of: [text, mask]}}", Predicate("conditioning", "all_of", ("text", "mask"))),
        ("{priorities: {none_of: [speed]}}", Predicate("priorities", "none_of", ("speed",))),
        ("{task: {none_of: [inpainting]}}", Predicate("task", "none_of", ("inpainting",))),
        ("{paired_data: true}", Predicate("paired_data", "is", (True,))),
        ("{latency_budget_ms: {below: 1.5s}}", Predicate("latency_budget_ms", "below", (1500,))),
        (
            "{latency_budget_ms: {at_least: 100, below: 1000}}",
            All((Predicate("latency_budget_ms", "at_least", (100,)), Predicate("latency_budget_ms", "below", (1000,)))),
        ),
        (
            "{domain: narrow, paired_data: true}",
            All((Predicate("domain", "is", ("narrow",)), Predicate("paired_data", "is", (True,)))),
        ),
        ("{not: {domain: narrow}}", Not(Predicate("domain", "is", ("narrow",)))),
        (
            "{any: [{domain: narrow}, {all: [{domain: broad}]}]}",
            Any((Predicate("domain", "is", ("narrow",)), All((Predicate("domain", "is", ("broad",)),)))),
        ),
    ],
)
def test_conditions(when: str, condition: object) -> None:
    document = Document(when, "when")
    node = parse(document)
    assert node is not None
    assert read_condition(document, node, "when") == condition
    document.check()


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{}", "rules[a-rule].when: is empty"),
        ("[domain]", "rules[a-rule].when: must be a mapping"),
        ("{domian: narrow}", "'domian' is not a constraint, all, any or not; did you mean 'domain'?"),
        ("{domain: tiny}", "rules[a-rule].when.domain: 'tiny' is not a choice here"),
        ("{domain: unknown}", "a condition cannot ask for an unknown"),
        ("{domain: {below: 3}}", "'below' is not an operator for this constraint; write one of: any_of, none_of"),
        ("{domain: {any_of: narrow}}", "must be a list of names"),
        ("{domain: {}}", "is empty; write one of"),
        ("{domain: []}", "is an empty list"),
        ("{conditioning: text}", "is a set; write [text]"),
        ("{conditioning: [txt]}", "'txt' is not a member here; did you mean 'text'?"),
        ("{paired_data: yes}", "YAML 1.1"),
        ("{paired_data: [true]}", "must be one value, not a list"),
        ("{paired_data: {below: 1}}", "must be true or false"),
        ("{latency_budget_ms: {below: 1_000}}", "write 1000"),
        ('{latency_budget_ms: {below: "100"}}', "in quotation marks is text"),
        ("{latency_budget_ms: {below: [1]}}", "must be a number"),
        ("{latency_budget_ms: {under: 100}}", "'under' is not an operator"),
        ("{latency_budget_ms: {above: 100, below: 50}}", "no answer lies within these bounds"),
        ("{latency_budget_ms: {above: 100, at_most: 100}}", "no answer lies within these bounds"),
        ("{any: {domain: narrow}}", "must be a list of conditions"),
        ("{all: []}", "must be a list of conditions"),
    ],
)
def test_conditions_that_cannot_be(when: str, expected: str, tmp_path: Path) -> None:
    found = problems(tmp_path, f"{BASE}rules:\n{rule(when=when)}")
    assert len(found) == 1
    assert found[0].startswith("t:17:"), found
    assert expected in found[0]


def test_a_condition_of_too_many_alternatives_is_refused(tmp_path: Path) -> None:
    either = "{any: [{domain: narrow}, {paired_data: true}, {control: fine}]}"
    when = "{all: [" + ", ".join([either] * 6) + "]}"
    found = problems(tmp_path, f"{BASE}rules:\n{rule(when=when)}")
    assert "more than 512 alternatives; split it" in found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["t:1:1: must be a mapping; a rule table begins with 'format: 1'"]),
        ("- a\n", ["t:1:1: must be a mapping"]),
        (
            BASE.replace("format: 1", "format: 2"),
            ["t:1:9: format: '2' is not a format version that this genarch reads; write 1"],
        ),
        (
            BASE.replace("format: 1", 'format: "1"'),
            ["t:1:9: format: '1' is not a format version that this genarch reads; write 1 without"],
        ),
        (
            BASE.replace("format: 1", "format: true"),
            ["t:1:9: format: 'true' is not a format version that this genarch reads; write 1"],
        ),
        (
            BASE.replace("id: small", "id: Small One"),
            ["t:2:5: id: 'Small One' is not an id; write small letters"],
        ),
        (
            BASE.replace("version: 1.0.0", "version: 1.10"),
            ["t:3:10: version: '1.10' is not a version; write three numbers, as 1.0.0"],
        ),
        (BASE.replace("title: Small", "title:"), ["t:4:7: title: is empty"]),
        (
            BASE.replace("title: Small", "titel: Small"),
            ["t:1:1: title: is missing", "t:4:1: 'titel' is not a key here; did you mean 'title'?"],
        ),
        (BASE.replace("close_call: 0.15", "close_call: .15"), ["t:7:13: close_call: must be a decimal number"]),
        (BASE.replace("close_call: 0.15", "close_call: 1.5"), ["t:7:13: close_call: must be at most 1"]),
        (BASE.replace("close_call: 0.15\n", ""), ["t:1:1: close_call: is missing"]),
        (BASE.replace("close_call: 0.15", "close_call: 0.15\nclear: 4/3"), ["t:8:8: clear: must be at most 1"]),
        (
            BASE.replace("close_call: 0.15", "close_call: 0.15\nclear: a third"),
            ["t:8:8: clear: must be a decimal number such as 0.15, or a fraction such as 1/3"],
        ),
        (BASE.replace("strong: 3", "strong: 2"), ["t:6:9: points: must grow"]),
        (BASE.replace("slight: 1", "slight: 0"), ["t:6:9: points: must grow"]),
        (
            BASE.replace("family: gan", "family: gans"),
            ["t:12:23: architectures[gan].family: 'gans' is not a known family; did you mean 'gan'?"],
        ),
        (
            BASE.replace("grade: measured}}", "grade: guess}}", 1),
            [
                "t:12:",
            ],
        ),
        (f"{BASE}rules: x\n", ["t:14:8: rules: must be a list"]),
        (f"{BASE}rules: [x]\n", ["t:14:9: rules[0]: must be a mapping"]),
        (f"{BASE}rules:\n{rule('Bad_Id')}", ["t:15:9: rules[Bad_Id].id: 'Bad_Id' is not an id"]),
        (
            f"{BASE}rules:\n{rule(more='for: {gann: strong}')}",
            ["t:18:10: rules[a-rule].for: 'gann' is not a known architecture; did you mean 'gan'?"],
        ),
        (
            f"{BASE}rules:\n{rule(more='for: {gan: huge}')}",
            ["t:18:16: rules[a-rule].for.gan: must be one of: slight, moderate or strong"],
        ),
        (
            f"{BASE}rules:\n{rule(more='excludes: [vae]')}",
            ["t:18:15: rules[a-rule].excludes: 'vae' is not a known architecture"],
        ),
        (f"{BASE}rules:\n{rule(more='for: {}')}", ["t:15:5: rules[a-rule]: has no effect"]),
        (f"{BASE}rules:\n{rule()}{rule()}", ["t:23:9: rules[a-rule].id: 'a-rule' is a duplicate"]),
        (
            f"{BASE}rules:\n{rule().replace('hit: [{domain: narrow}], ', '')}",
            ["t:22:15: rules[a-rule].examples: has no hit"],
        ),
        (
            f"{BASE}rules:\n{rule().replace('{domain: broad}', '{domain: brod}')}",
            ["t:22:57: rules[a-rule].examples.miss[0].domain: 'brod' is not a choice"],
        ),
        (
            f"{BASE}rules:\n{rule(more='for: {gan: strong}' + chr(10) + '    colour: red')}",
            ["t:19:5: rules[a-rule]: 'colour' is not a key here"],
        ),
        (
            f"{BASE}rules:\n{rule(more='for: {gan: strong}' + chr(10) + '    replaces: because')}",
            ["t:19:15: rules[a-rule].replaces: the extended table has no 'a-rule' here; this table extends none"],
        ),
        (
            f"{BASE}disable: [{{id: a-rule, reason: r}}]\n",
            ["t:14:16: disable[a-rule].id: the extended table has no rule, method, notice, next step or assumption"],
        ),
        (
            f"{BASE}questions: [{{id: colour, ask: a, help: h}}]\n",
            ["t:14:18: questions[colour].id: 'colour' is not a known constraint"],
        ),
        (
            f"{BASE}questions: [{{id: domain, ask: a, help: h, choices: {{narow: n}}}}]\n",
            ["t:14:52: questions[domain].choices: 'narow' is not a known choice of domain"],
        ),
        (
            f"{BASE}notices: [{{id: odd, level: inconsistency, title: t, message: m, source: {SOURCE}}}]\n",
            ["t:14:16: notices[odd].id: ids of inconsistencies"],
        ),
        (
            f"{BASE}notices: [{{id: odd, level: note, title: t, message: m, about: [vae], source: {SOURCE}}}]\n",
            ["t:14:"],
        ),
        (
            f"{BASE}assumptions:\n  - {{id: odd, title: t, when: {{domain: narrow}}, assume: {{constraint: domain, below: 3}}, message: m, source: {SOURCE}, examples: {{}}}}\n",
            [
                "t:15:5: assumptions[odd]: 'odd' needs a notice",
                "t:15:70: assumptions[odd].assume.constraint: 'domain' is not a known number constraint",
            ],
        ),
        (
            f"{HEADER}points: {{slight: 1, moderate: 2, strong: 3}}\nclose_call: 0.15\nfacts: [{{id: T1, text: t}}]\n",
            ["t:1:1: has no architectures"],
        ),
        (
            BASE.replace("facts: [T1]", "facts: [T2]", 1),
            ["t:5:27: source.facts: 'T2' is not among the facts; state it under 'facts'"],
        ),
        (
            f"{BASE}rules:\n{rule().replace('facts: [T1]', 'facts: [X9]')}",
            ["t:20:21: rules[a-rule].source.facts: 'X9' is not among the facts; state it under 'facts'"],
        ),
        (
            f"{BASE}rules:\n{rule().replace('miss: [{domain: broad}]', 'miss: [{domain: narrow}]')}",
            ["t:22:48: rules[a-rule].examples.miss[0]: is no miss but a hit"],
        ),
        (
            f"{BASE}rules:\n{rule().replace('hit: [{domain: narrow}]', 'hit: [{control: fine}]')}",
            ["t:22:22: rules[a-rule].examples.hit[0]: is no hit but unknown"],
        ),
        ("version: 1\nconstraints: {}\n", ["t:1:1: is a spec, not a rule table; give it as a path"]),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, expected: list[str], tmp_path: Path) -> None:
    found = problems(tmp_path, text)
    assert len(found) == len(expected), found
    for problem, start in zip(found, expected, strict=True):
        assert problem.startswith(start), found


def test_all_problems_of_a_table_come_in_one_go(tmp_path: Path) -> None:
    text = f"{BASE}rules:\n{rule('one', when='{domian: narrow}')}{rule('two', more='for: {gann: slight}')}"
    assert len(problems(tmp_path, text)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a [*a]\n", "t:1:4: anchors and aliases are not allowed"),
        ("a: 1\n<<: {b: 2}\n", "t:2:1: merge keys are not allowed"),
        ("[" * 100_000, "t:1:33: nested deeper than 32"),
        (f"{BASE}id: again\n", "t:14:1: id: is a duplicate of line 2; keep one"),
        ("a: !!python/name:os.system x\n", "t:1:4: tags"),
        ("a: 1\n---\nb: 2\n", "t:2:1: a second document"),
        ("a:\n\tb: 1\n", "t:2:1: not YAML: a tab cannot indent"),
        ("a: 'x\x1b'\n", "t:1:6: control character U+001B"),
    ],
)
def test_hostile_tables_are_refused_as_specs_are(text: str, expected: str, tmp_path: Path) -> None:
    assert any(problem.startswith(expected) for problem in problems(tmp_path, text))


def test_a_table_that_is_not_utf_8_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_bytes("title: Größe\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8 at byte 9"):
        load_rules(path)
    with path.open("wb") as stream:
        stream.truncate(50 << 20)
    with pytest.raises(InputError, match="larger than"):
        load_rules(path)


# Extending


GRANDCHILD = HEADER.replace("id: small", "id: child") + "extends: article\n"
CHILD = f"{GRANDCHILD}facts: [{{id: T1, text: t}}]\n"


def test_a_table_can_add_replace_and_disable(tmp_path: Path) -> None:
    text = (
        CHILD
        + textwrap.dedent(f"""\
        close_call: 0.2
        disable:
          - {{id: under-50-ms-favours-gan, reason: measured otherwise}}
          - {{id: cyclegan, reason: not used here}}
        rules:
          - id: narrow-domain-favours-gan
            replaces: less, since base models are good now
            title: t
            when: {{domain: narrow}}
            for: {{gan: slight}}
            because: b
            source: {SOURCE}
            since: 1.0.0
            examples: {{hit: [{{domain: narrow}}], miss: [{{domain: broad}}]}}
        """)
        + rule("phones-need-gans", "{device: mobile}", examples="{hit: [{device: mobile}], miss: [{device: cpu}]}")
    )
    table, article = loaded(tmp_path, text), load_rules("article")
    assert table.header.extends == article.name
    assert [rule.id for rule in table.rules] == [
        *(rule.id for rule in article.rules if rule.id != "under-50-ms-favours-gan"),
        "phones-need-gans",
    ]
    assert "cyclegan" not in [method.id for method in table.methods]
    assert [entry.id for entry in table.disabled] == ["under-50-ms-favours-gan", "cyclegan"]
    assert table.header.digest != article.header.digest
    replaced = next(rule for rule in table.rules if rule.id == "narrow-domain-favours-gan")
    assert replaced.points == {"gan": 1}
    assert replaced.replaces == "less, since base models are good now"
    assert evaluate(spec(device="mobile"), table).verdict.verdict == "gan"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            f"rules:\n{rule('narrow-domain-favours-gan')}",
            "is in the extended table too; to take its place, add 'replaces:",
        ),
        (
            f"rules:\n{rule('narrow-domain-favors-gan', more='replaces: r' + chr(10) + '    for: {gan: slight}')}",
            "the extended table has no 'narrow-domain-favors-gan' here; did you mean 'narrow-domain-favours-gan'?",
        ),
        ("disable: [{id: under-50-ms-favors-gan, reason: r}]\n", "did you mean 'under-50-ms-favours-gan'?"),
        ("disable: [{id: under-50-ms-favours-gan}]\n", "disable[under-50-ms-favours-gan].reason: is missing"),
        ("disable: [{id: under-50-ms-favours-gan, reason: ''}]\n", "reason: is empty"),
    ],
)
def test_names_that_do_not_exist_are_said(more: str, expected: str, tmp_path: Path) -> None:
    found = problems(tmp_path, CHILD + more)
    assert len(found) == 1
    assert expected in found[0]


FEW = f"""  - {{id: few_step, family: diffusion, title: t, summary: s, maturity: proven, aliases: [consistency], source: {SOURCE}}}
"""

OVER_FEW = """\
format: 1
id: over
version: 1.0.0
title: Over
source: {title: t, facts: [T1], section: s, grade: measured}
extends: few.yaml
"""


def test_another_name_of_an_architecture_reads_as_its_id(tmp_path: Path) -> None:
    more = "for: {consistency: strong}\n    excludes: [gan]"
    text = f"{BASE}{FEW}rules:\n{rule(more=more)}"
    text += f"methods: [{{id: m, title: t, architectures: [consistency], because: b, source: {SOURCE}}}]\n"
    text += "notices:\n  - {id: n, level: note, title: t, about: [consistency], message: m, source: " + SOURCE + "}\n"
    table = loaded(tmp_path, text, "few.yaml")
    assert table.rules[0].points == {"few_step": 3}
    assert (table.methods[0].architectures, table.notices[0].about) == (("few_step",), ("few_step",))
    assert table.aliases == {"consistency": "few_step"}
    assert [entry.id for entry in table.find("consistency")] == ["few_step"]
    assert parse_spec("version: 1\ndecision: consistency\n", rules=table).decision == "few_step"
    evaluation = evaluate(spec(domain="narrow"), table)
    assert (evaluation.verdict.architecture, [m.id for m in evaluation.methods]) == ("few_step", ["m"])


def test_an_architecture_may_be_replaced_by_another_name_and_keeps_it(tmp_path: Path) -> None:
    written(tmp_path, BASE + FEW, "few.yaml")
    instead = FEW.replace("few_step", "consistency").replace("aliases: [consistency]", "replaces: r")
    waiver = "waivers: [{check: architecture-never-alone, subject: [consistency], reason: r}]\n"
    table = loaded(
        tmp_path, f"{OVER_FEW}architectures:\n{instead}{waiver}rules:\n{rule(more='excludes: [consistency]')}"
    )
    assert [entry.id for entry in table.architectures] == ["gan", "diffusion", "few_step"]
    assert (table.architectures[2].replaces, table.aliases) == ("r", {"consistency": "few_step"})
    assert (table.rules[0].excludes, table.waivers[0].subject) == (("few_step",), ("few_step",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            BASE + FEW.replace("[consistency]", "[gan]"),
            "architectures[few_step].aliases: 'gan' is the name of another one",
        ),
        (
            BASE + FEW + FEW.replace("few_step", "fast"),
            "architectures[fast].aliases: 'consistency' is the name of another one",
        ),
        (
            f"{BASE}{FEW}rules:\n{rule(more='for: {consistency: strong, few_step: slight}')}",
            "rules[a-rule].for: names an architecture twice, by its id and by another name",
        ),
    ],
)
def test_a_name_stands_for_one_architecture(text: str, expected: str, tmp_path: Path) -> None:
    assert any(problem.endswith(expected) for problem in problems(tmp_path, text))


def test_a_rule_may_do_no_more_than_limit_how_sure_a_verdict_is(tmp_path: Path) -> None:
    limiting = rule(
        "limiting", "{paired_data: true}", "limits: [gan]", "{hit: [{paired_data: true}], miss: [{paired_data: false}]}"
    )
    table = loaded(tmp_path, f"{BASE}rules:\n{rule()}{limiting}")
    verdicts = [evaluate(spec(domain="narrow", paired_data=paired), table).verdict for paired in (False, True)]
    assert [(verdict.verdict, verdict.confidence) for verdict in verdicts] == [("gan", "clear"), ("gan", "lean")]
    unknown = f"{BASE}rules:\n{rule(more='limits: [gam]')}"
    assert (
        "rules[a-rule].limits: 'gam' is not a known architecture; did you mean 'gan'?" in problems(tmp_path, unknown)[0]
    )


def test_a_fact_may_rest_on_published_works(tmp_path: Path) -> None:
    text = BASE.replace("{id: T1, text: t}", "{id: T1, text: t, works: ['Somebody, 2024']}")
    (fact,) = loaded(tmp_path, f"{text}rules:\n{rule()}").facts
    assert fact.works == ("Somebody, 2024",)


STEP = "{id: a-step, title: t, step: s, source: " + SOURCE + ", when: {domain: narrow}, "


def test_a_next_step_is_read(tmp_path: Path) -> None:
    more = "command: 'genarch cost {spec}', about: [gan], examples: {hit: [{domain: narrow}]}}"
    (step,) = loaded(tmp_path, f"{BASE}next_steps:\n  - {STEP}{more}\n").next_steps
    assert (step.id, step.step, step.command, step.about) == ("a-step", "s", "genarch cost {spec}", ("gan",))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("command: rm -r /}", "command: 'rm -r /' is not a command of genarch's; of names in braces there are"),
        ("command: 'genarch cost {file}'}", "'genarch cost {file}' is not a command of genarch's"),
        ("about: [gam]}", "next_steps[a-step].about: 'gam' is not a known architecture, family or verdict"),
        ("examples: {hit: [{domain: broad}]}}", "next_steps[a-step].examples.hit[0]: is no hit but a miss"),
    ],
)
def test_a_next_step_that_is_wrong(more: str, expected: str, tmp_path: Path) -> None:
    assert any(expected in problem for problem in problems(tmp_path, f"{BASE}next_steps:\n  - {STEP}{more}\n"))


def test_extends_takes_a_path_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path, f"{BASE}rules:\n{rule()}", "base.yaml")
    table = loaded(tmp_path, GRANDCHILD.replace("article", "../base.yaml"), "deep/child.yaml")
    assert [rule.id for rule in table.rules] == ["a-rule"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("artcle", "no bundled table and no file 'artcle'; did you mean 'article'?"),
        ("../missing.yaml", "no bundled table and no file '../missing.yaml'; bundled are: article, field"),
        ("''", "is empty"),
    ],
)
def test_a_table_to_extend_must_exist(name: str, expected: str, tmp_path: Path) -> None:
    found = problems(tmp_path, CHILD.replace("article", name))
    assert expected in found[0]
    assert found[0].startswith("t:6:10: extends: ")


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_is_said_with_its_files(length: int, tmp_path: Path) -> None:
    for number in range(length):
        text = CHILD.replace("article", f"t{(number + 1) % length}.yaml")
        written(tmp_path, text, f"t{number}.yaml")
    with pytest.raises(InputError) as caught:
        load_rules(tmp_path / "t0.yaml")
    names = " extends ".join(f"t{number % length}.yaml" for number in range(length + 1))
    assert re.search(rf"t{length - 1}\.yaml:6:10: extends: is circular: {re.escape(names)}$", str(caught.value))


def test_a_chain_has_an_end(tmp_path: Path) -> None:
    for number in range(12):
        written(tmp_path, CHILD.replace("article", f"t{number + 1}.yaml"), f"t{number}.yaml")
    with pytest.raises(InputError, match="more than 8 tables extend one another"):
        load_rules(tmp_path / "t0.yaml")


def test_a_problem_in_the_extended_table_is_told_in_its_own_file(tmp_path: Path) -> None:
    written(tmp_path, f"{BASE}rules:\n{rule(when='{domain: tiny}')}", "base.yaml")
    with pytest.raises(InputError, match=r"base\.yaml:17:20: rules\[a-rule\]\.when\.domain"):
        loaded(tmp_path, CHILD.replace("article", "base.yaml"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("artcle", "artcle: no bundled table and no file of this name; did you mean 'article'?"),
        ("x", "x: no bundled table and no file of this name; bundled are: article, field"),
        ("missing.yaml", "missing.yaml: no such file"),
        ("rules/missing", "rules/missing: no such file"),
    ],
)
def test_a_table_that_is_not_there(name: str, expected: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        load_rules(name)


# What was once accepted, or took too long


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{BASE}"[key]": 1\n', "t:14:1: '[key]' is not a key here"),
        (f"{BASE}rules:\n" + rule(more='for: {gan: strong}\n    "[key]": 1'), "t:19:5: rules[a-rule]: '[key]' is not"),
        (BASE.replace("id: gan,", "id: infeasible,", 1).replace("family: gan", "family: infeasible"), "'infeasible' is a verdict of its own"),
        (BASE.replace("id: gan, family", "id: evaluate_both, family"), "'evaluate_both' is a verdict of its own"),
        (f"{BASE}rules:\n{rule().replace('because: b', 'because: null')}", "t:19:14: rules[a-rule].because: is empty"),
        (f"{BASE}rules:\n{rule().replace('title: t', 'title: ~')}", "t:16:12: rules[a-rule].title: is empty"),
        (f"{BASE}rules:\n" + rule().replace("because: b", 'because: " "'), "rules[a-rule].because: is empty"),
        (f"{BASE}rules:\n{rule().replace('facts: [T1]', 'facts: []')}", "rules[a-rule].source.facts: is empty"),
        (f"{BASE}rules:\n{rule(when='{resolution_px: {below: 1}}')}", "no answer lies within these bounds"),
        (f"{BASE}rules:\n{rule(when='{resolution_px: {above: 5, below: 6}}')}", "no answer lies within these bounds"),
        (f"{BASE}rules:\n{rule(when='{training_images: {below: 0}}')}", "no answer lies within these bounds"),
        (
            f"{BASE}assumptions:\n  - {{id: odd, title: t, when: {{domain: narrow}}, assume: {{constraint: latency_budget_ms, below: 0}}, message: m, source: {SOURCE}, examples: {{}}}}\n",
            "no answer is below that",
        ),
        (
            f"{BASE}assumptions:\n  - {{id: odd, title: t, when: {{domain: narrow}}, assume: {{constraint: latency_budget_ms, below: 9}}, message: m, source: {SOURCE}, examples: {{}}}}\n",
            "needs a notice of level inconsistency",
        ),
        (CHILD + "disable: [{id: inconsistent-realtime-budget, reason: r}]\n", "'realtime-means-under-100-ms' needs a notice"),
        (CHILD.replace("id: child", "id: article"), "is the id of the extended table"),
        (BASE.replace("families: [", "families: [{id: third, title: t, summary: s}, "), "'third' has no architecture"),
        (CHILD + "points: {slight: 10, moderate: 20, strong: 30}\n", "are those of the extended table"),
        (CHILD + "disable: [{id: cyclegan, reason: r}, {id: cyclegan, reason: r}]\n", "keep one"),
        (
            f"{CHILD}notices:\n  - {{id: narrow-domain-favours-gan, level: note, title: t, message: m, source: {SOURCE}}}\n",
            "'narrow-domain-favours-gan' is a duplicate; ids are used once",
        ),
    ],
)  # fmt: skip
def test_what_looks_right_and_is_not(text: str, expected: str, tmp_path: Path) -> None:
    found = problems(tmp_path, text)
    assert any(expected in problem for problem in found), found


def test_a_family_can_be_replaced_with_a_reason(tmp_path: Path) -> None:
    table = loaded(
        tmp_path, CHILD + "families: [{id: gan, title: Adversarial, summary: s, replaces: our word for it}]\n"
    )
    assert table.families[0].title == "Adversarial"


@pytest.mark.parametrize(
    "text",
    [
        BASE + "".join(f"key{n}: 1\n" for n in range(20_000)),
        f"{BASE}rules:\n" + "  - {}\n" * 10_000,
        f"{BASE}rules:\n{rule(more='excludes: [' + ', '.join(f'diffusio-{n}' for n in range(5000)) + ']')}",
        f"{BASE}rules:\n" + "".join(rule(f"r-{n}", f"{{latency_budget_ms: {{below: {n + 1}}}}}", examples="{hit: [{latency_budget_ms: 0.5}], miss: [{latency_budget_ms: 90000}]}") for n in range(2000)),
        f"{BASE}rules:\n" + "".join(rule(f"r-{n}", "{any: [" + ", ".join(f"{{latency_budget_ms: {n * 500 + m + 1}}}" for m in range(500)) + "]}") for n in range(20)),
    ],
    ids=["unknown keys", "empty rules", "unknown names", "thresholds", "alternatives"],
)  # fmt: skip
def test_large_tables_are_answered_in_time(text: str, tmp_path: Path) -> None:
    began = time.process_time()
    with contextlib.suppress(InputError):
        load_rules(written(tmp_path, text))
    assert time.process_time() - began < 30  # a fence against quadratic time, and no benchmark
