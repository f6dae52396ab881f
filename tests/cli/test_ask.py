"""`genarch ask` in a real terminal, from a pipe, and where there is neither."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from command_line import run
from genarch import load_spec
from genarch.engine.constraints import Range
from terminal import at_terminal, ends

ANSWER = r"Answer \([^)]*\): "
CHANGE = r"Change which\? \([^)]*\): "
SAVE = r"Save the answers\? \([^)]*\): "
ARTICLE = ["--rules", "article", "--certain"]
"""The table whose questions these conversations answer."""
FAST = ["--set", "latency_budget_ms=9", "--set", "task=image_to_image"]
"""With this, `text` and `emerging` settle it: only a hybrid is left."""


class Person:
    """Someone at a terminal."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        columns: int = 80,
        rows: int = 50,
        rules: Sequence[str] = ARTICLE,
        env: Mapping[str, str] = {},
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        words = ("ask", *rules, *options)
        self.child = at_terminal(*words, folder=folder, columns=columns, rows=rows, env=env, prepare=prepare)
        self.raw = self.seen = ""

    def sees(self, pattern: str) -> str:
        """What was shown up to and with this."""
        self.child.expect(pattern)
        shown = f"{self.child.before}{self.child.after}".replace("\r\n", "\n")
        self.raw += shown
        self.seen += plain(shown)
        return plain(shown)

    def answers(self, *lines: str, prompt: str = ANSWER) -> str:
        """Wait for a prompt and type, line by line; what was shown before the last of them."""
        shown = ""
        for line in lines:
            shown = self.sees(prompt)
            self.child.sendline(line)
        return shown

    def interrupts(self, by: signal.Signals | None = None) -> None:
        """Ctrl-C or a signal, once it waits for an answer: before that, it is only seen with the next line."""
        time.sleep(0.1)
        self.child.kill(by) if by else self.child.sendintr()

    def leaves(self) -> tuple[str, int | None]:
        """The rest of what is shown, and the exit code."""
        rest, code = ends(self.child)
        self.raw += rest
        self.seen += plain(rest)
        return plain(rest), code


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def piped(folder: Path, *options: str, lines: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Where there is no terminal, with these lines on standard input."""
    return run("ask", *ARTICLE, *options, stdin="".join(f"{line}\n" for line in lines), cwd=folder)


def test_a_whole_run(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    assert "Question 1: " in person.answers("text")
    learnt = person.answers("emerging")
    assert "Still possible: " in learnt
    assert "Ruled out: " in learnt
    more = " ".join(person.answers("d").split())
    assert (
        "Settled by the rules after 4 answers: hybrid; measurements take part once gpu and resolution_px are stated. "
        "4 questions more for models, times, licences and cost; u skips one, d is done."
    ) in more
    assert "On which hardware exactly?" in more
    review = person.answers("", prompt=CHANGE)
    assert "(text-excludes-plain-gan fires)" in " ".join(person.seen.split())
    rows = r"1 +task +image_to_image\n +2 +conditioning +text\n +3 +latency_budget_ms +9 ms\n +4 +maturity +emerging\n"
    assert re.search(rows, review)
    report = person.answers("mine.yaml", prompt=SAVE)
    assert "hybrid" in report
    rest, code = person.leaves()
    assert code == 0
    assert "genarch: saved mine.yaml and genarch-spec.schema.json" in rest
    assert load_spec(tmp_path / "mine.yaml").constraints == {
        "task": "image_to_image",
        "conditioning": frozenset({"text"}),
        "latency_budget_ms": 9,
        "maturity": "emerging",
    }
    schema = json.loads((tmp_path / "genarch-spec.schema.json").read_text())
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_back_keeps_answers_and_help_has_rules_with_sources(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    person.answers("b", "?")
    assert "This is the first question." in person.seen
    shown = person.answers("text")
    assert re.search(r"Rules that read it:\n  .*\n    [a-z-]+: .*\([A-Z]\d", shown, re.DOTALL)
    assert "'genarch show conditioning' has more" in shown
    person.answers("b")
    assert "Answer (Enter for text): " in person.answers("")
    assert "Question 2" in person.answers("emerging")
    person.answers("d")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    assert person.leaves()[1] == 0


def test_a_wrong_answer_is_explained_and_nothing_is_lost(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST, "--save", "s.yaml")
    person.answers("text", "newest", "", "3", "emerging", "d")
    person.answers("", prompt=CHANGE)
    person.leaves()
    told = " ".join(person.seen.split())
    assert "'newest' is not in the list; type a number from 1 to 2, or u" in told
    assert "No default here; type an answer, or u if nobody knows." in told
    assert "'3' is not in the list" in told
    assert load_spec(tmp_path / "s.yaml").constraints["maturity"] == "emerging"


def test_the_table_of_answers_is_edited_by_number_and_by_name(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    person.answers("text", "emerging", "d")
    person.answers("19", "latency", "3", prompt=CHANGE)
    assert "Answer (Enter for 9 ms): " in person.answers("20 fps")
    person.answers("d")
    person.answers("maturity", prompt=CHANGE)
    person.answers("")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    _, code = person.leaves()
    assert code == 0
    told = " ".join(person.seen.split())
    assert "'19' is neither a number of the list nor a field." in told
    assert "'latency' is neither a number of the list nor a field; did you mean 'latency_budget_ms'? " in told
    assert "latency_budget_ms 50 ms" in told
    assert list(tmp_path.iterdir()) == []


def test_a_contradiction_is_told_when_it_comes_up(tmp_path: Path) -> None:
    person = Person(tmp_path, "--fixed", "--set", "task=text_to_image")
    person.answers("0")
    shown = " ".join(person.sees(ANSWER).split())
    assert "This contradicts an earlier answer: " in shown
    assert "(inconsistent-text-to-image-without-text) b goes back." in shown
    person.interrupts()
    assert person.leaves()[1] == 130


@pytest.mark.parametrize("end", ["ctrl-c", "ctrl-d"])
def test_broken_off_the_answers_are_kept_and_resumed(end: str, tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    person.answers("text")
    person.sees(ANSWER)
    person.interrupts() if end == "ctrl-c" else person.child.sendeof()
    rest, code = person.leaves()
    assert code == 130
    assert "genarch: interrupted; the answers so far are in genarch-draft.yaml" in rest
    assert rest.endswith("genarch: to go on: genarch ask --answers genarch-draft.yaml --rules article --certain\n")
    assert "\x1b[?" not in person.raw
    assert "schema.json" not in " ".join(path.name for path in tmp_path.iterdir())

    again = Person(tmp_path, "--answers", "genarch-draft.yaml", "--save", "done.yaml")
    assert "Question 1" in again.answers("emerging")
    again.answers("d")
    again.answers("", prompt=CHANGE)
    rest, code = again.leaves()
    assert code == 0
    assert "genarch-draft.yaml is no longer needed" in " ".join(rest.split())
    spec = load_spec(tmp_path / "done.yaml")
    assert (spec.id, spec.constraints["maturity"], spec.constraints["latency_budget_ms"]) == ("done", "emerging", 9)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, None], ids=["SIGTERM", "SIGHUP", "closed"])
def test_ended_from_elsewhere_the_answers_are_kept(end: signal.Signals | None, tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    person.answers("text")
    person.sees(ANSWER)
    if end is None:
        assert person.child.pid is not None
        os.close(person.child.child_fd)
        _, status = os.waitpid(person.child.pid, 0)
        assert os.WIFEXITED(status)
    else:
        person.interrupts(end)
        rest, code = person.leaves()
        assert (code, "the answers so far are in genarch-draft.yaml" in rest) == (130, True)
    assert load_spec(tmp_path / "genarch-draft.yaml").constraints["conditioning"] == frozenset({"text"})


def test_a_file_that_appears_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST, "--save", "s.yaml")
    person.answers("text")
    person.sees(ANSWER)
    (tmp_path / "other.yaml").write_text("theirs\n")
    (tmp_path / "s.yaml").symlink_to("other.yaml")
    person.child.sendline("d")
    person.answers("", prompt=CHANGE)
    rest, code = person.leaves()
    assert code == 2
    assert "s.yaml: exists already, and is not overwritten; name another file" in rest
    assert "--set 'conditioning=[text]'" in " ".join(rest.split())
    assert (tmp_path / "other.yaml").read_text() == "theirs\n"


def test_broken_off_before_the_first_answer_leaves_nothing(tmp_path: Path) -> None:
    person = Person(tmp_path)
    person.sees(ANSWER)
    person.interrupts(signal.SIGINT)
    rest, code = person.leaves()
    assert (code, list(tmp_path.iterdir())) == (130, [])
    assert rest.endswith("genarch: interrupted; nothing was answered\n")


def test_broken_off_with_save_goes_to_that_file(tmp_path: Path) -> None:
    start = "version: 1\n# ours\nconstraints:\n  maturity: proven # says legal\n"
    (tmp_path / "s.yaml").write_text(start)
    person = Person(tmp_path, "--answers", "s.yaml", "--save", "s.yaml", "--fixed")
    person.answers("portrait animation")
    person.sees(ANSWER)
    person.child.sendeof()
    rest, code = person.leaves()
    assert code == 130
    assert rest.endswith(
        "genarch: to go on: genarch ask --answers s.yaml --save s.yaml --rules article --certain --fixed\n"
    )
    assert (tmp_path / "s.yaml").read_text() == f"{start}  task: portrait_animation\n"


@pytest.mark.parametrize(
    ("columns", "env"),
    [(20, {}), (40, {}), (80, {}), (40, {"NO_COLOR": "1"}), (80, {"TERM": "dumb"})],
    ids=str,
)
def test_every_line_fits_and_a_plain_terminal_gets_plain_text(
    columns: int, env: dict[str, str], tmp_path: Path
) -> None:
    person = Person(tmp_path, "--fixed", columns=columns, env=env)
    person.answers("?", "u", "?", "0")
    person.sees(ANSWER.replace(" ", r"\s+"))
    person.interrupts()
    person.leaves()
    assert ("\x1b" in person.raw) == (not env)
    lines = [line for line in person.seen.splitlines() if not line.startswith(("Answer", "genarch:"))]
    assert max(map(len, lines)) <= columns


def test_the_window_may_change(tmp_path: Path) -> None:
    person = Person(tmp_path, columns=100)
    person.sees(ANSWER)
    person.child.setwinsize(30, 40)
    person.child.sendline("?")
    shown = person.sees(ANSWER).split("\n", 1)[1]
    assert max(map(len, shown.splitlines()[:-1])) <= 40
    person.interrupts()
    person.leaves()


def test_all_goes_on_after_it_is_settled_and_d_is_done(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST, "--set", "maturity=emerging", "--set", "conditioning=text", "--all")
    shown = " ".join(person.answers("d").split())
    assert "Settled by the rules after 4 answers: hybrid;" in shown
    assert "Asking more; d is done." in shown
    person.answers("", prompt=CHANGE)
    assert person.leaves()[1] == 0


def test_confirm_asks_again_what_the_file_states(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "version: 1\nconstraints: {maturity: emerging, conditioning: [text], latency_budget_ms: 9}\n"
    )
    person = Person(tmp_path, "--answers", "s.yaml", "--confirm")
    assert "(Enter for text)" in person.answers("")
    assert "(Enter for 9 ms)" in person.answers("20")
    assert "(Enter for emerging)" in person.answers("")
    person.answers("d")
    person.answers("", prompt=CHANGE)
    person.answers("", prompt=SAVE)
    assert person.leaves()[1] == 0
    assert (tmp_path / "s.yaml").read_text() == (
        "version: 1\nconstraints: {maturity: emerging, conditioning: [text], latency_budget_ms: 20}\n"
    )


def test_the_report_goes_to_standard_output_and_the_questions_do_not(tmp_path: Path) -> None:
    def elsewhere() -> None:
        os.dup2(os.open(tmp_path / "report.json", os.O_WRONLY | os.O_CREAT), 1)

    person = Person(tmp_path, *FAST, "--format", "jsonl", prepare=elsewhere)
    person.answers("text", "emerging", "d")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    assert person.leaves()[1] == 0
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "hybrid"


def test_without_a_terminal_it_says_what_is_open_and_how_to_answer(tmp_path: Path) -> None:
    told = piped(tmp_path, *FAST)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("genarch: no terminal to ask on, and 10 questions are open; ")
    assert "  --set maturity=proven|emerging\n" in told.stderr
    assert "  --set conditioning=none, or some of class_label," in told.stderr
    assert piped(tmp_path, *FAST, lines=["emerging"]).returncode == 2, "a pipe is answered from with --plain only"


def test_without_a_terminal_nothing_open_is_no_obstacle(tmp_path: Path) -> None:
    settings = [*FAST, "--set", "maturity=emerging", "--set", "conditioning=text"]
    told = piped(tmp_path, *settings, "--save", "s.yaml")
    assert (told.returncode, told.stderr) == (0, "genarch: saved s.yaml and genarch-spec.schema.json\n")
    assert "hybrid" in told.stdout


def test_yes_takes_dont_know_for_the_rest(tmp_path: Path) -> None:
    told = piped(tmp_path, "--yes", "--set", "domain=narrow", "--save", "s.yaml", "--format", "jsonl")
    assert told.returncode == 0
    assert json.loads(told.stdout)["spec"]["constraints"] == {"domain": "narrow"}
    assert "\n  maturity: unknown\n" in (tmp_path / "s.yaml").read_text()
    assert "\n  # device: unknown\n" in (tmp_path / "s.yaml").read_text(), "no rule reads it, so it was not open"


def test_the_report_has_the_evidence(tmp_path: Path) -> None:
    stated = ("latency_budget_ms=50ms", "gpu=a100", "task=text_to_image", "conditioning=text", "resolution_px=512")
    result = piped(tmp_path, "--yes", "--full", *(word for setting in stated for word in ("--set", setting)))
    assert "Evidence: 50 ms a request on a100-80gb-sxm at 512 px" in result.stdout
    assert "sdturbo-512-1st-b1-a100-80gb-sxm-trt" in result.stdout


def test_piped_answers_line_by_line(tmp_path: Path) -> None:
    told = piped(tmp_path, "--plain", *FAST, "--save", "s.yaml", lines=["text", "emerging"])
    assert told.returncode == 0
    assert "\x1b" not in told.stderr + told.stdout
    assert load_spec(tmp_path / "s.yaml").constraints["conditioning"] == frozenset({"text"})


def test_piped_answers_that_end_too_soon_are_kept(tmp_path: Path) -> None:
    told = piped(tmp_path, "--plain", *FAST, lines=["text"])
    assert told.returncode == 130
    assert told.stderr.endswith(
        "genarch: to go on: genarch ask --answers genarch-draft.yaml --rules article --certain --plain\n"
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            b"text\noops\nemerging\n",
            "genarch: <stdin>:2: 'oops' is not in the list; type a number from 1 to 2, or u\n",
        ),
        (b"00012\nemerging\n", "genarch: <stdin>:1: '00012' is not in the list; type numbers from 1 to 10,"),
        (b"text\n\n", "genarch: <stdin>:2: No default here; type an answer, or u if nobody knows.\n"),
        (b"\xff\xfe\x00\ntext\n", "genarch: <stdin>:1: '\\xff\\xfe\\x00' is not in the list;"),
        (b"9" * 100_000 + b"\n", "genarch: <stdin>:1: '99999"),
        (b"text\nemerging\nd\nnone\n", "genarch: <stdin>:4: 'none' is neither a number of the list nor a field.\n"),
    ],
)
def test_a_line_from_a_pipe_that_is_no_answer_ends_it(lines: bytes, message: str, tmp_path: Path) -> None:
    told = from_pipe(tmp_path, lines)
    assert (told.returncode, told.stdout) == (2, "")
    assert message in told.stderr
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_byte_order_mark_before_piped_answers_is_no_part_of_them(tmp_path: Path) -> None:
    assert from_pipe(tmp_path, b"\xef\xbb\xbftext\nemerging\n").returncode == 0
    assert load_spec(tmp_path / "s.yaml").constraints["conditioning"] == frozenset({"text"})


def from_pipe(folder: Path, lines: bytes) -> subprocess.CompletedProcess[str]:
    return run("ask", *ARTICLE, "--plain", *FAST, "--save", "s.yaml", stdin=lines, cwd=folder)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--save", "there.yaml"], "there.yaml: exists already; start from it with --answers, or save to another file"),
        (["--save", "link.yaml"], "link.yaml: exists already; start from it with --answers, or save to another file"),
        (["--save", "no/where.yaml"], "no/where.yaml: cannot be written: its folder does not exist"),
        (["--save", ""], "--save: is not a file name; write one"),
        (["--answers", "none.yaml"], "none.yaml: no such file"),
        (["--answers", "there.yaml"], "there.yaml:1:1: version: is missing"),
        (["--set", "domain=wide"], "--set: domain: 'wide' is not"),
        (["--answers", "good.yaml", "-o", "good.yaml"], "good.yaml: is an input, and would be overwritten by -o"),
    ],
)
def test_what_cannot_work_is_refused_before_the_first_question(
    options: list[str], message: str, tmp_path: Path
) -> None:
    (tmp_path / "there.yaml").write_text("constraints: {}\n")
    (tmp_path / "good.yaml").write_text("version: 1\nconstraints: {}\n")
    (tmp_path / "link.yaml").symlink_to("nowhere.yaml")
    told = piped(tmp_path, "--plain", *options, lines=["1"] * 20)
    assert told.returncode == 2
    assert message in told.stderr
    assert "Question" not in told.stderr


def test_confirm_needs_answers(tmp_path: Path) -> None:
    told = piped(tmp_path, "--confirm")
    assert told.returncode == 2
    assert "--confirm needs --answers" in told.stderr


def test_where_no_draft_can_be_written_the_answers_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    person = Person(folder, *FAST)
    person.answers("text")
    person.sees(ANSWER)
    folder.rmdir()
    person.interrupts()
    rest, code = person.leaves()
    assert code == 130
    stated = "--set task=image_to_image --set 'conditioning=[text]' --set latency_budget_ms=9"
    assert rest.endswith(f"to go on: genarch ask --rules article --certain {stated}\n")


def test_answers_are_saved_where_the_report_cannot_be_written(tmp_path: Path) -> None:
    told = piped(tmp_path, "--yes", "--save", "s.yaml", "-o", "no/report.txt", "--set", "domain=narrow")
    assert told.returncode == 2
    assert load_spec(tmp_path / "s.yaml").constraints == {"domain": "narrow"}


def test_answers_that_no_file_takes_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("version: 1\nconstraints:\n  ? domain\n  : broad\n")
    result = piped(
        tmp_path,
        "--plain",
        "--answers",
        "a.yaml",
        "--save",
        "a.yaml",
        "--set",
        "latency_budget_ms=33",
        lines=["d", "domain", "1", "d"],
    )
    assert result.returncode == 2
    assert "write its constraints as 'field: answer'" in result.stderr
    assert (
        "to state these answers again: genarch ask --rules article --certain --plain --set domain=narrow --set latency_budget_ms=33"
        in result.stderr
    )


def test_at_the_list_of_answers_b_goes_back_and_help_is_given(tmp_path: Path) -> None:
    result = piped(tmp_path, "--plain", "--fixed", lines=["10", "d", "?", "b", "11", "d", ""])
    assert "Each answer can be changed" in result.stderr
    assert "Change task" in result.stderr


SITUATION = "Which of these is most like"


@pytest.mark.parametrize("columns", [80, 40])
def test_what_is_built_comes_first_and_help_leaves_the_question_on_the_screen(columns: int, tmp_path: Path) -> None:
    person = Person(tmp_path, columns=columns, rows=24, rules=())
    assert SITUATION in " ".join(person.answers("?").split())
    person.answers("", "?")
    assert_on_screen(person, columns)
    person.answers("zebras", "upscaling of a photo", "a deepfake changed for zebras")
    said = " ".join(person.seen.split())
    assert "No situation has 'zebras'; type a number from 1 to " in said
    assert "Any photo made larger and sharper, within seconds" in said
    shown = person.answers("")
    chosen = re.search(r"^ *([0-9]+) +A person's face changed live", shown, re.MULTILINE)
    assert chosen
    assert re.search(r"^ *other +[0-9]+ more$", shown, re.MULTILINE)
    assert re.search(r"^ +1 ", person.sees(ANSWER), re.MULTILINE), "all again"
    person.child.sendline(chosen[1])
    shown = " ".join(person.answers("?").split())
    assert "Taken from it: task portrait_animation, conditioning reference_image, domain narrow, serving" in shown
    assert re.search("Of 100 likely ways to answer the rest: (GAN|diffusion|hybrid|evaluate both) [0-9]+", shown)
    person.answers("?")
    assert_on_screen(person, columns)
    before = person.seen.count("Question 2")
    person.answers(*["what"] * 9)
    assert person.seen.count("Question 2") > before, "shown again where it would scroll away"
    person.answers("b")
    assert SITUATION in " ".join(person.sees(ANSWER).split())
    person.interrupts()
    assert person.leaves()[1] == 130


def assert_on_screen(person: Person, columns: int) -> None:
    """The last question is on a screen of 24 lines, with help below it."""
    person.sees(ANSWER)
    lines = person.seen.split("\n")
    assert max(len(line) for line in lines if not line.startswith("Answer")) <= columns
    (*_, question) = [at for at, line in enumerate(lines) if line.startswith("Question ")]
    assert len(lines) - question <= 24
    assert any(line.startswith("'genarch show ") for line in lines[question:])
    person.child.sendline("?")


def test_it_stops_as_good_as_settled_and_more_goes_on(tmp_path: Path) -> None:
    person = Person(tmp_path, "--set", "latency_budget_ms=9", "--set", "task=image_to_image", rules=())
    person.answers("narrow")
    closing = ""
    for _ in range(9):
        closing += person.sees(ANSWER)
        if "As good as settled" in closing:
            break
        person.child.sendline("u")
    said = " ".join(closing.split())
    assert re.search("As good as settled after [0-9] answers: [a-zA-Z ]+, in (9[7-9]|100) of 100 likely ways", said)
    assert "'more' goes on until it is certain." in said
    assert "On which hardware exactly?" in said
    person.child.sendline("more")
    person.sees("Going on until it is certain; d is done.")
    assert re.search(r"Question [0-9]+, (at most [0-9]+ more|the last one): ", person.sees(ANSWER))
    person.child.sendline("d")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    assert person.leaves()[1] == 0


def test_going_on_until_it_is_certain_is_part_of_the_command_that_resumes(tmp_path: Path) -> None:
    told = run("ask", "--plain", "--set", "task=text_to_image", stdin="u\nmore\n", cwd=tmp_path)
    assert told.returncode == 130
    assert told.stderr.endswith("to go on: genarch ask --answers genarch-draft.yaml --certain --plain\n")


def test_hardware_named_where_its_device_is_asked_is_not_asked_again(tmp_path: Path) -> None:
    lines = "rtx 4090\nd\n\n"
    (tmp_path / "s.yaml").write_text("version: 1\nconstraints: {device: edge}\n")
    told = run("ask", "--plain", "--answers", "s.yaml", "--confirm", "--save", "s.yaml", stdin=lines, cwd=tmp_path)
    assert told.returncode == 0
    assert "Taken from it: gpu rtx-4090, device consumer_gpu." in told.stderr
    stated = load_spec(tmp_path / "s.yaml").constraints
    assert (stated["device"], stated["gpu"]) == ("consumer_gpu", "rtx-4090")


def test_hardware_that_is_not_listed_is_taken_when_it_is_named_twice(tmp_path: Path) -> None:
    settled = ("task=text_to_image", "conditioning=text", "domain=broad", "serving=realtime")
    person = Person(tmp_path, *(word for one in settled for word in ("--set", one)), "--save", "s.yaml", rules=())
    person.answers("99", "RX 99999", "RX 99999", "d")
    assert " ".join(person.seen.split()).count("or the same again: hardware need not be listed") == 1
    person.answers("", prompt=CHANGE)
    assert person.leaves()[1] == 0
    assert load_spec(tmp_path / "s.yaml").constraints["gpu"] == "RX 99999"


def test_what_makes_an_answer_usable_is_skipped_or_taken(tmp_path: Path) -> None:
    settled = ("task=text_to_image", "conditioning=text", "domain=broad", "serving=realtime")
    person = Person(tmp_path, *(word for one in settled for word in ("--set", one)), "--save", "s.yaml", rules=())
    asked = [person.answers(line) for line in ("rtx 4090", "", "yes", "a few thousand")]
    assert all("Enter to skip" in " ".join(shown.split()) or "Enter for more" in shown for shown in asked)
    person.answers("", prompt=CHANGE)
    assert person.leaves()[1] == 0
    spec = load_spec(tmp_path / "s.yaml").constraints
    assert (spec["gpu"], spec["commercial_use"]) == ("rtx-4090", True)
    assert spec["images_per_day"] == Range(at_least=2000, at_most=9000)
    assert "resolution_px" not in spec
