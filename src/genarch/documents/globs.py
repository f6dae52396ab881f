"""Globs as in `.gitignore`: what is none, and which paths below a folder they take, as git has it."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from unicodedata import normalize

from genarch.values import NamedTuple

LONGEST_GLOB = 500

_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r"\s", "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_ITEM = re.compile(r"\[:(?P<name>\w*):\]|\\?(?P<low>.)(?:-(?!\])\\?(?P<high>.))?", re.DOTALL)
"""A part of what stands in brackets: a class, a character or a range."""
_TOKEN = re.compile(r"\*+|\?|\[[!^]?+(?:\[:\w*:\]|\\.|.)(?:\[:\w*:\]|\\.|[^\]\\])*\]|\\.|[^\\\[]", re.DOTALL)
_ALTERNATIVES = re.compile(r"(?<!\\)\{[^{},]*+,[^{}]*+\}")


_NOTHING = re.compile(r"(?!)")


class _Glob(NamedTuple):
    """A glob: for each part of a path what it has to be, None standing for any folders or none."""

    parts: tuple[re.Pattern[str] | None, ...]
    negated: bool
    folders: bool


class Patterns(NamedTuple):
    """Globs for paths below a folder."""

    globs: tuple[str, ...]
    folder: str

    def __bool__(self) -> bool:
        return bool(self.globs)

    def __str__(self) -> str:
        """The globs, as a person would list them."""
        return ", ".join(self.globs)

    def match(self, path: str) -> bool:
        """Whether they take a path; of what lies outside of the folder they take nothing."""
        # A folder above may be a link; the file itself goes by its own name.
        folder, name = os.path.split(path)
        return bool(self.globs) and self.match_real(os.path.join(os.path.realpath(folder or "."), name))

    def match_real(self, path: str) -> bool:
        """The same of a path without links, or of one where nothing lies any more."""
        if not self.globs:
            return False
        first, *others = _composed(os.path.relpath(path, os.path.realpath(self.folder))).split(os.sep)
        return first != os.pardir and _taken(self.globs, (first, *others), folder=False)


@lru_cache(1 << 12)
def _taken(globs: tuple[str, ...], names: Sequence[str], *, folder: bool) -> bool:
    """Whether globs take a path: with the folder that it lies in, whatever follows, else by the last that fits."""
    if len(names) > 1 and _taken(globs, names[:-1], folder=True):
        return True
    fitting = (glob for glob in _read_all(globs) if (folder or not glob.folders) and _fits(glob.parts, names))
    return next((not glob.negated for glob in fitting), False)


@cache
def _read_all(globs: tuple[str, ...]) -> list[_Glob]:
    """The globs, the last first."""
    return [_read(_composed(glob)) for glob in reversed(globs)]


def _fits(parts: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Whether the parts of a path are what a glob has; what is between two `**` may as well come as early as it can."""
    at = to = again = 0
    behind = -1
    while to < len(names):
        part = parts[at] if at < len(parts) else _NOTHING
        if part is None:
            at, again, behind = at + 1, to, at + 1
        elif part.fullmatch(names[to]):
            at, to = at + 1, to + 1
        elif behind >= 0:
            again += 1
            at, to = behind, again
        else:
            return False
    return not any(parts[at:])


def wrong_glob(glob: str) -> str:
    """What keeps a text from being a glob that takes something, and what to write; empty where nothing does."""
    if len(glob) > LONGEST_GLOB:
        return f"is longer than {LONGEST_GLOB} characters; name folders instead"
    if "\n" in glob:
        return "has several lines; write each as a glob of its own"
    if glob.startswith("#"):
        return r"is a comment, as in .gitignore; write \# for a name that begins with #"
    if _ALTERNATIVES.search(glob):
        return (
            r"has alternatives in braces, which .gitignore does not support; write a glob for each, or \{ for a brace"
        )
    if re.search(r"\\\w", glob):
        return "is not a .gitignore glob; write / between folders"
    try:
        _read(glob)
    except ValueError as error:
        return str(error)
    return ""


def _read(glob: str) -> _Glob:
    """What a glob means.

    Raises:
        ValueError: when it is none.
    """
    kept = re.sub(r"(?<!\\) +$", "", glob)
    negated = kept.startswith("!")
    path = kept[negated:]
    folders = path.endswith("/")
    parts = path.removesuffix("/").split("/")
    anchored = len(parts) > 1
    parts = parts[1:] if anchored and not parts[0] else parts
    if not all(parts) or {".", ".."} & set(parts):
        where = "write a path below the folder of the settings, or the current one, without '..' or '//'"
        hint = f"leave {parts[0]}/ out" if parts[0] == "." else where
        raise ValueError(f"is not a .gitignore glob; {hint}" if any(parts) else "matches nothing; see man gitignore")
    parts = ["**" if re.fullmatch(r"\*{2,}", part) else part for part in parts]
    parts += ["*"] if parts[-1] == "**" else []  # what is in a folder, and not itself
    read = [None if part == "**" else _name(part) for part in parts]
    return _Glob((*([] if anchored else [None]), *read), negated, folders)


def _name(glob: str) -> re.Pattern[str]:
    """What the name of a folder or a file has to be.

    What stands between two stars is taken where it first comes, and never again further on: that cannot matter, and so
    takes no longer than name and glob together.
    """
    chunks = [""]
    at = 0
    for token in _TOKEN.finditer(glob):
        if token.start() != at:
            break
        at = token.end()
        if token[0].startswith("*"):
            chunks.append("")
        elif token[0].startswith("[") and len(token[0]) > 1:
            chunks[-1] += _characters(token[0][1:-1])
        else:
            chunks[-1] += "." if token[0] == "?" else re.escape(token[0].removeprefix("\\"))
    if at < len(glob):
        what = "a [ without its ]; write \\[ for a bracket" if glob[at] == "[" else "a \\ at its end; see man gitignore"
        raise ValueError(f"is not a .gitignore glob: it has {what}")
    first, *others = chunks
    inner = "".join(f"(?>.*?{chunk})" for chunk in others[:-1])
    return re.compile(f"{first}{inner}.*{others[-1]}" if others else first, re.DOTALL)


def _characters(listed: str) -> str:
    """A set of characters as an expression."""
    negated = listed[0] in "!^"
    return f"[{'^' if negated else ''}{''.join(_items(listed[negated:]))}]"


def _items(listed: str) -> Iterator[str]:
    for item in _ITEM.finditer(listed):
        name, low, high = item["name"], item["low"], item["high"]
        if name is not None:
            if name not in _CLASSES:
                raise ValueError(f"has an unknown class [:{name}:]; write one of: {', '.join(_CLASSES)}")
            yield _CLASSES[name]
        elif high and high < low:
            raise ValueError(f"has a range that is empty, from {low} to {high}; write {high}-{low}")
        else:
            yield "-".join(map(re.escape, filter(None, (low, high))))


def _composed(text: str) -> str:
    """A text with each letter and its marks as one character, as some systems keep names and others do not."""
    return text if text.isascii() else normalize("NFC", text)
