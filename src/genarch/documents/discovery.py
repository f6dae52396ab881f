"""Which files a check looks at: those named, and the documents and spec files in the folders named."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from genarch.documents.globs import Patterns
from genarch.documents.lookalikes import is_deciding, is_nearly
from genarch.errors import InputError
from genarch.files.bundled import OWN_NAME
from genarch.files.io import is_spec, read_text, walk, walked_to, within
from genarch.values import NamedTuple


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


DOCUMENT_SUFFIXES = (".md", ".markdown")

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
        return name.lower().endswith(DOCUMENT_SUFFIXES) or _is_near_spec(name)

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
    if path.lower().endswith(DOCUMENT_SUFFIXES) and os.path.isfile(path):
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
