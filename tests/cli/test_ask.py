"""`genarch ask` in a real terminal, from a pipe, and where there is neither."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pexpect
import pytest

from genarch import load_spec

ANSWER = r"Answer \([^)]*\): "
CHANGE = r"Change which\? \([^)]*\): "
SAVE = r"Save the answers\? \([^)]*\): "
ARTICLE = ["--rules", "article"]
"""The table whose questions these conversations answer."""
FAST = ["--set", "latency_budget_ms=9"]
"""With this, `emerging` and `text` settle it: only a hybrid is left."""


class Person:
    """Someone at a terminal."""

    def __init__(self, folder: Path, *options: str, columns: int = 80, **env: str) -> None:
        self.folder = folder
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "genarch", "ask", *ARTICLE, *options],
            cwd=str(folder),
            dimensions=(50, columns),
            encoding="utf-8",
            env={**os.environ, **env},
            timeout=20,
        )
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

    def leaves(self) -> tuple[str, int | None]:
        """The rest of what is shown, and the exit code."""
        rest = self.child.read().replace("\r\n", "\n")
        self.raw += rest
        self.seen += plain(rest)
        self.child.close()
        return plain(rest), self.child.exitstatus


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def piped(folder: Path, *options: str, lines: Sequence[str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "genarch", "ask", *ARTICLE, *options],
        input=None if lines is None else "".join(f"{line}\n" for line in lines),
        stdin=subprocess.DEVNULL if lines is None else None,
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )


def test_a_whole_run(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    assert "Question 1, at most 10 more: " in person.answers("emerging")
    learnt = person.answers("text")
    assert "Still possible: " in learnt
    assert "Ruled out: " in learnt
    review = person.answers("", prompt=CHANGE)
    settled = (
        "Settled by the rules after 3 answers: hybrid; what was measured counts once gpu and resolution_px are stated."
    )
    assert settled in " ".join(review.split())
    assert "(text-excludes-plain-gan fires)" in " ".join(review.split())
    assert re.search(r"1 +conditioning +text\n +2 +latency_budget_ms +9 ms\n +3 +maturity +emerging\n", review)
    report = person.answers("mine.yaml", prompt=SAVE)
    assert "hybrid" in report
    rest, code = person.leaves()
    assert code == 0
    assert "genarch: saved mine.yaml and genarch-spec.schema.json" in rest
    assert load_spec(tmp_path / "mine.yaml").constraints == {
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
    shown = person.answers("emerging")
    assert re.search(r"Rules that read it:\n  .*\n    [a-z-]+: .*\([A-Z]\d", shown, re.DOTALL)
    assert "'genarch show maturity' has more" in shown
    person.answers("b")
    assert "Answer (Enter for emerging): " in person.answers("")
    assert "Question 2, " in person.answers("text")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    assert person.leaves()[1] == 0


def test_a_wrong_answer_is_explained_and_nothing_is_lost(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST, "--save", "s.yaml")
    person.answers("newest", "", "3", "2", "text")
    person.answers("", prompt=CHANGE)
    person.leaves()
    told = " ".join(person.seen.split())
    assert "'newest' is not in the list; type a number from 1 to 2, or u" in told
    assert "No default here; type an answer, or u if nobody knows." in told
    assert "'3' is not in the list" in told
    assert load_spec(tmp_path / "s.yaml").constraints["maturity"] == "emerging"


def test_the_table_of_answers_is_edited_by_number_and_by_name(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    person.answers("emerging", "text")
    person.answers("9", "latency", "2", prompt=CHANGE)
    assert "Answer (Enter for 9 ms): " in person.answers("20 fps")
    person.answers("maturity", prompt=CHANGE)
    person.answers("")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    _, code = person.leaves()
    assert code == 0
    told = " ".join(person.seen.split())
    assert "'9' is neither a number of the list nor a field." in told
    assert "'latency' is neither a number of the list nor a field; did you mean 'latency_budget_ms'?." in told
    assert "latency_budget_ms 50 ms" in told
    assert list(tmp_path.iterdir()) == []


def test_a_contradiction_is_told_when_it_comes_up(tmp_path: Path) -> None:
    person = Person(tmp_path, "--fixed", "--set", "task=text_to_image")
    person.answers("0")
    shown = " ".join(person.sees(ANSWER).split())
    assert "This contradicts an earlier answer: " in shown
    assert "(inconsistent-text-to-image-without-text) b goes back." in shown
    person.child.sendintr()
    assert person.leaves()[1] == 130


@pytest.mark.parametrize("end", ["ctrl-c", "ctrl-d"])
def test_broken_off_the_answers_are_kept_and_resumed(end: str, tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST)
    person.answers("emerging")
    person.sees(ANSWER)
    person.child.sendintr() if end == "ctrl-c" else person.child.sendeof()
    rest, code = person.leaves()
    assert code == 130
    assert "genarch: interrupted; the answers so far are in genarch-draft.yaml" in rest
    assert rest.endswith("genarch: to go on: genarch ask --answers genarch-draft.yaml --rules article\n")
    assert "\x1b[?" not in person.raw
    assert "schema.json" not in " ".join(path.name for path in tmp_path.iterdir())

    again = Person(tmp_path, "--answers", "genarch-draft.yaml", "--save", "done.yaml")
    assert "Question 1, at most " in again.answers("text")
    again.answers("", prompt=CHANGE)
    rest, code = again.leaves()
    assert code == 0
    assert "genarch-draft.yaml is a draft of it, and no longer needed" in " ".join(rest.split())
    spec = load_spec(tmp_path / "done.yaml")
    assert (spec.id, spec.constraints["maturity"], spec.constraints["latency_budget_ms"]) == ("done", "emerging", 9)


def test_broken_off_before_the_first_answer_leaves_nothing(tmp_path: Path) -> None:
    person = Person(tmp_path)
    person.sees(ANSWER)
    person.child.kill(signal.SIGINT)
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
    assert rest.endswith("genarch: to go on: genarch ask --answers s.yaml --save s.yaml --rules article --fixed\n")
    assert (tmp_path / "s.yaml").read_text() == f"{start}  task: portrait_animation\n"


@pytest.mark.parametrize(
    ("columns", "env"),
    [(20, {}), (40, {}), (80, {}), (40, {"NO_COLOR": "1"}), (80, {"TERM": "dumb"})],
    ids=str,
)
def test_every_line_fits_and_a_plain_terminal_gets_plain_text(
    columns: int, env: dict[str, str], tmp_path: Path
) -> None:
    person = Person(tmp_path, "--fixed", columns=columns, **env)
    person.answers("?", "u", "?", "0")
    person.sees(ANSWER.replace(" ", r"\s+"))
    person.child.sendintr()
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
    person.child.sendintr()
    person.leaves()


def test_all_goes_on_after_it_is_settled_and_d_is_done(tmp_path: Path) -> None:
    person = Person(tmp_path, *FAST, "--set", "maturity=emerging", "--set", "conditioning=text", "--all")
    shown = " ".join(person.answers("d").split())
    assert "Settled by the rules after 3 answers: hybrid;" in shown
    assert "Asking on; d is done." in shown
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
    person.answers("", prompt=CHANGE)
    person.answers("", prompt=SAVE)
    assert person.leaves()[1] == 0
    assert (tmp_path / "s.yaml").read_text() == (
        "version: 1\nconstraints: {maturity: emerging, conditioning: [text], latency_budget_ms: 20}\n"
    )


def test_the_report_goes_to_standard_output_and_the_questions_do_not(tmp_path: Path) -> None:
    shell = f"{sys.executable} -m genarch ask --set latency_budget_ms=9 --format jsonl > report.json"
    person = Person(tmp_path)
    person.child.close(force=True)
    person.child = pexpect.spawn("/bin/sh", ["-c", shell], cwd=str(tmp_path), encoding="utf-8", timeout=20)
    person.answers("emerging", "text")
    person.answers("", prompt=CHANGE)
    person.answers("n", prompt=SAVE)
    assert person.leaves()[1] == 0
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "hybrid"


def test_without_a_terminal_it_says_what_is_open_and_how_to_answer(tmp_path: Path) -> None:
    told = piped(tmp_path, *FAST)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("genarch: no terminal to ask on, and 11 questions are open; ")
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
    told = piped(tmp_path, "--plain", *FAST, "--save", "s.yaml", lines=["oops", "emerging", "text"])
    assert told.returncode == 0
    assert "'oops' is not in the list" in told.stderr
    assert "\x1b" not in told.stderr + told.stdout
    assert load_spec(tmp_path / "s.yaml").constraints["conditioning"] == frozenset({"text"})


def test_piped_answers_that_end_too_soon_are_kept(tmp_path: Path) -> None:
    told = piped(tmp_path, "--plain", *FAST, lines=["emerging"])
    assert told.returncode == 130
    assert told.stderr.endswith("genarch: to go on: genarch ask --answers genarch-draft.yaml --rules article --plain\n")


def test_input_that_is_no_text_is_answered_like_any_other_mistake(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "genarch", "ask", *ARTICLE, "--plain", *FAST],
        input=b"\xff\xfe\x00\n" + b"9" * 100_000 + b"\n\xe2\x80\xae\nemerging\ntext\n",
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert told.returncode == 0
    assert b"Traceback" not in told.stderr
    assert b" ".join(told.stderr.split()).count(b"is not in the list") == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--save", "there.yaml"], "there.yaml: exists already; start from it with --answers, or save to another file"),
        (["--save", "no/where.yaml"], "no/where.yaml: cannot be written: its folder does not exist"),
        (["--save", ""], "--save: names no file; name one"),
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
    person.answers("emerging")
    person.sees(ANSWER)
    folder.rmdir()
    person.child.sendintr()
    rest, code = person.leaves()
    assert code == 130
    assert rest.endswith("to go on: genarch ask --rules article --set latency_budget_ms=9 --set maturity=emerging\n")


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
        "the answers, to state them again: genarch ask --rules article --plain --set domain=narrow --set latency_budget_ms=33"
        in result.stderr
    )


def test_at_the_list_of_answers_b_goes_back_and_help_is_given(tmp_path: Path) -> None:
    result = piped(tmp_path, "--plain", "--fixed", lines=["10", "d", "?", "b", "11", "d", ""])
    assert "Each answer can be changed" in result.stderr
    assert "Change task" in result.stderr
