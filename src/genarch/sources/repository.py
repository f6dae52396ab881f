"""The repository around a folder: where it begins, and what changed in it."""

from __future__ import annotations

import os

from genarch.sources.files import refuse


def repository_root(folder: str) -> str | None:
    """The nearest folder above, or the folder itself, that git keeps; None outside of any."""
    here = os.path.realpath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    return here


def changed_since(reference: str, folder: str) -> frozenset[str]:
    """The real paths of the files that differ from where the branch left `reference`.

    Uncommitted and new files are among them, and those that are gone.

    Raises:
        InputError: when git is not there, or knows no such commit.
    """
    root = repository_root(folder)
    if root is None:
        raise refuse("--changed-since", "this is no git repository; leave the option out")
    commit = _git(root, reference, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    base = _git(root, reference, "merge-base", commit.decode().strip(), "HEAD").decode().strip()
    changed = _git(root, reference, "diff", "--name-only", "--no-renames", "-z", base, "--")
    new = _git(root, reference, "ls-files", "--others", "--exclude-standard", "-z")
    names = [os.fsdecode(name) for name in (changed + new).split(b"\0") if name]
    return frozenset(os.path.realpath(os.path.join(root, name)) for name in names)


def _git(root: str, reference: str, *arguments: str) -> bytes:
    """What git prints.

    Raises:
        InputError: when it cannot be run, or fails.
    """
    import subprocess

    try:
        result = subprocess.run(  # noqa: S603  (no shell; the one argument from outside stands behind --end-of-options)
            ["git", *arguments],  # noqa: S607  (the git that the person has)
            cwd=root,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise refuse("--changed-since", f"git cannot be run: {error}") from error
    if result.returncode:
        why = result.stderr.decode(errors="backslashreplace").strip().splitlines()
        told = why[0] if why else f"git knows no commit '{reference[:80]}'; is the history fetched (fetch-depth: 0)?"
        raise refuse("--changed-since", told)
    return result.stdout
