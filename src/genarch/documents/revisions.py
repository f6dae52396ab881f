"""What git keeps of a repository: what has changed since a commit, and files as they are at one, without a checkout."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from tempfile import TemporaryDirectory

from genarch.documents.discovery import repository_root
from genarch.errors import InputError
from genarch.files.io import LFS_POINTER, read_bytes, refuse, walk, within
from genarch.values import NamedTuple, grouped


def _git(option: str, folder: str, *arguments: str, otherwise: str = "git failed", given: bytes = b"") -> bytes:
    """What git prints. No shell, and the git that the person has; what comes from outside is behind --end-of-options.

    Raises:
        InputError: when git is not there, or fails: with its words, or with `otherwise`.
    """
    command = ["git", *arguments]
    try:
        # The repository is the one of the folder, whatever a hook says; and commits are what they say they are.
        around = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")}
        around["GIT_NO_REPLACE_OBJECTS"] = "1"
        result = subprocess.run(command, cwd=folder, env=around, capture_output=True, input=given, check=False)  # noqa: S603
    except (OSError, ValueError) as error:
        raise refuse(option, f"git cannot be run: {error}") from error
    if result.returncode:
        why = result.stderr.decode(errors="backslashreplace").strip().splitlines()
        raise refuse(option, why[0] if why else otherwise)
    return result.stdout


def _commit(option: str, reference: str, advice: str) -> tuple[str, str]:
    """The root of this repository, and the commit that a reference names."""
    root = repository_root(".")
    if root is None:
        raise refuse(option, "this is not a git repository; leave the option out")
    named = ("--end-of-options", f"{reference}^{{commit}}")
    unknown = f"git knows no commit '{reference[:80]}'{_shallow(option, root)}; {advice}"
    return root, _git(option, root, "rev-parse", "--verify", "--quiet", *named, otherwise=unknown).decode().strip()


def _bases(option: str, root: str, commit: str, otherwise: str = "") -> list[str]:
    """Where the branch left a commit: several where each side has merged what the other one had merged."""
    return _git(option, root, "merge-base", "--all", commit, "HEAD", otherwise=otherwise).decode().split()


def _shallow(option: str, root: str) -> str:
    """That a clone has a part of the history alone, if so."""
    shallow = _git(option, root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    return " in this shallow clone, which lacks a part of the history" if shallow else ""


class Changed(NamedTuple):
    """What has changed, by real paths: in a repository what git says has, elsewhere everything."""

    paths: frozenset[str]
    root: str
    submodules: frozenset[str] = frozenset()
    """Folders of whose changes git says something too."""
    bases: tuple[str, ...] = ()
    """The commits that the files are compared with."""

    def __contains__(self, path: object) -> bool:
        """Whether a file has changed, or lies where nobody can say."""
        return path in self.paths or _root_of(os.path.dirname(str(path))) not in (self.root, *self.submodules)


_root_of = cache(repository_root)


def changed_since(reference: str) -> Changed:
    """The files that differ from where the branch left `reference`.

    Uncommitted and new files are among them, and those that are gone.

    Raises:
        InputError: when git is not there, or knows no such commit.
    """
    option = "--changed-since"
    root, commit = _commit(option, reference, _FETCH)
    unrelated = f"'{reference[:80]}' and HEAD have no commit in common here{_shallow(option, root)}; {_FETCH}"
    bases = _bases(option, root, commit, otherwise=unrelated)
    differing = ("diff", "--name-only", "--no-renames", "--ignore-submodules=none", "-z")
    changed = b"".join(_git(option, root, *differing, base, "--") for base in bases)
    new = _git(option, root, "ls-files", "--others", "--exclude-standard", "-z")
    paths = {os.path.realpath(os.path.join(root, name)) for name in os.fsdecode(changed + new).split("\0") if name}
    # Of a submodule, or a repository inside, git names the folder alone.
    inside = {found for path in paths if os.path.isdir(path) for found, _ in walk(path)}
    stages = os.fsdecode(_git(option, root, "ls-files", "--stage", "-z")).split("\0")
    submodules = (entry.partition("\t")[2] for entry in stages if entry.startswith(_SUBMODULE))
    return Changed(
        frozenset(paths | set(map(os.path.realpath, inside))),
        root,
        frozenset(os.path.realpath(os.path.join(root, name)) for name in submodules),
        tuple(bases),
    )


_FETCH = "fetch it, and the history up to it (fetch-depth: 0, or git fetch --unshallow)"
_LINK, _SUBMODULE = "120000", "160000"
MOST_LINKS = 20


class Kept(NamedTuple):
    """A file that a commit has, with the repository that keeps it, which for those of submodules is another one."""

    mode: str
    name: str
    repository: str

    @property
    def is_link(self) -> bool:
        """Whether it is a link, or a submodule that is not checked out, and no file."""
        return not self.mode.startswith("100")


class Revision:
    """The files of this repository as they are at a commit, by their paths from its root, with `/` between folders.

    What is to be read by path is copied to a folder of its own, which goes with this object.
    """

    def __init__(self, option: str, reference: str, root: str, commit: str) -> None:
        self.reference, self.root, self.commit, self._option = reference, root, commit, option
        self._folder = TemporaryDirectory(prefix="genarch-", ignore_cleanup_errors=True)
        self._copies = os.path.realpath(self._folder.name)
        self._real: dict[str, str] = {}

    @cached_property
    def files(self) -> dict[str, Kept]:
        """What the commit has, in the order of the paths; of submodules that are checked out, what they have."""
        return dict(self._listed(self.root, self.commit, ""))

    def _listed(self, folder: str, commit: str, before: str) -> Iterator[tuple[str, Kept]]:
        unknown = f"git knows no commit {commit} of {before or 'the repository'}; fetch it"
        listing = _git(self._option, folder, "ls-tree", "-r", "-z", "--full-tree", commit, otherwise=unknown)
        for line in filter(None, os.fsdecode(listing).split("\0")):
            stated, _, path = line.partition("\t")
            mode, _, name = stated.split()
            own = os.path.join(folder, path)
            if mode == _SUBMODULE and os.path.lexists(os.path.join(own, ".git")):
                yield from self._listed(own, name, f"{before}{path}/")
            else:
                yield f"{before}{path}", Kept(mode, name, folder)

    @cache  # noqa: B019  (there are two of these objects, and they live as long as the process)
    def _top(self, folder: str) -> str | None:
        """The path of the root as a folder in the repository has it: the first of those above that leads there."""
        above = os.path.dirname(folder)
        found = self._top(above) if above != folder else None
        return found or (folder if os.path.realpath(folder) == self.root else None)

    def inside(self, path: str) -> str | None:
        """A path from the root, whatever links a change puts in the way; None for what lies outside."""
        full = os.path.abspath(path)
        top = self._top(full)
        return None if top is None else os.path.relpath(full, top).replace(os.sep, "/")

    def shown(self, path: str) -> str:
        """Where the file at a path from the root lies now, as seen from the current folder."""
        return os.path.relpath(os.path.join(self.root, path))

    def at(self, path: str) -> str:
        """The path of what the commit has at this one, its links followed; the path itself where that is nothing.

        Raises:
            InputError: where a link leads out of the repository, or in a circle.
        """
        for _ in range(MOST_LINKS):
            steps = path.split("/")
            above = ("/".join(steps[:count]) for count in range(1, len(steps) + 1))
            link = next((step for step in above if step in self.files and self.files[step].mode == _LINK), None)
            if link is None:
                return path
            target = os.fsdecode(self.contents([link])[link])
            path = os.path.normpath(os.path.join(os.path.dirname(link), target, path[len(link) + 1 :]))
            if os.path.isabs(target) or path.startswith(os.pardir):
                break
        raise refuse(f"{self.reference}:{path}", "is a link out of the repository, or a circular one; name a file")

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of files that the commit has; others are left out.

        Raises:
            InputError: where this clone lacks one of them, or has no more than a pointer to it.
        """
        wanted = grouped((self.files[path].repository, path) for path in paths if path in self.files)
        found = {}
        for repository, here in wanted.items():
            names = "".join(f"{self.files[path].name}\n" for path in here).encode()
            rest = _git(self._option, repository, "cat-file", "--batch", given=names)
            for path in here:
                header, _, rest = rest.partition(b"\n")
                if header.endswith(b"missing"):
                    raise refuse(
                        f"{self.reference}:{path}", "is not in this clone; fetch it: git fetch --refetch origin"
                    )
                size = int(header.split()[-1])
                found[path], rest = rest[:size], rest[size + 1 :]
        return {path: self._fetched(path, content) for path, content in found.items()}

    def _fetched(self, path: str, content: bytes) -> bytes:
        """What a file is: of what is kept in Git LFS the one that lies there now, if it is the same."""
        if not content.startswith(LFS_POINTER):
            return content
        with suppress(InputError):
            now = read_bytes(os.path.join(self.root, path), limit=16 << 20)
            if f"oid sha256:{hashlib.sha256(now).hexdigest()}\n".encode() in content:
                return now
        raise refuse(f"{self.reference}:{path}", "is kept in Git LFS, and not what it is now; keep it in git itself")

    def unchanged(self, path: str) -> bool:
        """Whether a file is now what it is at the commit: no link then or now, reached by none, and the same bytes."""
        kept, now = self.files[path], os.path.join(self.root, path)
        if kept.is_link:
            return False
        try:
            folder = os.path.dirname(now)
            if folder not in self._real:
                self._real[folder] = os.path.realpath(folder)
            if self._real[folder] != folder or not stat.S_ISREG(os.lstat(now).st_mode):
                return False
            with open(now, "rb") as stream:
                name = hashlib.new("sha1" if len(kept.name) == 40 else "sha256", usedforsecurity=False)
                name.update(b"blob %d\0" % os.fstat(stream.fileno()).st_size)
                while part := stream.read(1 << 20):
                    name.update(part)
        except OSError:  # gone, or left out of a sparse checkout
            return self._left_out.get(path) == kept.name
        return name.hexdigest() == kept.name

    @cached_property
    def _folders(self) -> set[str]:
        found: set[str] = set()
        for path in self.files:
            while (path := os.path.dirname(path)) and path not in found:
                found.add(path)
        return found

    @cached_property
    def _left_out(self) -> dict[str, str]:
        """What a sparse checkout leaves out, as the index has it."""
        listing = os.fsdecode(_git(self._option, self.root, "ls-files", "-t", "-s", "-z")).split("\0")
        stated = (line.partition("\t")[::2] for line in listing if line.startswith("S "))
        return {path: words.split()[2] for words, path in stated}

    def copy(self, path: str) -> str:
        """The path of a copy of what the commit has at a path, a file or all in a folder; the path itself outside.

        Nothing lies there where the commit has nothing.

        Raises:
            InputError: where a link leads out of the repository, or in a circle.
        """
        inner = self.inside(path)
        if inner is None:
            return path
        there = self.at(inner)
        below = [there] if there in self.files else []
        if there in self._folders:
            below = [name for name in self.files if within(name, there)]
        for name, content in self.contents(below).items():
            target = os.path.join(self._copies, inner, name[len(there) + 1 :]).rstrip(os.sep)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as stream:
                stream.write(content)
        return os.path.join(self._copies, inner)

    def original(self, path: str) -> str:
        """Where what was copied lies now, as seen from the current folder; any other path as it is."""
        real = os.path.abspath(path)
        return self.shown(os.path.relpath(real, self._copies)) if within(real, self._copies) else path

    @contextmanager
    def named(self) -> Iterator[None]:
        """Problems with copies name the commit, as `main:genarch.toml`."""
        try:
            yield
        except InputError as error:
            found = []
            for problem in error.problems:
                real = os.path.abspath(problem.path)
                inner = os.path.relpath(real, self._copies) if within(real, self._copies) else ""
                found.append(problem._replace(path=f"{self.reference}:{inner}") if inner else problem)
            raise InputError(found) from None


class Trusted(NamedTuple):
    """The commit whose settings, tables and baseline are trusted, and the one that the change began at."""

    at: Revision
    before: Revision
    """Where the branch left `at`; `at` itself where there is no such commit here, or more than one."""


def trusted_by(reference: str) -> Trusted:
    """What a check trusts by the reference that is given for it.

    Raises:
        InputError: when git is not there, or knows no such commit.
    """
    option = "--trusted-ref"
    named = f"fetch it first: git fetch --depth=1 origin {reference[:80]}"
    root, commit = _commit(option, reference, _FETCH if set("^~@") & set(reference) else named)
    at = Revision(option, reference, root, commit)
    bases = []
    with suppress(InputError):  # in a shallow clone, or on a branch without a commit
        bases = _bases(option, root, commit)
    unclear = len(bases) != 1 or bases == [commit]
    return Trusted(at, at if unclear else Revision(option, reference, root, bases[0]))
