"""Which rows speak for which estimate: by stack, hardware class, and pipeline or single network."""

from __future__ import annotations

from genarch.model.calibration import Stack

_EAGER = frozenset({"pytorch", None})


def group_of(stack: Stack, hardware_class: str, kind: str) -> str:
    """The band of a stack, or that of what behaves otherwise: single networks, processors, small boards."""
    return "other" if kind == "network" or hardware_class in ("cpu", "jetson", "phone") else stack


REQUEST_GROUPS = ("eager", "compiled", "other")
LOAD_GROUPS = ("load/pipeline", "load/network")


def load_group(kind: str) -> str:
    """The band of full load."""
    return f"load/{kind}"


def stack_of(engine: str | None) -> Stack:
    """The stack that an engine belongs to; one that is not stated ran as written."""
    return "eager" if engine in _EAGER else "compiled"


def keys(stack: str, hardware_class: str, kind: str) -> tuple[str, str, str]:
    """Under which a share is looked up: the nearest that was measured."""
    return (f"{stack}/{hardware_class}/{kind}", f"{stack}/{kind}", stack)
