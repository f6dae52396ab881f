"""Files in and out: regular files only, up to a size, in UTF-8; written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EBUSY, EPERM
from typing import BinaryIO, TextIO

from genarch.errors import InputError, Problem

MAX_BYTES = 1 << 20
"""1 MiB: a spec of that size is a mistake, and reading more would let one file fill the memory."""

LONGEST_SCAN = 64 << 20
"""Bytes of a file too large to parse that are looked through for the word genarch: 64 MiB."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""How a file begins that stands for one that Git LFS keeps."""

_FIRST = 1 << 14
_COPIED = 1 << 20

SPEC_SUFFIX = ".genarch.yaml"
SPEC_NAME = "genarch.yaml"

_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})


def refuse(path: str, message: str) -> InputError:
    """The error for a file that is unusable as a whole."""
    return InputError([Problem(path, None, None, "", message)])


def read_text(path: str, *, limit: int = MAX_BYTES) -> str:
    """A regular file's text, with line ends as they stand and without a byte order mark.

    Raises:
        InputError: when it is missing, unreadable, no regular file, too large, or not UTF-8.
    """
    return decode(read_bytes(path, limit=limit), path)


def read_exactly(path: str) -> str:
    """The text of a file to be changed: byte order mark and line ends as they stand.

    Raises:
        InputError: as `read_text` does.
    """
    content = read_bytes(path)
    return ("\ufeff" if content.startswith(b"\xef\xbb\xbf") else "") + decode(content, path)


def read_bytes(path: str, *, limit: int = MAX_BYTES) -> bytes:
    """A regular file's bytes; nothing else is ever read.

    Raises:
        InputError: when it is missing, unreadable, no regular file, too large, or kept elsewhere by Git LFS.
    """
    with _refused(path):
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            with os.scandir(path):  # raises what hinders whoever came here by walking
                raise refuse(path, "is a folder; name a file in it")
        if not stat.S_ISREG(mode):
            raise refuse(path, "is not a regular file; name one")
        # A named pipe that takes its place in between must not hold up the run, so opening does not wait.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise refuse(path, "is not a regular file; name one")
            content = read_stream(stream, path, limit=limit)
        if content.startswith(LFS_POINTER):
            raise refuse(path, "is kept in Git LFS, and was not fetched; run git lfs pull")
        return content


def read_stream(stream: BinaryIO, path: str, *, limit: int = MAX_BYTES) -> bytes:
    """All of a stream, unless it holds more than `limit` bytes.

    Raises:
        InputError: when it does, or cannot be read.
    """
    with _refused(path):
        content = stream.read(_FIRST)  # a buffer for all that may come costs more than to read most files
        if len(content) == _FIRST:
            content += stream.read(limit + 1 - _FIRST)
    if len(content) > limit:
        raise refuse(path, f"larger than {limit // 1024} KiB; a file of that size is not read")
    return content


def decode(content: bytes, path: str) -> str:
    """Strict UTF-8, with or without a byte order mark.

    Raises:
        InputError: naming the first byte that is not UTF-8.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse(path, "not UTF-8 at byte 0 (it begins as UTF-16 does); save it as UTF-8")
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise refuse(path, f"not UTF-8 at byte {error.start}; save it as UTF-8") from error


def spec_files(paths: Sequence[str]) -> Iterator[str]:
    """The files named, and the spec files in the folders named; see `found_files`."""
    return found_files(paths, is_spec)


def case_files(paths: Sequence[str]) -> Iterator[str]:
    """The files named, and those of documented cases in the folders named: YAML, and no specs; see `found_files`."""
    return found_files(paths, lambda name: name.endswith((".yaml", ".yml")) and not is_spec(name))


def found_files(paths: Sequence[str], wanted: Callable[[str], bool]) -> Iterator[str]:
    """The files named, and those in the folders named whose name is wanted.

    Links to folders are not followed. What is named twice, or lies in a folder also named, is given once. `-`, and
    whatever cannot be read, is passed through for the reader to judge.
    """
    folders = [os.path.realpath(path) for path in paths if path != "-" and os.path.isdir(path)]

    def found_by_walking(real: str, folder: str) -> bool:
        if real == folder or not os.path.exists(real) or not walked_to(real, folder):
            return False
        return (entered if os.path.isdir(real) else wanted)(os.path.basename(real))

    given: set[str] = set()
    for path in paths:
        real = path if path == "-" else os.path.realpath(path)
        if real in given or any(found_by_walking(real, folder) for folder in folders):
            continue
        given.add(real)
        if path != "-" and os.path.isdir(path):
            yield from (found for found, entry in walk(path) if entry is None or wanted(entry.name))
        else:
            yield path


def walk(folder: str) -> Iterator[tuple[str, os.DirEntry[str] | None]]:
    """The files in a folder, then those in the folders in it, each in the order of their names.

    A folder that cannot be listed stands for its files, without an entry: the reader says why, and the others go on.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            yield here, None
            continue
        below = []
        for entry in entries:
            path = os.path.join(here, entry.name)
            if not entry.is_dir(follow_symlinks=False):
                yield path, entry
            elif entered(entry.name):
                below.append(path)
        waiting += reversed(below)


def walked_to(path: str, folder: str) -> bool:
    """Whether a walk through a folder comes by the place of a path; both are real."""
    return within(path, folder) and all(map(entered, os.path.relpath(path, folder).split(os.sep)[:-1]))


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def entered(folder: str) -> bool:
    """Whether a walk goes into a folder of this name."""
    return not folder.startswith(".") and folder not in _SKIPPED_FOLDERS


def as_kept(path: str) -> str:
    """The path of a file whose letters and marks are kept together, or apart, where the name has them the other way."""
    folder, name = os.path.split(path)
    if name.isascii() or os.path.lexists(path):
        return path
    from unicodedata import normalize  # for names with such letters

    with suppress(OSError):
        kept = [other for other in os.listdir(folder or ".") if normalize("NFC", other) == normalize("NFC", name)]
        return os.path.join(folder, kept[0]) if kept else path
    return path


DOCUMENT_SUFFIXES = (
    ".md", ".markdown", ".mdown", ".mdwn", ".mkd", ".mkdn", ".mkdown", ".mdx", ".qmd", ".rmd",
)  # fmt: skip
"""How the names of Markdown documents end, in small letters or capitals; the hook for pre-commit has them too."""


def is_document(path: str) -> bool:
    """Whether a file of this name is a Markdown document."""
    return path.lower().endswith(DOCUMENT_SUFFIXES)


def is_spec(name: str) -> bool:
    """Whether a file of this name is a spec wherever it lies."""
    return name == SPEC_NAME or name.endswith(SPEC_SUFFIX)


_PARTIAL = re.compile(r"\..*\.[0-9a-f]{12}\.genarch-partial")
"""The names of files that are not complete yet."""


@contextmanager
def atomic_file(
    path: str, *, before: str | None = None, note: Callable[[str], object] = lambda _: None
) -> Iterator[Callable[[str], None]]:
    """What adds text to a file that appears under its name only once it is complete, and not at all on an error.

    It keeps the owner and the mode of a file that is there. Where none may take its place, as of one with several hard
    links, it is written over once the text is complete, which `note` says. `before` is the text that it must still
    have then. What is no regular file, such as `/dev/stdout` or a named pipe, is written to as it stands.

    Raises:
        InputError: when it cannot be written, or has changed meanwhile.
    """
    with _atomic(path, before, note) as stream:

        def add(text: str) -> None:
            with _refused(path, "cannot be written: "):
                stream.write(text)

        yield add


@contextmanager
def atomic_bytes(path: str, note: Callable[[str], object] = lambda _: None) -> Iterator[BinaryIO]:
    """A file that is written in bytes, likewise.

    Raises:
        InputError: when it cannot be written.
    """
    with _atomic(path, None, note) as stream:
        yield stream.buffer


def new_file(path: str, text: str) -> None:
    """Write a file where nothing is yet, not even a link; it appears once it is complete.

    Raises:
        InputError: when it cannot be written, or something has appeared there meanwhile.
    """
    folder, name = os.path.split(path)
    with _refused(path, "cannot be written: "):
        target = os.path.join(os.path.realpath(folder), name)
        with _partial(target) as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            try:
                _linked(stream.name, target, text)
            except FileExistsError:
                raise refuse(path, "exists already, and is not overwritten; name another file") from None


def _linked(path: str | int, target: str, text: str) -> None:
    """Give a complete file another name, which nothing may have; where a file has but one name, make another file."""
    if isinstance(path, str):
        try:
            os.link(path, target)
        except FileExistsError:
            raise
        except OSError:  # no hard links here
            pass
        else:
            return
    with open(target, "x", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


@contextmanager
def _atomic(path: str, before: str | None, note: Callable[[str], object]) -> Iterator[TextIO]:
    with ExitStack() as stack:
        with _refused(path, "cannot be written: "):
            target = os.path.realpath(path)  # fails where the working folder is gone
            if os.path.isdir(target):
                raise refuse(path, "is a folder; name a file to write")
            regular = os.path.isfile(target) or not os.path.exists(target)
            stream = stack.enter_context(_partial(target) if regular else _as_it_stands(path))

        yield stream
        with _refused(path, "cannot be written: "):
            stream.flush()
            if regular:
                os.fsync(stream.fileno())  # some file systems say only here that there is no room
            if before is not None and read_exactly(path) != before:
                raise refuse(path, "has changed since it was read; nothing is written, run it again")
            if regular and (why := _put(stream, target)):
                note(f"{path}: written in place, since {why}")


def added_to(path: str, text: str) -> None:
    """Add text to the end of a file, on a line of its own, whatever is in it.

    Raises:
        InputError: when it cannot be written.
    """
    with _refused(path, "cannot be written: "), open(path, "a+b") as stream:
        begun = stream.seek(0, os.SEEK_END) > 0
        stream.seek(-1 if begun else 0, os.SEEK_END)
        between = "\n" if begun and stream.read(1) != b"\n" else ""
        stream.write(f"{between}{text}".encode())


@contextmanager
def _as_it_stands(path: str) -> Iterator[TextIO]:
    stream = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
    try:
        yield stream
    finally:
        with suppress(OSError):  # what could not be flushed was said before
            stream.close()


@contextmanager
def _partial(target: str) -> Iterator[TextIO]:
    """A file beside another one, gone at the end; elsewhere where none can be made and the other one is there.

    It is locked while it is written, so that others know what a killed run left, and remove it.
    """
    folder, name = os.path.split(target)
    _remove_partial(folder)
    path = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.genarch-partial")
    try:
        stream = open(path, "x+", encoding="utf-8", newline="\n")  # noqa: SIM115
    except OSError:
        if not os.path.exists(target):
            raise
        from tempfile import TemporaryFile  # for whoever may write a file and not its folder

        with TemporaryFile("w+", encoding="utf-8", newline="\n") as elsewhere:
            yield elsewhere
        return
    try:
        _locked(stream)
        if not os.path.exists(path):  # another run came in between
            raise refuse(path, "was removed while it was written; run it again")
        yield stream
    finally:
        with suppress(OSError):
            stream.close()
        with suppress(FileNotFoundError):
            os.unlink(path)


def _put(stream: TextIO, target: str) -> str:
    """Put a complete file in the place of another one; why it had to be written over, empty where it had not."""
    why = "its folder takes no new file" if isinstance(stream.name, int) else _not_replaced(stream.name, target)
    if why:
        with open(target, "r+b") as old, open(os.dup(stream.fileno()), "rb") as new:
            new.seek(0)
            while part := new.read(_COPIED):
                old.write(part)
            old.truncate()
    return why


def _not_replaced(path: str, target: str) -> str:
    """Give a file the owner, the mode and the name of another one; what hinders that, empty where nothing does."""
    if os.path.exists(target):
        there, own = os.stat(target), os.stat(path)
        if there.st_nlink > 1:
            return "it has other names, as hard links"
        if (there.st_uid, there.st_gid) != (own.st_uid, own.st_gid):
            try:
                os.chown(path, there.st_uid, there.st_gid)
            except PermissionError:
                return "its owner or group is another"
        os.chmod(path, stat.S_IMODE(there.st_mode))
    try:
        os.replace(path, target)
    except OSError as error:
        reasons = {EBUSY: "it is a mount point", EPERM: "its folder takes no other file in its place"}
        if error.errno not in reasons or not os.path.exists(target):
            raise
        return reasons[error.errno]
    return ""


def _remove_partial(folder: str) -> None:
    """Remove what killed runs left in a folder: files that are not complete, and that nobody holds a lock on."""
    with suppress(OSError):
        for name in filter(_PARTIAL.fullmatch, os.listdir(folder or ".")):
            path = os.path.join(folder, name)
            with suppress(OSError), open(path, "r+", encoding="utf-8") as left:
                if _locked(left):
                    os.unlink(path)


def _locked(stream: TextIO) -> bool:
    """Whether a file could be locked, as long as it is open; the system frees it where a process ends."""
    try:
        import fcntl
    except ImportError:  # not on Windows, which removes no file that is open
        return True
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def alone(path: str) -> Iterator[None]:
    """While others wait that would change a file in the same folder by the same means; where the system has none, not.

    Raises:
        InputError: when there is no such folder.
    """
    with _refused(path, "cannot be written: "), ExitStack() as stack:
        folder = os.path.dirname(os.path.realpath(path))
        if not os.path.isdir(folder):
            raise refuse(path, "cannot be written: there is no folder of that name; make it first")
        with suppress(ImportError, OSError):
            import fcntl

            held = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, held)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _refused(path: str, before: str = "") -> Iterator[None]:
    """Why a file cannot be used, where the system says so, after the words `before`."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise refuse(path, f"{before}{reason(error, writing=bool(before))}") from error


def reason(error: Exception, *, writing: bool) -> str:
    """Why a file cannot be read, or written, as the system says it."""
    words: dict[type, str] = {PermissionError: "permission denied", IsADirectoryError: "is a folder; name a file in it"}
    words[FileNotFoundError] = "no such folder" if writing else "no such file"
    return words.get(type(error)) or getattr(error, "strerror", None) or str(error).partition("\n")[0]
