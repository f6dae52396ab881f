"""The evidence catalogue that comes with genarch: as it was kept where its files are what they were, else read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from genarch.files.cache import cached, rules_folder
from genarch.table.constraints import GpuNames

if TYPE_CHECKING:
    from genarch.evidence.catalogue import Catalogue

FILES: Mapping[str, tuple[str, ...]] = {
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

    return cached("evidence", [os.path.join(folder, name) for name in FILES], Catalogue, read)


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
