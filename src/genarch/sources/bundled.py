"""The tables that come with genarch: where they are, and the quick way to load them."""

from __future__ import annotations

import os
from hashlib import sha256
from importlib import import_module

from genarch.model.table import RuleTable
from genarch.sources.files import read_bytes

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def rules_folder() -> str:
    """The folder of the YAML tables: in the package once installed, beside `src/` in a checkout."""
    installed = os.path.join(_PACKAGE, "rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "rules")


def bundled_tables() -> dict[str, str]:
    """Id to path of each bundled table."""
    folder = rules_folder()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): os.path.join(folder, name) for name in names}


def digest(contents: list[bytes]) -> str:
    """The digest of a table read from these files, in order of extension."""
    return f"sha256:{sha256(b''.join(sha256(content).digest() for content in contents)).hexdigest()}"


def compiled(table_id: str) -> RuleTable | None:
    """A bundled table without reading its YAML, when that is still what was validated; else None."""
    try:
        module = import_module(f"genarch.sources.compiled.{table_id.replace('-', '_')}")
    except ModuleNotFoundError:
        return None
    table: RuleTable = module.TABLE
    folder = rules_folder()
    contents = [read_bytes(os.path.join(folder, name)) for name in module.FILES]
    return table if digest(contents) == table.header.digest else None
