"""What comes with genarch: the rule tables, by id or path, and the evidence catalogue."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from genarch.errors import nearest
from genarch.files.cache import cached, rules_folder
from genarch.files.io import refuse
from genarch.table.constraints import GpuNames
from genarch.table.rules import RuleTable

if TYPE_CHECKING:
    from genarch.evidence.catalogue import Catalogue

DEFAULT_TABLE = "field"

CATALOGUE_FILES: Mapping[str, tuple[str, ...]] = {
    "catalogue.yaml": (),
    "sources.yaml": ("sources",),
    "models.yaml": ("models",),
    "measurements.yaml": ("measurements",),
    "hardware.yaml": ("hardware",),
    "compute.yaml": ("components", "multipliers", "efficiency", "calibration_points"),
    "prices.yaml": ("prices", "examples"),
    "claims.yaml": ("claims",),
}
"""The files of the catalogue, in the order that its digest is taken, each with the parts that it holds."""


def bundled_tables() -> dict[str, str]:
    """Id to path of each bundled table."""
    folder = rules_folder()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): os.path.join(folder, name) for name in names}


def digest(contents: list[bytes]) -> str:
    """The digest of a table read from these files, in order of extension."""
    return f"sha256:{sha256(b''.join(sha256(content).digest() for content in contents)).hexdigest()}"


def table_files(which: str) -> list[str]:
    """The files that a table given by path is read from; none for a bundled one."""
    if which in bundled_tables() or not os.path.exists(which):
        return []
    from genarch.files.table_file import files_of

    return files_of(which)


def table_path(which: str) -> str:
    """The path of a table given by the id of a bundled one or by path.

    Raises:
        InputError: when there is no such table.
    """
    bundled = bundled_tables()
    if which in bundled:
        return bundled[which]
    if not os.path.exists(which) and not os.path.splitext(which)[1] and os.path.basename(which) == which:
        hint = nearest(which, bundled) or f"; bundled are: {', '.join(bundled)}"
        raise refuse(which, f"no bundled table and no file of this name{hint}")
    return which


@cache
def base_of(rules: RuleTable) -> RuleTable | None:
    """The bundled table that a table extends, where it is still the one that was extended; else None."""
    name = rules.header.extends.partition("@")[0]
    if not name or name not in bundled_tables():
        return None
    base = load_rules(name)
    return base if base.name == rules.header.extends else None


def load_rules(which: str | os.PathLike[str] = DEFAULT_TABLE) -> RuleTable:
    """A rule table, by the id of a bundled one or by path.

    Raises:
        InputError: when there is no such table, or with every problem of the file.
    """
    name = os.fspath(which)
    path = table_path(name)
    if path != name:
        return bundled_table(name, path)
    from genarch.files.table_reader import read_table

    return read_table(path)


@cache
def bundled_table(name: str, path: str) -> RuleTable:
    """A bundled table, as one object, so that what is worked out of it is worked out once."""

    def read() -> RuleTable:
        from genarch.files.table_reader import read_table

        return read_table(path)

    return cached(name, list(bundled_tables().values()), RuleTable, read)


def evidence_folder() -> str:
    """Where the catalogue's files are."""
    return os.path.join(rules_folder(), "evidence")


@cache
def load_catalogue() -> Catalogue:
    """The catalogue, with the estimator fitted to it.

    Raises:
        InputError: with every problem, where a file was changed and is not valid.
    """
    from genarch.evidence.catalogue import Catalogue  # not for whoever wants the names of GPUs

    folder = evidence_folder()

    def read() -> Catalogue:
        from genarch.files.catalogue_reader import read_fitted

        return read_fitted(folder)

    return cached("evidence", [os.path.join(folder, name) for name in CATALOGUE_FILES], Catalogue, read)


def load_gpu_names() -> GpuNames:
    """The names of its hardware, without the rest.

    Raises:
        InputError: with every problem, where the file was changed and is not valid.
    """
    folder = evidence_folder()

    def read() -> GpuNames:
        from genarch.files.catalogue_reader import read_gpu_names

        return read_gpu_names(folder)

    return cached("gpus", [os.path.join(folder, "hardware.yaml")], GpuNames, read)
