"""`genarch show`: what any id of a report is, why it is there, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from genarch.cli.app import Commands, EntryFormat, Evidence, Rules, argument
from genarch.cli.output import own_catalogue, print_descriptions
from genarch.errors import UnknownIdError, nearest
from genarch.files.bundled import DEFAULT_TABLE, bundled_cases, load_rules
from genarch.reports.descriptions import Description, describe_case, describe_id, table_ids
from genarch.reports.evidence_descriptions import describe_evidence, evidence_for, evidence_ids

app = Commands()

MOST_LISTED = 12
"""Ids that are listed at most where an abbreviation fits several."""


@app.command()
def show(
    name: Annotated[
        str,
        argument(
            "ID",
            "A rule, fact, method, notice, architecture, constraint, value, check, measurement, model, hardware, "
            "claim, source or case; an unambiguous prefix is enough.",
            of="ids",
        ),
    ],
    rules: Rules = DEFAULT_TABLE,
    evidence: Evidence = None,
    output_format: EntryFormat = "text",
) -> int:
    """Explain an id: what it does, why it exists, since when, and its source."""
    table, catalogue, cases = load_rules(rules), own_catalogue(evidence), {case.id: case for case in bundled_cases()}
    ids = dict.fromkeys([*table_ids(table), *evidence_ids(catalogue), *cases])
    disabled = {entry.id for entry in table.disabled}
    named = name if name in disabled else meant(name, ids, table.name)
    found: list[Description] = []
    if named in disabled or named in table_ids(table):
        found += describe_id(named, table)
    found += describe_evidence(named, catalogue)
    found += [describe_case(cases[named])] if named in cases else []
    for entry in table.rules:
        if entry.id == named and (claims := evidence_for(entry, table, catalogue)):
            found.append(claims)
    return print_descriptions(found, output_format)


@app.command("explain", hidden=True)
def explain(
    name: Annotated[str, argument("ID", "As of genarch show.")],
    rules: Rules = DEFAULT_TABLE,
    output_format: EntryFormat = "text",
) -> int:
    """Show what an id is; the former name of genarch show."""
    return show(name, rules, output_format=output_format)


def meant(name: str, ids: Iterable[str], table: str) -> str:
    """The id that is meant: spelt so, spelt so but for case and hyphens, or the only one that begins so.

    Raises:
        UnknownIdError: where there is none, or several begin so.
    """
    known = list(ids)
    if name in known:
        return name
    wanted = _folded(name)
    alike = [one for one in known if _folded(one) == wanted]
    beginning = [one for one in known if _folded(one).startswith(wanted)] if len(wanted) > 1 else []
    if len(found := alike[:1] or beginning) == 1:
        return found[0]
    if beginning:
        more = f" and {len(beginning) - MOST_LISTED} more" if len(beginning) > MOST_LISTED else ""
        raise UnknownIdError(
            f"'{name}' is the beginning of {', '.join(beginning[:MOST_LISTED])}{more}; write a longer prefix"
        )
    raise UnknownIdError(f"neither {table} nor the evidence has a '{name}'{nearest(name, known)}")


def _folded(name: str) -> str:
    return re.sub(r"[-_ ]", "", name.casefold())
