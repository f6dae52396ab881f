"""Images one after the other and at a rate: times, what ends them early, and that nothing is left behind."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

from genarch import InputError
from genarch.evidence.percentiles import percentile
from genarch.measure import processes, ways
from genarch.measure.machine import Cards, Memory, Watch, machine, started_at
from genarch.measure.processes import GeneratorError
from genarch.measure.running import Plan, Runs, Stop, loaded, measured
from genarch.measure.ways import Address, CommandWay, Kind, LoopWay, UrlWay

QUICK = Plan(runs=4, warmup=1, seconds=20, timeout=0.8)


class Fake:
    """A generator that takes as long as it is said to, by a clock of its own."""

    kind: Kind = "loop"
    shown = "a generator"

    def __init__(self, take: Callable[[int], float]) -> None:
        self.now, self.ended = 0.0, False
        self._take = take

    def clock(self) -> float:
        return self.now

    def start(self, _seconds: float, /) -> float | None:
        self.now += 2
        return 2.0

    def make(self, number: int, seconds: float) -> None:
        taken = self._take(number)
        self.now += min(taken, seconds)
        if taken > seconds:
            raise GeneratorError("too slow")

    def settle(self) -> None:
        self.now += 0.5

    def end(self) -> None:
        self.ended = True


def faked(take: Callable[[int], float], plan: Plan) -> Runs:
    fake = Fake(take)
    runs = measured(fake, plan, clock=fake.clock)
    assert fake.ended
    return runs


def raising(error: BaseException, at: int, otherwise: float = 0.1) -> Callable[[int], float]:
    def take(number: int) -> float:
        if number == at:
            raise error
        return otherwise

    return take


def test_times_are_of_the_images_alone_with_those_to_warm_up_apart() -> None:
    runs = faked(lambda number: 1.0 if number < 3 else 0.25, Plan(runs=3, warmup=2))
    assert runs.warmup_ms == pytest.approx((1000, 1000))
    assert runs.times_ms == pytest.approx((250, 250, 250))
    assert (runs.ready_ms, runs.stopped) == (2000, None)
    assert runs.first_ms == pytest.approx(3500)  # 2 s to load, 1 s, and half a second to see that it was made


@pytest.mark.parametrize(
    ("take", "plan", "stopped", "kept"),
    [
        (raising(KeyboardInterrupt(), 4), Plan(10, 1), Stop("interrupted", ""), 2),
        (raising(GeneratorError("broke"), 4), Plan(10, 1), Stop("failed", "image 4: broke"), 2),
        (raising(GeneratorError("broke"), 1), Plan(10, 1), Stop("failed", "broke"), 0),
        # Two seconds to load, and 1.5 s an image: the time is up within the third.
        (lambda _: 1.0, Plan(10, 1, seconds=5.9), Stop("time", ""), 1),
        # An image is too slow by itself, while there is time for others.
        (lambda number: 9.0 if number == 3 else 0.1, Plan(10, 1, timeout=5), Stop("failed", "image 3: too slow"), 1),
    ],
)
def test_what_was_measured_is_kept_whatever_ends_it(
    take: Callable[[int], float], plan: Plan, stopped: Stop, kept: int
) -> None:
    runs = faked(take, plan)
    assert (runs.stopped, len(runs.times_ms)) == (stopped, kept)


def test_intervals_of_what_is_measured_hold_a_known_percentile() -> None:
    # Times are even between 10 and 20 ms: 95 of 100 are below 19.5 ms.
    chance, held = Random(5), 0
    for _ in range(1_000):
        runs = faked(lambda _: 0.010 + 0.010 * chance.random(), Plan(runs=80, warmup=1))
        found = percentile(runs.times_ms, "p95")
        held += (found.low_ms or 0) <= 19.5 <= (found.high_ms or 20)
    assert held >= 929  # of 950, less three standard deviations


def run(way: type[CommandWay | LoopWay], *command: str, plan: Plan = QUICK, **more: Any) -> tuple[Runs, Watch]:
    watch = Watch(None)
    with watch.watching():
        return measured(way(command, watch, **more), plan), watch


def test_a_command_is_timed_to_its_end(tmp_path: Path) -> None:
    runs, watch = run(CommandWay, "sh", "-c", f"sleep 0.05; touch {tmp_path}/{{n}}")
    assert (runs.stopped, len(runs.times_ms), len(runs.warmup_ms)) == (None, 4, 1)
    assert min(runs.times_ms) >= 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "3", "4", "5"]
    assert watch.most().processes_gb is not None


def test_a_loop_loads_once_and_prints_beside_its_answers() -> None:
    code = (
        "import os, time; from genarch.measure import loop; block = b'x' * 10**8\n"
        "def make(text):\n print('making', text); os.system('echo more'); assert text.startswith('cat ')\n"
        "loop(make)"
    )
    runs, watch = run(LoopWay, sys.executable, "-c", code, body="cat {n}", plan=Plan(4, 1, 20, 5))
    assert (runs.stopped, len(runs.times_ms)) == (None, 4)
    assert runs.ready_ms is not None
    assert 0.1 < (watch.most().processes_gb or 0) < 0.3


READY = "echo ready; "


@pytest.mark.parametrize(
    ("way", "script", "says", "kept"),
    [
        (CommandWay, "sleep 60 & sleep 60", "image 1: took more than 0.8 s; raise --timeout to allow more", 0),
        (CommandWay, "test {n} -lt 4 || { echo no >&2; exit 3; }", "image 4: exited with 3: no", 2),
        (CommandWay, "test {n} -lt 4 || kill -SEGV $$", "image 4: was killed by SIGSEGV", 2),
        (CommandWay, "yes", "image 1: wrote more than 1 MiB; write less, or write to a file", 0),
        (CommandWay, "yes >&2", "image 1: wrote more than 1 MiB; write less, or write to a file", 0),
        (LoopWay, "sleep 60", "did not answer 'ready' within 1.5 s; raise --seconds to allow more", 0),
        (LoopWay, f"{READY}sleep 60", "did not answer 'done 1' within 0.8 s; raise --timeout to allow more", 0),
        (LoopWay, "exit 0", "exited before writing 'ready'; leave --loop out for a command that", 0),
        (LoopWay, "echo no model >&2; exit 5", "exited with 5: no model", 0),
        (LoopWay, f"{READY}read a; echo done 1; read a; exit 5", "image 2: exited with 5", 0),
        (LoopWay, f"{READY}read a; echo done 2; sleep 60", "wrote 'done 2' instead of the line 'done 1'", 0),
        (
            LoopWay,
            f"{READY}read a; printf 'done 1\\ndone 2\\n'; sleep 60",
            "wrote 'done 2' after the line 'done 1'; write nothing else",
            0,
        ),
        (LoopWay, f"{READY}yes", "wrote '", 0),
        (LoopWay, "yes | tr -d '\\n'", "wrote 'yyyy", 0),
    ],
)
def test_a_generator_that_hangs_breaks_lies_or_floods_is_ended(
    way: type[CommandWay | LoopWay], script: str, says: str, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "MOST_OUTPUT", 1 << 20)
    runs, watch = run(way, "sh", "-c", script, plan=QUICK._replace(seconds=1.5))
    assert runs.stopped
    assert runs.stopped.why == "failed"
    assert says in runs.stopped.says
    assert len(runs.times_ms) >= kept
    assert watch.process is None


def test_what_a_command_has_left_behind_is_ended_though_it_hides(tmp_path: Path) -> None:
    script = f"setsid sh -c 'echo $$ > {tmp_path}/id; sleep 60' & sleep 0.15"
    runs, _ = run(CommandWay, "sh", "-c", script, plan=Plan(1, 0, 20, 5))
    assert runs.stopped is None
    assert not started_at(int((tmp_path / "id").read_text()))


_DAEMON = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(0, 3)
        open(sys.argv[1], "w").write(str(os.getpid()))
        os.rename(sys.argv[1], sys.argv[2])
        time.sleep(60)
    os._exit(0)
while not os.path.exists(sys.argv[2]):
    time.sleep(0.001)
if "--loop" in sys.argv:
    print("ready", flush=True)
    for line in sys.stdin:
        print("done", line, end="", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process without parents cannot be found")
@pytest.mark.parametrize(("way", "option"), [(CommandWay, ""), (LoopWay, "--loop")])
def test_a_daemon_that_a_command_has_left_behind_is_ended(
    way: type[CommandWay | LoopWay], option: str, tmp_path: Path
) -> None:
    command = (sys.executable, "-c", _DAEMON, str(tmp_path / "new"), str(tmp_path / "id"), option)
    runs, watch = run(way, *command, plan=Plan(1, 0, 20, 5))
    assert runs.stopped is None
    assert not started_at(int((tmp_path / "id").read_text()))
    assert watch.family() == []


@pytest.mark.parametrize("way", [CommandWay, LoopWay])
@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (None, "no such file or directory; correct the name, or give its path"),
        (0o600, "permission denied; make it executable, or name what runs it, as in python3 FILE"),
        (0o700, "exec format error; make it executable, or name what runs it, as in python3 FILE"),
    ],
)
def test_a_command_that_cannot_be_started_says_why(
    way: type[CommandWay | LoopWay], mode: int | None, says: str, tmp_path: Path
) -> None:
    command = tmp_path / "generate"
    if mode:
        command.write_text("print()\n")
        command.chmod(mode)
    runs, _ = run(way, str(command))
    assert runs.stopped
    assert f"'{command}' cannot be started: {says}" in runs.stopped.says


def test_a_request_to_a_process_is_one_line() -> None:
    for body in ("a\nb", "x" * 4_000):
        with pytest.raises(InputError, match="must be one line of at most"):
            LoopWay(["cat"], Watch(None), body)


RAW = {
    "/gone": b"",
    "/other": b"220 mail ready\r\n",
    "/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhe",
}
"""What is written for a path, whatever HTTP has to say of it."""


class Server(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, str]] = []  # noqa: RUF012  (of one test at a time)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self.asked.append((self.path, body, self.headers.get("Authorization", "")))
        path = self.path.partition("?")[0]
        if path in RAW:
            self.wfile.write(RAW[path])
            return
        if path == "/slow":
            time.sleep(0.2)
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/image")
            self.end_headers()
            return
        self.send_response(500 if path == "/broken" else 200)
        if path == "/part":
            self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(30 if path == "/drip" else 0):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)
        self.wfile.write(b"x" * (100_000 if path == "/flood" else 10))

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # those who go away are meant to
    Server.asked = []
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_server_gets_the_requests_that_were_described_and_no_others() -> None:
    with serving() as here:
        address = Address(f"{here}/image?key=secret", "POST", '{"seed": {n}}', {"Authorization": "Bearer x"})
        runs = measured(UrlWay(address.checked()), Plan(2, 1, 20, 5))
    assert (runs.stopped, len(runs.times_ms), runs.command) == (None, 2, f"{here}/image")
    assert Server.asked == [("/image?key=secret", f'{{"seed": {n}}}', "Bearer x") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/broken", "answered with status 500 Internal Server Error"),
        ("/moved", "answered with status 302 Found; redirects are not followed"),
        ("/drip", "did not answer within 0.8 s; raise --timeout to allow more"),
        ("/flood", "answered with more than 0 MiB"),
        ("/part", "ended its answer 990 bytes early"),
        ("/gone", "Remote end closed connection without response"),
        ("/other", "answered with something other than HTTP; correct the address"),
        ("/chunks", "broke its answer off"),
    ],
)
def test_a_server_that_breaks_hangs_or_floods(path: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "MOST_ANSWERED", 50_000)
    with serving() as here:
        runs = measured(UrlWay(Address(here + path)), QUICK)
        assert runs.stopped == Stop("failed", says)
        assert {path for path, _, _ in Server.asked} == {path}
    gone = measured(UrlWay(Address(f"{here}/image")), QUICK)
    assert gone.stopped
    assert gone.stopped.says == "refused the connection; start the server first, or correct the address"
    unknown = measured(UrlWay(Address("http://nowhere.invalid/")), QUICK)
    assert unknown.stopped
    assert unknown.stopped.says == "has an unknown host name; correct the address"


def test_requests_at_a_rate_do_not_wait_for_one_another() -> None:
    with serving() as here:
        load = loaded(Address(f"{here}/slow"), 50, Plan(runs=15, seconds=10, timeout=5), random=lambda: 1.0)
        # One after the other they would take 15 x 0.2 s = 3 s; they are due within 0.3 s, and take 0.2 s each.
        assert (load.stopped, len(load.times_ms)) == (None, 15)
        assert min(load.times_ms) >= 200
        assert sum(load.times_ms) / 1000 > 2 * len(load.times_ms) / load.answered_per_second  # beside each other
        broken = loaded(Address(f"{here}/broken"), 200, Plan(runs=50, seconds=10, timeout=5))
        assert broken.stopped == Stop("failed", "answered with status 500 Internal Server Error")
        assert len(Server.asked) < 15 + 50
        late = loaded(Address(f"{here}/image"), 10, Plan(runs=50, seconds=0.35, timeout=5), random=lambda: 1.0)
        assert (late.stopped, len(late.times_ms)) == (Stop("time", ""), 3)

        def ended(done: int, *_: object) -> None:
            if done == 2:
                raise KeyboardInterrupt

        # The answers under way, of 3 s each, are not waited for.
        ended_early = loaded(Address(f"{here}/drip"), 50, Plan(runs=9, timeout=20), random=lambda: 1.0, seen=ended)
        assert (ended_early.stopped, ended_early.times_ms) == (Stop("interrupted", ""), ())
        # Whatever chance gives, all gaps together come to the rate: five requests in 0.1 s.
        uneven = iter((0.1, 1.9, 3.0, 0.5, 4.5))
        began = time.monotonic()
        assert len(loaded(Address(f"{here}/image"), 50, Plan(5, 0, 10, 5), random=lambda: next(uneven)).times_ms) == 5
        assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("url", ["localhost:80", "file:///etc/passwd", "http://", "http://a b/", "http://x:99999/", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="is not a URL; write one such as http://localhost:8000/generate"):
        Address(url).checked()


def test_a_password_in_an_address_is_refused() -> None:
    with pytest.raises(InputError, match="pass them with --header"):
        Address("http://me:secret@localhost/").checked()


class Nvml:
    """NVML with two cards, of which the second fills up."""

    def __init__(self) -> None:
        self.used = 1.0

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = 2
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, at: int, handle: Any) -> int:
        handle._obj.value = at + 1
        return 0

    def nvmlDeviceGetName(self, handle: Any, buffer: Any, _size: int) -> int:
        buffer.value = b"NVIDIA L4" if handle.value == 1 else b"Tesla T4"
        return 0

    def nvmlSystemGetDriverVersion(self, buffer: Any, _size: int) -> int:
        buffer.value = b"550.54"
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: Any, info: Any) -> int:
        info._obj.used = int(1e9 * (self.used if handle.value == 2 else 0.5))
        return 0


def test_cards_are_those_of_the_driver_and_their_memory_is_watched() -> None:
    library = Nvml()
    found = Cards(library)
    here = machine(found)
    assert (here.gpus, here.driver) == (("NVIDIA L4", "Tesla T4"), "550.54")
    assert here.cores >= 1
    watch = Watch(found)
    library.used = 7.0
    watch.look()
    library.used = 2.0
    watch.look()
    assert watch.most() == Memory(None, 7.5, 1.5)
    watch.look_at(os.getpid())
    watch.look()
    assert (watch.most().processes_gb or 0) > 0.01
