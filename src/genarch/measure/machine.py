"""The machine as it is found: processor, memory, graphics cards and their driver; and how much memory is in use.

Cards are asked about through NVML, NVIDIA's library that comes with its driver; where there is none, none are known.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from genarch.values import NamedTuple

_GB = 1e9

_PR_SET_CHILD_SUBREAPER = 36
"""Of Linux, in linux/prctl.h."""

_LEAST_GB = 1e-4
"""Of a process; one that takes less has not begun yet."""


class Machine(NamedTuple):
    """What a measurement ran on."""

    system: str
    cpu: str
    cores: int
    """The number of cores that this process may use."""
    memory_gb: float | None
    gpus: tuple[str, ...]
    """Names of the graphics cards, as their driver gives them."""
    driver: str | None


class Memory(NamedTuple):
    """The most memory that was in use, in GB."""

    processes_gb: float | None = None
    """The most that all processes of the command used at once; null where it could not be measured."""
    gpu_gb: float | None = None
    """GPU memory in use on all cards, by any program; null without a card."""
    gpu_before_gb: float | None = None
    """GPU memory in use before anything was started."""


class _MemoryInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in ("total", "free", "used")]


class Cards:
    """The graphics cards that NVML knows."""

    def __init__(self, library: Any) -> None:
        """`library` is NVML, or what stands for it."""
        self._nvml = library
        self._handles = []
        count = ctypes.c_uint()
        if library.nvmlInit_v2() == 0 and library.nvmlDeviceGetCount_v2(ctypes.byref(count)) == 0:
            for at in range(count.value):
                handle = ctypes.c_void_p()
                if library.nvmlDeviceGetHandleByIndex_v2(at, ctypes.byref(handle)) == 0:
                    self._handles.append(handle)

    def names(self) -> tuple[str, ...]:
        """What the driver calls them."""
        return tuple(self._text("nvmlDeviceGetName", handle) for handle in self._handles)

    def driver(self) -> str | None:
        """The version of the driver; None where it does not say."""
        return self._text("nvmlSystemGetDriverVersion") or None

    def used_gb(self) -> float | None:
        """The memory in use on all of them, in GB; None where there are none."""
        used = []
        for handle in self._handles:
            found = _MemoryInfo()
            if self._nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(found)) == 0:
                used.append(found.used / _GB)
        return sum(used) if used else None

    def _text(self, function: str, *arguments: Any) -> str:
        buffer = ctypes.create_string_buffer(96)
        wrong = getattr(self._nvml, function)(*arguments, buffer, 96)
        return "" if wrong else buffer.value.decode(errors="replace")


def cards() -> Cards | None:
    """The cards, where NVML is there."""
    try:
        return Cards(ctypes.CDLL("libnvidia-ml.so.1"))
    except (OSError, AttributeError):
        return None


def machine(found: Cards | None) -> Machine:
    """This machine, with the cards found in it."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(
        f"{platform.system()} {platform.release()}",
        " ".join(cpu[1].split()) if cpu else platform.processor() or platform.machine(),
        cores or 1,
        round(int(memory[1]) * 1024 / _GB, 1) if memory else None,
        found.names() if found else (),
        found.driver() if found else None,
    )


def _read(path: str) -> str:
    """A file of /proc; empty where it is not there, or no more."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


class Watch:
    """Looks, from time to time, at how much memory a command and all that it starts take, and the cards."""

    def __init__(self, found: Cards | None) -> None:
        """`found` are the cards."""
        self._cards = found
        self._before = self._most_gpu = found.used_gb() if found else None
        self._most = 0.0
        self.process: int | None = None
        """The command at the moment, by its process id."""
        self.seen: dict[int, str] = {}
        """Every process that was seen of it, with when it was started."""
        self._due = Event()
        self._ended = False
        self._others = children(os.getpid())

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look until this ends; on Linux, what the command leaves behind becomes a child of this process meanwhile."""
        thread = Thread(target=self._look_often, daemon=True)
        thread.start()
        _adopt(orphans=True)
        try:
            yield
        finally:
            self._ended = True
            self._due.set()
            thread.join()
            for process in self.family():  # of a command that was just being started
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            self.reap()
            _adopt(orphans=False)

    def family(self) -> list[int]:
        """The command and all that it started, also what it has left behind."""
        left = [child for child in children(os.getpid()) if child not in (self.process, *self._others)]
        return [one for root in ([self.process] if self.process else []) + left for one in tree(root)]

    def reap(self) -> None:
        """Take leave of what the command has left behind, where that has ended; of itself its owner does."""
        for child in self.family():
            if child != self.process and not started_at(child):
                with suppress(OSError, AttributeError):
                    os.waitpid(child, os.WNOHANG)

    def look_at(self, process: int) -> None:
        """A command was started."""
        self.process = process
        self._due.set()

    def _look_often(self) -> None:
        """Soon after a start, then less often: what runs for long is not to be slowed down."""
        pause = 0.1
        while not self._ended:
            if self._due.wait(pause):
                self._due.clear()
                pause = 0.004
            self.look()
            pause = min(0.1, pause * 2)

    def look(self) -> None:
        """Look once; what no longer runs counts as it was."""
        if self._cards and (used := self._cards.used_gb()) is not None:
            self._most_gpu = max(self._most_gpu or 0.0, used)
        total = 0.0
        for process in self.family():
            self.seen.setdefault(process, started_at(process))
            peak = re.search(r"^VmHWM:\s*(\d+) kB$", _read(f"/proc/{process}/status"), re.MULTILINE)
            total += int(peak[1]) * 1024 / _GB if peak else 0.0
        self._most = max(self._most, total)

    def most(self) -> Memory:
        """The most that was seen."""
        return Memory(self._most if self._most >= _LEAST_GB else None, self._most_gpu, self._before)


def tree(process: int) -> list[int]:
    """A process and all that it started, directly or not."""
    found = [process]
    for one in found:
        found += children(one)
    return found


def children(process: int) -> list[int]:
    """What a process started, or adopted, itself."""
    try:
        threads = os.listdir(f"/proc/{process}/task")
    except OSError:
        return []
    return [int(child) for thread in threads for child in _read(f"/proc/{process}/task/{thread}/children").split()]


def _adopt(*, orphans: bool) -> None:
    """Whether what is left behind below this process becomes its child, in place of the system's first process."""
    if platform.system() == "Linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0)


def started_at(process: int) -> str:
    """When a process was started, as the system counts; empty where it runs no more."""
    after_name = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return after_name[19] if len(after_name) > 19 and after_name[0] != "Z" else ""
