"""`genarch explain`: an id of the rule table, of the spec format or of the evidence catalogue."""

from __future__ import annotations

from genarch.cli.options import EntryFormat, print_descriptions
from genarch.errors import UnknownIdError
from genarch.files.tables import load_rules
from genarch.reports.entries import Description, describe_id
from genarch.table.rules import Rule, RuleTable


def run_explain(name: str, which: str, output_format: EntryFormat) -> int:
    """Print what is called `name`; with a rule, the claims and measurements that speak for or against it.

    Raises:
        UnknownIdError: when nothing is.
    """
    return print_descriptions(_descriptions(name, load_rules(which)), output_format)


def _descriptions(name: str, rules: RuleTable) -> list[Description]:
    from genarch.files.catalogue import load_catalogue
    from genarch.reports.evidence.entries import describe_evidence, evidence_for

    catalogue = load_catalogue()
    try:
        found = describe_id(name, rules)
    except UnknownIdError:
        try:
            return describe_evidence(name, catalogue)
        except UnknownIdError:
            pass
        raise
    for entry in rules.entries().get(name, ()):
        if isinstance(entry, Rule) and (told := evidence_for(entry, rules, catalogue)):
            found.append(told)
    return found
