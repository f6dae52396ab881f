"""What waivers cover and what is wrong with them, word for word, under a small table."""

from __future__ import annotations

import pytest

from builders import SOURCE, rule, table
from genarch.documents.judge import judge
from genarch.documents.reader import DesignDocument, PlacedSpec, located
from genarch.documents.settings import Policy
from genarch.documents.waivers import with_waivers
from genarch.engine.conditions import Predicate
from genarch.engine.findings import CheckId, Located, Place
from genarch.engine.rules import Notice, RuleTable
from genarch.engine.spec import Spec, Waiver

NARROW = Predicate("domain", "any_of", ("narrow",))
PATH = "a.md"
REASON = "measured at 31 ms on the phone"
POLICY = Policy("2026-11-24", latest="2036-11-24")
NOTICES = [
    Notice(id="clash", level="inconsistency", title="c", when=NARROW, message="No.", source=SOURCE, about=()),
    Notice(id="aside", level="note", title="n", when=NARROW, message="So.", source=SOURCE, about=()),
]
ONE = table(rule("no-gan", NARROW, excludes=["gan"]), rule("points", NARROW, {"diffusion": 3}))
THREE = table(*(rule(f"no-gan{at}", NARROW, excludes=["gan"]) for at in (1, 2, 3)))
CLASHING = table(rule("points", NARROW, {"gan": 3}), notices=NOTICES)


def spec(*waivers: Waiver, model: str | None = None) -> PlacedSpec:
    names = ["", "id", "decision", "waivers", "waivers[0]", "waivers[0].rule", "waivers[1]"]
    places = {name: Place(PATH, line, 1) for line, name in enumerate(names, 1)}
    stated = Spec("a", {"domain": "narrow"}, decision="gan", waivers=waivers, model=model)
    return PlacedSpec(stated, places)


def found(*waivers: Waiver, policy: Policy = POLICY, rules: RuleTable = ONE) -> list[Located]:
    return judge(DesignDocument(PATH, specs=(spec(*waivers),)), rules, policy)[0]


def about_waivers(*waivers: Waiver, policy: Policy = POLICY, rules: RuleTable = ONE) -> list[tuple[str, int, str]]:
    items = [item for item in found(*waivers, policy=policy, rules=rules) if item.finding.check.startswith("waiver-")]
    assert all(item.spec for item in items)
    return [(item.finding.check, item.place.line, item.finding.message) for item in items]


def waiver(name: str, reason: str = REASON, expires: str | None = None, approved_by: str | None = "@team") -> Waiver:
    return Waiver(name, reason, expires, approved_by)


def waived(*waivers: Waiver, rules: RuleTable = ONE) -> str:
    (reason,) = [
        item.finding.waived for item in found(*waivers, rules=rules) if item.finding.check == "decision-excluded"
    ]
    return reason


@pytest.mark.parametrize(
    ("given", "check", "message"),
    [
        (
            waiver("no-gam"),
            "waiver-unknown",
            "'no-gam' is neither a check nor a rule of test@1.0.0; did you mean 'no-gan'?",
        ),
        (
            waiver("y" * 61),
            "waiver-unknown",
            f"'{'y' * 60}' is neither a check nor a rule of test@1.0.0; write the id of a check or of a rule that excludes",
        ),
        (waiver("block-invalid"), "waiver-forbidden", "block-invalid cannot be waived; fix what it finds"),
        (
            waiver("points"),
            "waiver-forbidden",
            "points excludes nothing; waive the finding that it leads to, such as decision-not-recommended",
        ),
        (
            waiver("no-gan", "x" * 61),
            "waiver-unjustified",
            f"'{'x' * 60}' gives no reason; say what was measured or decided",
        ),
        (
            waiver("no-gan", expires="2026-11-23"),
            "waiver-expired",
            "the waiver of no-gan ended on 2026-11-23; fix what it covers, or renew it",
        ),
        (
            waiver("no-gan", expires="2036-11-25"),
            "waiver-endless",
            "the waiver of no-gan does not end until 2036-11-25; set expires to 2036-11-24 or earlier",
        ),
        (
            waiver("no-gan", approved_by=None),
            "waiver-unapproved",
            "no-gan is a requirement; name in approved_by who answers for the exception",
        ),
        (
            waiver("decision-missing"),
            "waiver-unused",
            "nothing is left that a waiver of decision-missing would cover; remove it",
        ),
    ],
)
def test_what_is_wrong_with_a_waiver(given: Waiver, check: str, message: str) -> None:
    assert about_waivers(given) == [(check, 6, message)]
    assert waived(given) == (REASON if check == "waiver-endless" else "")


def test_a_waiver_that_must_end_says_until_when() -> None:
    message = "the waiver of no-gan never ends; set expires to 2036-11-24 or earlier"
    ending = POLICY._replace(ending=True)
    assert about_waivers(waiver("no-gan"), policy=ending) == [("waiver-endless", 6, message)]
    assert about_waivers(waiver("no-gan"), waiver("no-gan"), policy=ending)[2:] == [
        ("waiver-unused", 7, "no-gan is waived above already; keep one of the two")
    ]
    assert about_waivers(waiver("no-gan", expires="2036-11-24"), policy=ending) == []


def test_reasons_are_given_once_each() -> None:
    assert waived(waiver("no-gan1", "as the board allowed"), waiver("no-gan2"), waiver("no-gan3"), rules=THREE) == (
        f"as the board allowed; {REASON}"
    )
    assert (
        waived(waiver("decision-excluded", "as the board allowed"), waiver("decision-excluded"))
        == "as the board allowed"
    )
    assert waived(waiver("no-gan", "as the board allowed"), waiver("constraint-unsettled")) == "as the board allowed"


def test_the_rules_of_a_finding_are_waived_together() -> None:
    assert about_waivers(waiver("no-gan1"), rules=THREE) == [
        (
            "waiver-unused",
            6,
            "a waiver of no-gan1 alone covers nothing, while no-gan2 and no-gan3 hit too; waive them all",
        )
    ]
    assert waived(waiver("no-gan1"), waiver("no-gan2"), rules=THREE) == ""
    unapproved = [waiver("no-gan1"), waiver("no-gan2", approved_by="nobody"), waiver("no-gan3")]
    assert waived(*unapproved, rules=THREE) == ""
    assert [item[0] for item in about_waivers(*unapproved, rules=THREE)] == ["waiver-unapproved"]


def test_a_rule_is_not_waived_beside_its_check() -> None:
    assert about_waivers(waiver("decision-excluded"), waiver("no-gan")) == [
        ("waiver-unused", 7, "nothing is left that a waiver of no-gan would cover; remove it")
    ]


def test_inconsistencies_are_waived_and_notes_are_nothing_to_waive() -> None:
    (only,) = found(waiver("clash"), rules=CLASHING)
    assert (only.finding.check, only.finding.waived) == ("constraints-inconsistent", REASON)
    assert [item[0] for item in about_waivers(waiver("aside"), rules=CLASHING)] == ["waiver-unknown"]


def test_what_is_never_waived_is_not_waived_through_a_rule_either() -> None:
    finding = located(CheckId("block-invalid"), Place(PATH, 1, 1), "wrong", ("no-gan",))
    assert with_waivers(spec(waiver("no-gan")), [finding], ONE, POLICY)[0].finding.waived == ""


def test_a_waiver_without_a_place_of_its_own_stands_where_they_all_do() -> None:
    assert [line for _, line, _ in about_waivers(*(waiver(name) for name in ("zzz", "zzz", "zzz")))] == [4, 6, 7]


@pytest.mark.parametrize(
    ("reason", "explains"),
    [
        ("abcd efgh", True),  # eight letters
        ("abcd efg", False),
        ("abcdefghij", False),  # one word
        ("do go up at", True),
        ("another appliance", True),  # begin as words that say nothing
        ("todo later, to be determined", False),
        ("n/a n/a n/a n/a", False),
        ("TODO explain what was measured", False),
        ("tbd: measured on the phone", False),
        ("Pending the measurement on the phone", False),
        ("We measured what was pending", True),
        *(
            (reason, False)
            for reason in (
                "To do later",
                "see above",
                "as discussed",
                "reason follows",
                "Lorem ipsum dolor",
                "fill in later",
                "add a reason here",
            )
        ),
        ("as discussed, 31 ms on the phone", True),
        ("aaaa bbbb", False),
        ("{reason goes here}", False),
        ("<why this is fine>", False),
        ("$REASON of the team", False),
        ("asdf asdf", False),
        ("foo bar baz", False),
        ("<100 ms was measured on the phone", True),
        ("\u4f8b\u4f8b\u4f8b\u4f8b", False),
        ("12345678 90", False),
        ("\u5df2\u5728\u624b\u673a", True),
        ("\u5df2\u5728\u624b", False),
        ("\u5df2\u5728\u624b ok", True),
    ],
)
def test_what_counts_as_a_reason(reason: str, explains: bool) -> None:  # noqa: FBT001
    assert waived(waiver("no-gan", reason)) == (reason if explains else "")


@pytest.mark.parametrize(
    ("name", "approves"),
    [
        ("@team", True),
        ("Someone Else", True),
        ("", False),
        (" - ", False),
        ("N/A", False),
        ("somebody", False),
        ("TBD", False),
        *(
            (name, False)
            for name in (
                "pending",
                "Pending @lead",
                "t.b.d.",
                "none yet",
                "TODO",
                "TODO: @lead",
                "awaiting approval",
                "to be named",
                "not yet",
                "requested from @lead",
                "-" * 40_000,
                "???",
                "no-one",
                "open",
                "nobody yet",
                "not approved yet",
                "unapproved",
                "needs approval",
                "_pending_",
                "still pending",
                "lead (pending)",
                "@lead, not yet",
                "under review",
                "draft",
                "your name",
                "<name>",
                "me",
                "yes",
                "approved",
                "unassigned",
                "will ask",
                "TK",
                "_",
                "later",
                "lead?",
                "$USER",
                "${{ github.actor }}",
                "{name of the lead}",
                "<name of the lead>",
                "nobody so far",
                "not lead",
                "lead (not asked)",
                "lead has to approve",
                "rejected by lead",
                "pend\u200bing",
                "ausstehend",
            )
        ),
        *(
            (name, True)
            for name in (
                "@open-source",
                "Tim Open",
                "T. B. Davies",
                "Yes Theory board",
                "Nonette",
                "Ada Pending",
                "@todorov",
                "Board, 2026-05-01",
                "Ada <ada@example.org>",
                "<ada@example.org>",
                "Nota Rejane",
                "\u738b",
            )
        ),
    ],
)
def test_who_counts_as_somebody(name: str, approves: bool) -> None:  # noqa: FBT001
    assert bool(waived(waiver("no-gan", approved_by=name))) is approves


def test_findings_are_in_the_order_of_their_places_and_at_one_place_in_that_found() -> None:
    defect = located(CheckId("block-misspelt"), Place(PATH, 5, 1), "late")
    early = located(CheckId("block-quoted"), Place(PATH, 2, 1), "early")
    beside = located(CheckId("block-invalid"), defect.place, "found after the other one")
    findings = judge(DesignDocument(PATH, specs=(spec(),), defects=(defect, beside, early)), ONE, POLICY)[0]
    assert [(item.finding.check, item.place.line) for item in findings] == [
        ("block-quoted", 2),
        ("decision-excluded", 3),
        ("block-misspelt", 5),
        ("block-invalid", 5),
    ]


def test_a_model_without_a_catalogue_is_left_alone_and_a_second_id_is_named_where_it_stands() -> None:
    named = spec(waiver("no-gan"), model="sdxl")
    other = named._replace(places={**named.places, "": Place("b.md", 1, 1), "id": Place("b.md", 2, 5)})
    (duplicated, *_), judged = judge(
        DesignDocument(PATH, specs=(named, other)), ONE, POLICY._replace(severities={"decision-excluded": "off"})
    )
    assert duplicated == located(
        CheckId("block-duplicated"),
        Place("b.md", 2, 5),
        "the id 'a' is stated twice, first at a.md:1; give each its own id",
        ("a",),
    )
    assert len(judged) == 2


def test_a_rule_of_evidence_is_waived_as_any_other_and_where_evidence_is_left_aside_its_waivers_wait() -> None:
    slow = table(rule("evidence-gan-too-slow", NARROW, excludes=["gan"]))
    assert waived(waiver("evidence-gan-too-slow"), rules=slow) == REASON
    lacking = waiver("evidence-gan-too-slow", approved_by=None)
    assert [check for check, *_ in about_waivers(lacking, rules=slow)] == ["waiver-unapproved"]
    # Known though nothing is stated that evidence speaks of: then it covers nothing.
    for name in ("evidence-gan-too-slow", "evidence-gan-enhanced-diffusion-open", "model-too-slow", "budget-open"):
        assert [check for check, *_ in about_waivers(waiver(name))] == ["waiver-unused"]
        assert about_waivers(waiver(name), policy=POLICY._replace(evidence=False)) == []
    for name in ("evidence-gan-too-slwo", "evidence-vae-too-slow"):
        assert [check for check, *_ in about_waivers(waiver(name))] == ["waiver-unknown"]
