"""The commands on design documents, as people type them: arguments to requests, no more."""

from __future__ import annotations

from typing import Annotated

import typer

from genarch.cli.options import EntryFormat, EntryFormatOption, finish

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Markdown documents, spec files, folders to search for both, or - for a document on standard input; "
        "the current folder when none is named.",
    ),
]
RulesOption = Annotated[
    str | None, typer.Option("--rules", metavar="ID|PATH", help="A bundled rule table's id, or a path.")
]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="GLOB", help="Look at these in folders, in place of every document. Repeatable."),
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="GLOB", help="Leave these out, named or not. Repeatable.")
]
RequireBlock = Annotated[
    list[str] | None,
    typer.Option("--require-block", metavar="GLOB", help="Documents that must state a spec. Repeatable."),
]
Config = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="A genarch.toml or pyproject.toml; else the nearest one upwards."),
]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Read no configuration.")]
Today = Annotated[
    str | None,
    typer.Option("--today", metavar="DATE", help="The day that waivers are held against; else today, in UTC."),
]


def check(
    *,
    paths: Paths = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT[=FILE]",
            help="text, concise, json, sarif, github, gitlab, junit or markdown; with =FILE to a file. Repeatable.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on", metavar="SEVERITY", help="Exit 1 from here on: error (default), warning, note, never."
        ),
    ] = None,
    rules: RulesOption = None,
    include: Include = None,
    exclude: Exclude = None,
    require_block: RequireBlock = None,
    changed_since: Annotated[
        str | None,
        typer.Option("--changed-since", metavar="REF", help="Only what differs from where the branch left a commit."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="FILE", help="Findings that are known, and no reason to fail.")
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option("--write-baseline", metavar="FILE", help="Write what is found as a baseline.")
    ] = None,
    show_waived: Annotated[
        bool, typer.Option("--show-waived", help="List waived findings too, with the reasons.")
    ] = False,
    no_waivers: Annotated[bool, typer.Option("--no-waivers", help="Leave every waiver aside.")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="Exit 0 when there is nothing to check.")] = False,
    today: Today = None,
    config: Config = None,
    no_config: NoConfig = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, max=64, help="Processes; 0 is one for each core.")] = 1,
    show_files: Annotated[
        bool, typer.Option("--show-files", help="List what would be looked at, and why not.")
    ] = False,
    show_config: Annotated[bool, typer.Option("--show-config", help="Show the settings that hold.")] = False,
) -> None:
    """Check design documents: whether each decision agrees with the constraints beside it."""
    from genarch.cli.check.run import run_check
    from genarch.cli.check.settings import CheckRequest
    from genarch.cli.check.show import run_show_config, run_show_files

    request = CheckRequest(
        tuple(paths or ()),
        tuple(formats or ()),
        rules,
        fail_on,
        tuple(include or ()),
        tuple(exclude or ()),
        tuple(require_block or ()),
        config,
        no_config,
        baseline,
        write_baseline,
        changed_since,
        today,
        show_waived,
        no_waivers,
        allow_empty,
        jobs,
    )
    run = run_show_config if show_config else run_show_files if show_files else run_check
    finish(lambda: run(request))


def waivers(
    *,
    paths: Paths = None,
    rules: RulesOption = None,
    include: Include = None,
    exclude: Exclude = None,
    today: Today = None,
    config: Config = None,
    no_config: NoConfig = False,
    output_format: EntryFormatOption = EntryFormat.TEXT,
) -> None:
    """List the waivers of design documents, those that end first before the others."""
    from genarch.cli.check.settings import CheckRequest
    from genarch.cli.check.waivers import run_waivers

    request = CheckRequest(
        tuple(paths or ()),
        rules=rules,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        today=today,
        config=config,
        no_config=no_config,
    )
    finish(lambda: run_waivers(request, output_format.value))


def fix(
    *,
    paths: Paths = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change, and write nothing.")] = False,
    rules: RulesOption = None,
    include: Include = None,
    exclude: Exclude = None,
    require_block: RequireBlock = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Mend design documents: misspelt keys, values and fences, and an empty block where one has to be."""
    from genarch.cli.check.fix import run_fix
    from genarch.cli.check.settings import CheckRequest

    request = CheckRequest(
        tuple(paths or ()),
        rules=rules,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        require_block=tuple(require_block or ()),
        config=config,
        no_config=no_config,
    )
    finish(lambda: run_fix(request, diff=diff))
