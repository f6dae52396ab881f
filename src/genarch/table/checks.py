"""The checks on a rule table as a whole: what each looks for, how grave it is, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping

from genarch.table.findings import Check

TABLE_INVALID = Check(
    "table-invalid",
    "The table cannot be read",
    "error",
    "Nothing can be said of a table whose form or names are wrong. Each problem stands at its place in the file.",
)
CONDITION_CONTRADICTS_ITSELF = Check(
    "condition-contradicts-itself",
    "A condition, or one of its alternatives, can never hold",
    "error",
    "No answers pass it, such as a number below 50 and above 100. Correct it, or take the alternative out.",
)
EVERYTHING_INCONSISTENT = Check(
    "everything-inconsistent",
    "No answers are consistent",
    "error",
    "The table's inconsistencies together rule out every way to answer, so little else can be said of it. Narrow them.",
)
RULE_NEVER_HITS = Check(
    "rule-never-hits",
    "An entry hits only on answers that the table calls inconsistent",
    "error",
    "Its condition can hold, but never together with what the table's inconsistencies allow. Correct one of the two.",
)
RULE_NEVER_MATTERS = Check(
    "rule-never-matters",
    "A rule never changes the answer",
    "warning",
    "Wherever it hits, the verdict and its architecture are the same without it. Either its points are too few to "
    "count, or other rules always decide first: give it more weight, narrow those, or remove it.",
)
RULES_ALWAYS_TOGETHER = Check(
    "rules-always-together",
    "Rules that always hit together",
    "warning",
    "Whatever is answered, all of them hit or none does. Join them into one, or make their conditions differ; kept "
    "apart, one claim counts twice in the rationale.",
)
CONSTRAINT_UNREAD = Check(
    "constraint-unread",
    "A constraint that nothing in the table reads",
    "warning",
    "People answer it, and the answer changes nothing: no points, no notice, no method. Write an entry that reads it, "
    "or say in a waiver why the table has nothing to say of it.",
)
CONSTRAINT_NEVER_DECIDES = Check(
    "constraint-never-decides",
    "A constraint that no rule reads",
    "note",
    "Notices or methods read it, so it shows in a report, but it has no say in the verdict.",
)
VALUE_UNREAD = Check(
    "value-unread",
    "Values that no entry tells apart",
    "note",
    "No condition names them, so the table treats them alike: whichever is answered, everything comes out the same.",
)
BLIND_SPOT = Check(
    "blind-spot",
    "A region where no rule hits",
    "warning",
    "Everything is answered, and the table has nothing to say. Add a rule for the example given, or declare the "
    "answers inconsistent if they cannot hold together.",
)
EXCLUDES_EVERYTHING = Check(
    "excludes-everything",
    "Rules that together exclude every architecture",
    "warning",
    "Each exclusion may be right alone; together they leave nothing, and the verdict is 'infeasible'. If that is "
    "meant, waive it with the reason; else turn one of the exclusions into points.",
)
ARCHITECTURE_NEVER_RECOMMENDED = Check(
    "architecture-never-recommended",
    "An architecture that is never recommended",
    "warning",
    "No answers make it the recommendation. Either the rules give it too little, or it need not be in the table.",
)
ARCHITECTURE_NEVER_ALONE = Check(
    "architecture-never-alone",
    "An architecture that is only ever one of two",
    "note",
    "Once everything is answered, it comes up in 'evaluate_both' at best, never as the recommendation itself. Give it "
    "more points where it should win, or say in a waiver why a comparison is meant.",
)
METHOD_NEVER_SUGGESTED = Check(
    "method-never-suggested",
    "A method or notice that is never shown",
    "warning",
    "Its condition never holds together with an answer that it is for. Widen one of the two, or remove it.",
)
VERDICT_NOT_MONOTONE = Check(
    "verdict-not-monotone",
    "A larger number flips the verdict, and a still larger one flips it back",
    "warning",
    "With all else equal the verdict returns to one that it has left, which is hard to explain to whoever tunes the "
    "number. It can be meant where limits of both kinds meet; then waive it with the reason.",
)
EXAMPLE_MISSING = Check(
    "example-missing",
    "A condition without an example",
    "warning",
    "An example of a hit and one of a miss are run whenever the table is read, and show a reviewer what is meant.",
)
FACT_UNCITED = Check(
    "fact-uncited",
    "A fact that nothing cites",
    "warning",
    "Either an entry is missing that carries it, or it need not be in the table.",
)
QUESTION_MISSING = Check(
    "question-missing",
    "A constraint is read, but has no question",
    "warning",
    "Whoever is asked for it sees only its bare name. State a question, with help and a line for each value.",
)
SEARCH_LIMIT = Check(
    "search-limit",
    "A question that was left unanswered",
    "note",
    "The search met its limit before it found a case or ruled one out, so nothing is claimed either way.",
)
WAIVER_UNUSED = Check(
    "waiver-unused",
    "A waiver that covers no finding",
    "warning",
    "What it was for is gone, or it names other ids than the finding. Remove it, or correct it.",
)

TABLE_CHECKS: Mapping[str, Check] = {
    check.id: check
    for check in (
        TABLE_INVALID,
        CONDITION_CONTRADICTS_ITSELF,
        EVERYTHING_INCONSISTENT,
        RULE_NEVER_HITS,
        RULE_NEVER_MATTERS,
        RULES_ALWAYS_TOGETHER,
        BLIND_SPOT,
        EXCLUDES_EVERYTHING,
        ARCHITECTURE_NEVER_RECOMMENDED,
        ARCHITECTURE_NEVER_ALONE,
        METHOD_NEVER_SUGGESTED,
        VERDICT_NOT_MONOTONE,
        CONSTRAINT_UNREAD,
        CONSTRAINT_NEVER_DECIDES,
        VALUE_UNREAD,
        EXAMPLE_MISSING,
        FACT_UNCITED,
        QUESTION_MISSING,
        SEARCH_LIMIT,
        WAIVER_UNUSED,
    )
}
