"""The evidence catalogue that comes with genarch: the quick way where it is what was validated, else the long way."""

from __future__ import annotations

import os
from functools import cache

from genarch.model.catalogue import Catalogue
from genarch.sources.bundled import digest, rules_folder
from genarch.sources.evidence.compiled import from_json
from genarch.sources.files import read_bytes

COMPILED = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "compiled", "evidence.json")

FILES = (
    "catalogue.yaml",
    "sources.yaml",
    "models.yaml",
    "measurements.yaml",
    "hardware.yaml",
    "compute.yaml",
    "prices.yaml",
    "claims.yaml",
)
"""The files of the catalogue, in the order that its digest is taken."""


def evidence_folder() -> str:
    """Where the catalogue's files are."""
    return os.path.join(rules_folder(), "evidence")


@cache
def load_catalogue() -> Catalogue:
    """The catalogue, with the estimator fitted to it.

    Raises:
        InputError: with every problem, where a file was changed and is not valid.
    """
    compiled = _compiled()
    if compiled is not None:
        return compiled
    from genarch.sources.evidence.reader import read_fitted  # validation imports pydantic: only when there is need

    return read_fitted(evidence_folder())


def _compiled() -> Catalogue | None:
    try:
        with open(COMPILED, encoding="utf-8") as file:
            catalogue = from_json(file.read())
    except FileNotFoundError:
        return None
    contents = [read_bytes(os.path.join(evidence_folder(), name)) for name in FILES]
    return catalogue if digest(contents) == catalogue.digest else None
