"""Which files a check looks at: those named, and the documents and spec files in the folders named.

Globs are as in `.gitignore`: they take paths below a folder as git has it.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from unicodedata import normalize

from genarch.documents.lookalikes import is_deciding, is_nearly
from genarch.errors import InputError
from genarch.files.bundled import OWN_NAME
from genarch.files.io import is_document, is_spec, read_text, walk, walked_to, within
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


def repository_root(folder: str) -> str | None:
    """The nearest folder above, or the folder itself, that git keeps; None outside of any."""
    here = os.path.realpath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        here, below = os.path.dirname(here), here
        if here == below:
            return None
    return here


def led_out(path: str) -> str:
    """Where links lead that go out of the tree in which a path lies, which is its repository; empty where none do."""
    here, real = os.path.abspath(path), os.path.realpath(path)
    root = repository_root(".") or os.path.realpath(".")
    if not within(here, root):
        folder = os.path.dirname(here)
        root = repository_root(folder) or os.path.realpath(folder)
    return "" if within(real, root) else real


_NEAR_SPEC = re.compile(r"(.*\.)?genarch\.ya?ml", re.IGNORECASE)
"""The names of spec files, and those that are meant to be."""
LONGEST = 255
"""Characters of a name that are looked at."""


class ListedFile(NamedTuple):
    """A file to look at.

    `named` says that it was named itself, and not come upon in a folder. A spec file that is looked at for the sake of
    documents has their places in `beside`; it counts only if it is for one of them.
    """

    path: str
    named: bool
    beside: tuple[str, ...] = ()

    @property
    def is_spec(self) -> bool:
        """Whether it is a spec file rather than a Markdown document."""
        return self.path.lower().endswith((".yaml", ".yml"))


class Skipped(NamedTuple):
    """A file that is not looked at, and why."""

    path: str
    reason: str


class Selection(NamedTuple):
    """What of a tree is looked at: `include` in place of every document and spec file, less `exclude`."""

    include: Patterns
    exclude: Patterns
    root: str
    """No link is followed out of this folder."""

    def takes(self, real: str, paths: Sequence[str]) -> bool:
        """Whether a file is looked at, or was as long as it was there, where these are named."""
        if self.exclude.match(real):
            return False
        folders = [os.path.realpath(path) for path in paths]
        found = any(real != folder and walked_to(real, folder) for folder in folders)
        return real in folders or (found and (not self.include or self.include.match(real)))


def listed_files(paths: Sequence[str], selection: Selection) -> Iterator[ListedFile | Skipped]:
    """The files to look at, those named first, then those in the folders in the order of their names; each once.

    Links to folders are not followed. A link to a file counts where it leads to a file within the root that is not come
    upon anyway. `-`, and whatever cannot be read, is passed through for the reader to judge.
    """
    folders: dict[str, str] = {}
    for path in (path for path in paths if path != "-" and os.path.isdir(path)):
        folders.setdefault(os.path.realpath(path), path)
    roots = [real for real in folders if not any(within(real, other) for other in folders if other != real)]
    given: set[str] = set()
    specs: dict[str, ListedFile] = {}

    def wanted(path: str, name: str) -> bool:
        if selection.include:
            return selection.include.match(path)
        return is_document(name) or _is_near_spec(name)

    def passed_by(target: str, entry: os.DirEntry[str]) -> str:
        """Why a file in a folder, or the one that a link leads to, is not looked at; empty where it is."""
        if not entry.is_symlink():
            return "" if entry.is_file(follow_symlinks=False) else "not a regular file"
        if os.path.isdir(target):
            return "a link to a folder"
        if not os.path.exists(target):
            return "a link that leads nowhere"
        if not within(target, selection.root):
            return "a link out of the tree"
        walked = any(walked_to(target, root) and wanted(target, target) for root in roots)
        walked = walked and not selection.exclude.match(target)
        return "a link to a file that is checked itself" if walked or target in given else ""

    for path in paths:
        real = path if path == "-" else os.path.realpath(path)
        if (path != "-" and os.path.isdir(path)) or real in given:
            continue
        given.add(real)
        if path != "-" and selection.exclude.match(path):
            yield Skipped(path, "excluded")
            continue
        yield ListedFile(_shown(path), named=True)
        for spec in specs_beside(path):
            known = specs.setdefault(os.path.realpath(spec.path), spec._replace(beside=()))
            specs[os.path.realpath(spec.path)] = known._replace(beside=known.beside + spec.beside)
    for real, spec in specs.items():
        if real not in given and not any(walked_to(real, root) for root in roots):
            given.add(real)
            yield spec
    for found, entry in (item for root in roots for item in walk(folders[root])):
        path = _shown(found)
        if entry is None:
            yield ListedFile(found if found in folders.values() else path, named=True)
        elif wanted(path, entry.name):
            real = os.path.realpath(path) if given or entry.is_symlink() else ""
            reason = "excluded" if selection.exclude.match(path) else passed_by(real, entry)
            if reason:
                yield Skipped(path, reason)
            elif real not in given:
                given.update([real] if entry.is_symlink() else ())
                yield ListedFile(path, named=False)


def near_spec_name(name: str) -> str:
    """The name that a spec file was perhaps meant to have; empty where it has it, or is nothing of the kind."""
    if is_spec(name) or not _is_near_spec(name):
        return ""
    meant = _NEAR_SPEC.sub(r"\1genarch.yaml", name)
    return meant if is_spec(meant) else "genarch.yaml or NAME.genarch.yaml"


def _is_near_spec(name: str) -> bool:
    """Whether a file has the name of a spec file, or nearly so; one that is only alike has to state a spec too."""
    if not name.lower().endswith((".yaml", ".yml")) or name == OWN_NAME:
        return False
    return bool(_NEAR_SPEC.fullmatch(name)) or any(is_nearly(word) for word in re.split(r"[-_.\s]+", name[:LONGEST]))


def is_surely_spec(path: str) -> bool:
    """Whether a file of such a name is one by its name alone, or by the decision that it states."""
    name = os.path.basename(path)
    with suppress(InputError):
        return bool(_NEAR_SPEC.fullmatch(name)) or is_deciding(read_text(path))
    return False


def specs_beside(path: str) -> Iterator[ListedFile]:
    """The spec files in a document's folder: whoever names the document means those that state something for it too."""
    if is_document(path) and os.path.isfile(path):
        real = os.path.realpath(path)
        yield from (ListedFile(spec, named=False, beside=(real,)) for spec in specs_in(os.path.dirname(path)))


def specs_in(folder: str) -> Iterator[str]:
    """The spec files in a folder, and not further below; none where it cannot be listed."""
    with suppress(OSError):
        for spec in (os.path.join(folder, name) for name in sorted(filter(is_spec, os.listdir(folder or ".")))):
            if os.path.isfile(spec):
                yield _shown(spec)


def _shown(path: str) -> str:
    """A path as a person would write it, without `./`."""
    return path if path == "-" else os.path.normpath(path)
