"""JSON: a list of reports, or one report a line."""

from __future__ import annotations

import json

from genarch.reports.report import Report


class JsonList:
    """One list; each report is written as it comes."""

    def __init__(self) -> None:
        self._count = 0

    def start(self) -> str:
        """The list's opening."""
        return "["

    def one(self, report: Report) -> str:
        """A report, with the comma before it."""
        self._count += 1
        indented = json.dumps(report, indent=2).replace("\n", "\n  ")
        return f"{',' if self._count > 1 else ''}\n  {indented}"

    def finish(self) -> str:
        """The list's end."""
        return "\n]\n" if self._count else "]\n"


class JsonLines:
    """One report a line, for tools that read as a stream."""

    def start(self) -> str:
        """Nothing."""
        return ""

    def one(self, report: Report) -> str:
        """A report on a line of its own."""
        return json.dumps(report, separators=(",", ":")) + "\n"

    def finish(self) -> str:
        """Nothing."""
        return ""
