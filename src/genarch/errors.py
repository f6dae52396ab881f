"""What can be wrong with what a person gave, in words that help to fix it."""

from __future__ import annotations

from collections.abc import Iterable

from genarch.values import NamedTuple


class Problem(NamedTuple):
    """One thing wrong in one place.

    `line` and `column` count from 1, as editors do; both are None where the problem is the file's as a whole.
    `field` is the dotted path of the value at fault (`constraints.task`), or empty.
    """

    path: str
    line: int | None
    column: int | None
    field: str
    message: str

    def __str__(self) -> str:
        """`path:line:column: field: message`, without the parts that are not known."""
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        return ": ".join(part for part in (place, self.field, self.message) if part)


class GenarchError(Exception):
    """Anything genarch raises on purpose."""


class InputError(GenarchError):
    """A file, value or option that cannot be used; carries every problem found, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """The error with its problems, as another process hands it on."""
        return InputError, (self.problems,)


class MissingExtraError(GenarchError):
    """A library that an option needs, and that comes with an extra, is not installed."""


class UnknownIdError(GenarchError):
    """A name that the rule table does not have; the message suggests the nearest spelling."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name spelt most like `word`, as a sentence to append (`; did you mean 'x'?`), or nothing."""
    from difflib import get_close_matches  # only wanted when something is already wrong

    folded = {name.lower().replace("-", "_"): name for name in known}
    wanted = word.lower().replace("-", "_").replace(" ", "_")[:80]
    close = get_close_matches(wanted, folded, n=1, cutoff=0.6)
    if not close and len(wanted) >= 4:  # a part of the name, as `latency` of `latency_budget_ms`
        close = [name for name in folded if name.startswith(wanted)][:1]
    return f"; did you mean '{folded[close[0]]}'?" if close else ""


def nearest_or_all(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """The same, or where none is like it `otherwise`, else all of the known names (`; write one of: a, b`)."""
    known = list(known)
    return nearest(word, known) or (f"; write one of: {', '.join(known)}" if otherwise is None else otherwise)
