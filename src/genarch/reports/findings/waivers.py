"""Waivers as a list for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from genarch.reports.console import Look, rendered
from genarch.reports.escape import safe
from genarch.reports.findings.words import counted


class WaiverRow(NamedTuple):
    """A waiver and where it stands; `expires` is its last day, None where it has none."""

    path: str
    line: int
    spec: str
    rule: str
    reason: str
    expires: str | None
    approved_by: str | None
    expired: bool


def waivers_as_text(rows: Sequence[WaiverRow], look: Look) -> str:
    """A line for each with its place, and below it the reason; then how many there are."""
    parts: list[Text | Padding] = []
    for row in rows:
        ends = f"until {row.expires}" if row.expires else "without end"
        parts.append(
            Text.assemble(
                ("expired, " if row.expired else "", "bold red"),
                (f"{ends}: ", "yellow" if row.expired else "bold"),
                f"{safe(row.rule)} for {safe(row.spec)}, ",
                (f"{safe(row.path)}:{row.line}", "dim"),
            )
        )
        approved = f" (approved by {safe(row.approved_by)})" if row.approved_by else ""
        parts.append(Padding(Text(f"{safe(row.reason)}{approved}"), (0, 0, 0, 2)))
    expired = sum(row.expired for row in rows)
    told = f"{counted(len(rows), 'waiver')}{f', {expired} expired' if expired else ''}" if rows else "no waivers"
    return rendered(Group(*parts, Text(told, style="bold")), look)
