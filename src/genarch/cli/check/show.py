"""What a check would look at, and by which settings: for whoever wonders why a document is not checked."""

from __future__ import annotations

import os
import sys

from genarch.cli import exits
from genarch.cli.check.settings import CheckRequest, Settings, settled
from genarch.documents.discovery import Skipped, candidates
from genarch.reports.escape import safe


def run_show_files(request: CheckRequest) -> int:
    """List the files, and those that are skipped with the reason.

    Raises:
        InputError: when an option or the configuration cannot be used.
    """
    settings = settled(request)
    code = exits.OK
    for item in candidates(request.paths or (".",), settings.selection):
        if isinstance(item, Skipped):
            sys.stdout.write(f"{safe(item.path)}: skipped, {item.reason}\n")
        elif item.path != "-" and not os.path.lexists(item.path):
            exits.say(f"{item.path}: no such file or folder")
            code = exits.UNUSABLE
        else:
            required = " (must state a spec)" if settings.require_block.match(item.path) else ""
            sys.stdout.write(f"{safe(item.path)}{required}\n")
    return code


def run_show_config(request: CheckRequest) -> int:
    """Print the settings that hold.

    Raises:
        InputError: when an option or the configuration cannot be used.
    """
    settings = settled(request)
    for name, value in _shown(settings):
        sys.stdout.write(f"{name}: {safe(value)}\n")
    return exits.OK


def _shown(settings: Settings) -> list[tuple[str, str]]:
    configuration, policy = settings.configuration, settings.policy
    return [
        ("configuration", configuration.path or "none"),
        ("rules", settings.rules.name),
        ("fail_on", settings.fail_on),
        ("include", str(settings.selection.include) or "every *.md, *.markdown, *.genarch.yaml and genarch.yaml"),
        ("exclude", str(settings.selection.exclude) or "nothing"),
        ("require_block", str(settings.require_block) or "nowhere"),
        ("baseline", settings.baseline or "none"),
        ("today", policy.today),
        ("waivers", f"may end up to {policy.latest}{' and must end' if policy.ending else ''}"),
        ("severity", ", ".join(f"{name} {word}" for name, word in policy.severities.items()) or "as each check has it"),
        ("root", settings.root),
    ]
