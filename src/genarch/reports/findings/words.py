"""How a report of findings sums up, in words that several formats share."""

from __future__ import annotations

from collections.abc import Iterator

from genarch.reports.findings.record import FindingsReport


def lint_summary(report: FindingsReport, *, listed: bool) -> Iterator[str]:
    """What the verification of tables comes to."""
    names = ", ".join(f"{table['id']}@{table['version']}" for table in report["tables"])
    yield f"{names or 'no table'}: {_found(report, '' if listed else '--waived')}"
    yield from _more(report)


def check_summary(report: FindingsReport, *, listed: bool) -> Iterator[str]:
    """What a check on documents comes to; everything that was looked at is counted."""
    counts = report["counts"]
    looked = f"{counted(counts['files'], 'file')}, {counted(counts['documents'], 'document')}"
    skipped = [f"{number} {reason}" for reason, number in counts["skipped"].items() if number]
    told = f"; skipped: {', '.join(skipped)}" if skipped else ""
    found = _found(report, "" if listed else "--show-waived")
    yield f"{looked}, {counted(counts['decisions'], 'decision')}: {found}{told}"
    yield from _more(report)


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _found(report: FindingsReport, option: str) -> str:
    """The counts; `option` is what lists the waived ones where they are not listed."""
    counts = report["counts"]
    told = [counted(counts[severity], severity) for severity in ("error", "warning", "note") if counts[severity]]
    words = ", ".join(told) or "no findings"
    if counts["waived"]:
        words += f"; {counts['waived']} waived{f' ({option} lists them)' if option else ''}"
    if counts["known"]:
        words += f"; {counts['known']} known from the baseline"
    return words


def _more(report: FindingsReport) -> Iterator[str]:
    if any(report["counts"][severity] for severity in ("error", "warning", "note")):
        yield "'genarch explain CHECK' tells more of each."
