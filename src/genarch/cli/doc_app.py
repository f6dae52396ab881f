"""The commands under `doc`, as people type them: arguments to requests, no more."""

from __future__ import annotations

from typing import Annotated

import typer

from genarch.cli.options import Rules, Settings, finish
from genarch.files.tables import DEFAULT_TABLE

doc_app = typer.Typer(
    help="Decision records: specs as blocks in Markdown documents.", no_args_is_help=True, rich_markup_mode=None
)


@doc_app.callback()
def doc() -> None:
    """Decision records: specs as blocks in Markdown documents."""


@doc_app.command("add")
def doc_add(
    document: Annotated[str, typer.Argument(metavar="DOC.md", help="A Markdown document.")],
    *,
    spec: Annotated[
        str | None, typer.Option("--spec", metavar="FILE", help="Take the block from a spec file; ask nothing.")
    ] = None,
    spec_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The block's id; the document's name otherwise.")
    ] = None,
    decision: Annotated[
        str | None,
        typer.Option("--decision", metavar="NAME", help="What was decided: a family, an architecture, evaluate_both."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Keep the rationale between markers below the block up to date.")
    ] = False,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE", help="Start from the answers of a spec file, or resume a draft."),
    ] = None,
    settings: Settings = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; don't know to all that is open.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="A line for each choice, without colour; reads answers from a pipe too.")
    ] = False,
    rules: Rules = DEFAULT_TABLE,
) -> None:
    """Put a spec block under a document's decision, from questions or from a spec file."""
    if spec is not None and (answers is not None or settings or yes or decision is not None):
        raise typer.BadParameter("--spec has every answer; leave --answers, --set, --yes and --decision out")
    from genarch.cli.ask.run import AskRequest
    from genarch.cli.doc import DocRequest, run_doc_add

    given = _given({"--id": spec_id, "--decision": decision})
    again = ("doc", "add", document, *given, *(["--write"] if write else []))
    asked = AskRequest(answers, settings=tuple(settings or ()), rules=rules, yes=yes, plain=plain, command=again)
    finish(lambda: run_doc_add(DocRequest(document, spec, spec_id, decision, write, asked, rules)))


def _given(options: dict[str, str | None]) -> list[str]:
    return [word for name, value in options.items() if value is not None for word in (name, value)]
