"""The example documents, the example repository, the hooks, the action and the container file do what they promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from genarch.documents.settings import ProjectSettings
from genarch.files.io import DOCUMENT_SUFFIXES
from genarch.files.records import fields_of
from genarch.version import PROJECT_URL, __version__

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "examples/docs"
TODAY = "2026-11-24"
EXPECTED = yaml.safe_load((DOCS / "expected.yaml").read_text())
# What is installed for a hook or an action finds its libraries and pip here, so that no test depends on a registry.
OFFLINE = {
    "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_COMPILE": "1",
    "PYTHONPATH": sysconfig.get_path("purelib"), "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "VIRTUALENV_NO_SEED": "1",
}  # fmt: skip
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")


def run(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_"))}
    return subprocess.run([*command], capture_output=True, text=True, cwd=cwd, env={**clean, **env}, check=False)


def genarch(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "genarch", *arguments, cwd=cwd)


def test_what_passes_passes() -> None:
    result = genarch("check", "--today", TODAY, "--fail-on", "note", cwd=DOCS / "pass")
    assert result.returncode == 0, result.stdout


def test_what_fails_is_found_where_it_stands() -> None:
    result = genarch("check", "--today", TODAY, "--format", "json", cwd=DOCS / "fail")
    assert result.returncode == 1
    found: dict[str, list[list[object]]] = {}
    for finding in json.loads(result.stdout)["findings"]:
        found.setdefault(finding["path"], []).append([finding["check"], finding["line"]])
    assert found == EXPECTED


def test_what_was_measured_is_named_by_its_row() -> None:
    """Twenty steps of SDXL take at least 3.98 s on an L4, where 2 s are allowed; the record of few steps passes."""
    result = genarch("check", "--today", TODAY, "--format", "json", "0006-marketing-images.md", cwd=DOCS / "fail")
    errors = [finding for finding in json.loads(result.stdout)["findings"] if finding["severity"] == "error"]
    assert {finding["subject"][0] for finding in errors} >= {"sdxl", "evidence-diffusion-too-slow"}
    assert all("at least 3.98 s on l4 at 1024 px" in finding["message"] for finding in errors)
    assert all("mlperf-v51-sdxl-l4; measured" in finding["message"] for finding in errors)


def test_the_project_s_pages_state_nothing_by_mistake() -> None:
    result = genarch("check", "--format", "json", "README.md", "CONTRIBUTING.md", "docs", cwd=ROOT)
    assert {finding["check"] for finding in json.loads(result.stdout)["findings"]} == {"block-quoted"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The example repository as a repository of its own."""
    folder = tmp_path / "avatar service"
    shutil.copytree(ROOT / "examples/repository", folder)
    run(*GIT, "init", "-q", "-b", "main", cwd=folder)
    run(*GIT, "add", "-A", cwd=folder)
    assert run(*GIT, "commit", "-q", "-m", "one", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def on_path() -> str:
    """A PATH that begins with the genarch of this environment."""
    return f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"


def contradict(repository: Path) -> None:
    record = repository / "docs/adr/0002-generator-for-avatars.md"
    record.write_text(record.read_text().replace("decision: gan", "decision: diffusion"))


def test_the_example_repository_passes_and_a_contradiction_fails(repository: Path) -> None:
    assert genarch("check", "--today", TODAY, cwd=repository).returncode == 0
    contradict(repository)
    assert genarch("check", "--today", TODAY, cwd=repository).returncode == 1
    (repository / "docs/adr/0003-generation-of-scenes.md").write_text("# 3. Scenes\n")
    assert "[block-missing]" in genarch("check", cwd=repository).stdout


def test_its_workflow_runs_step_by_step(repository: Path, on_path: str) -> None:
    workflow = yaml.safe_load((repository / ".github/workflows/design-documents.yml").read_text())
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert steps[0] == f"python3 -P -m pip install genarch=={__version__}"
    summary = repository / "summary.md"
    result = run(
        "bash", "-e", "-c", steps[1], cwd=repository, PATH=on_path, GITHUB_STEP_SUMMARY=str(summary), TRUSTED="HEAD"
    )
    assert result.returncode == 0, result.stderr
    assert summary.read_text().startswith("## Design decisions\n")
    contradict(repository)
    (repository / "genarch.toml").write_text('fail_on = "never"\n')
    result = run(
        "bash", "-e", "-c", steps[1], cwd=repository, PATH=on_path, GITHUB_STEP_SUMMARY=str(summary), TRUSTED="HEAD"
    )
    assert result.returncode == 1
    assert "file=genarch.toml,line=1,col=1,title=settings-weakened" in result.stdout
    assert result.stdout.startswith("::error file=docs/adr/0002-generator-for-avatars.md,line=33,")
    log = json.loads((repository / "genarch.sarif").read_text())
    assert "decision-excluded" in {result["ruleId"] for result in log["runs"][0]["results"]}


def test_its_gitlab_job_runs(repository: Path, on_path: str) -> None:
    job = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())["design-documents"]
    contradict(repository)
    result = run("bash", "-e", "-c", job["script"][1], cwd=repository, PATH=on_path)
    assert result.returncode == 1
    for path in job["artifacts"]["reports"].values():
        assert (repository / path).stat().st_size > 100


NOTHING: Mapping[str, str] = {}


class Action:
    """The action, its steps run as shell in a repository."""

    def __init__(self, repository: Path, tmp_path: Path) -> None:
        self.stated = yaml.safe_load((ROOT / "action.yml").read_text())
        self._repository, self._tmp_path = repository, tmp_path

    def step(
        self, number: int, inputs: Mapping[str, str] = NOTHING, event: Mapping[str, str] = NOTHING
    ) -> subprocess.CompletedProcess[str]:
        given = {name: stated["default"] for name, stated in self.stated["inputs"].items()} | {"python": sys.executable}
        given |= inputs
        stated = self.stated["runs"]["steps"][number]
        assert stated["shell"] == "bash"
        assert "${{" not in stated["run"], "what a person gives is never put into a script"
        known = {**{f"inputs.{name}": value for name, value in given.items()}, **event}
        env = {
            key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: known.get(match[1], ""), text)
            for key, text in stated["env"].items()
        }
        temp = self._tmp_path / "temp"
        places = {"RUNNER_TEMP": str(temp), "GITHUB_STEP_SUMMARY": str(self._tmp_path / "summary.md")}
        places |= {f"GITHUB_{name}": event.get(f"github.{name.lower()}", "") for name in ("REF", "SHA")}
        command = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", stated["run"])
        return run(*command, cwd=self._repository, GITHUB_ACTION_PATH=str(ROOT), **places, **OFFLINE, **env)

    def arguments(self, inputs: Mapping[str, str] = NOTHING, event: Mapping[str, str] = NOTHING) -> list[str]:
        """The arguments that the check is called with, but for where its reports go."""
        done = self.step(1, inputs, event)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[3:]


@pytest.fixture
def action(repository: Path, tmp_path: Path) -> Action:
    return Action(repository, tmp_path)


@pytest.fixture
def stub(action: Action, tmp_path: Path) -> Action:
    """The action with a command in place of genarch that prints its arguments and ends as the file `code` says."""
    command = tmp_path / "temp/genarch/bin/genarch"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit "$(cat "${0%/*}/code")"\n')
    command.chmod(0o755)
    (command.parent / "code").write_text("0")
    return action


def test_the_action_s_steps_run_as_shell(action: Action, repository: Path, tmp_path: Path) -> None:
    contradict(repository)
    python = tmp_path / "a python"  # makes its environment without a pip of its own, which takes longer than all else
    python.write_text(
        f'#!/bin/sh\n[ "$*" = "-P -m venv -- $5" ] && exec "{sys.executable}" -P -m venv --without-pip "$5"\n'
    )
    python.chmod(0o755)
    for name in ("venv", "pip", "hatchling", "tempfile", "json"):
        (repository / f"{name}.py").write_text("raise SystemExit('what is checked out has run')\n")
    done = action.step(0, {"python": str(python)})
    assert done.returncode == 0, done.stderr
    given = {"sarif": "out.sarif", "paths": "docs/adr\r\nREADME.md\n", "changed-since": "HEAD~0"}
    assert (checked := action.step(1, given)).returncode == 1, checked.stderr
    assert checked.stdout.startswith("::error file=docs/adr/0002-generator-for-avatars.md,")
    assert (repository / "out.sarif").exists()
    assert "decision-excluded" in (tmp_path / "summary.md").read_text()


def test_the_action_has_an_input_for_each_setting(stub: Action) -> None:
    settings = {field.key.replace("_", "-") for field in fields_of(ProjectSettings)}
    assert settings | {"allow-empty", "trusted-ref", "config"} <= set(stub.stated["inputs"])
    assert stub.arguments() == ["--", "."]
    given = {
        "rules": "-own.yaml", "fail-on": "note", "severity": "a=off\r\n\nb=note\n", "include": "x y\n*$(id)*", "exclude": "-x",
        "require-block": "docs/**", "baseline": "b.json", "waiver-days": "7", "measurement-days": "9", "measurements": "m.yaml", "cases": "a\nb", "changed-since": "HEAD",
        "config": "c.toml", "evidence": "false", "paths": "--exclude=*\r\n\ndocs\n",
    }  # fmt: skip
    assert stub.arguments(given) == [
        "--rules=-own.yaml", "--fail-on=note", "--severity=a=off", "--severity=b=note", "--include=x y", "--include=*$(id)*",
        "--exclude=-x", "--require-block=docs/**", "--baseline=b.json", "--waiver-days=7", "--measurement-days=9", "--cases=a", "--cases=b",
        "--changed-since=HEAD", "--config=c.toml", "--evidence=m.yaml", "--no-evidence", "--", "--exclude=*", "docs",
    ]  # fmt: skip
    assert stub.arguments({"config": "none", "evidence": "true"}) == ["--no-config", "--", "."]


def test_the_action_trusts_the_base_of_pull_requests_from_forks(stub: Action, repository: Path) -> None:
    base = run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()
    fork = {
        "github.event.pull_request.base.sha": base,
        "github.event.pull_request.head.repo.full_name": "mallory/avatars",
        "github.repository": "acme/avatars",
    }
    gone = {name: value for name, value in fork.items() if "full_name" not in name}  # a fork that was deleted
    own = fork | {"github.event.pull_request.head.repo.full_name": "acme/avatars"}
    push = {"github.repository": "acme/avatars"}
    for event, given, trusted in (
        (fork, "forks", base), (gone, "forks", base), (own, "forks", ""), (push, "forks", ""),
        (fork, "none", ""), (fork, "", ""), (own, base, base), (push, "none-such", "none-such"),
    ):  # fmt: skip
        asked = [f"--trusted-ref={trusted}"] if trusted else []
        assert stub.arguments({"trusted-ref": given}, event) == [*asked, "--", "."]


def test_the_action_trusts_what_github_has_merged_a_pull_request_with(
    stub: Action, repository: Path, tmp_path: Path
) -> None:
    """The base that the event names may be older: what the main branch did since is none of the pull request."""

    def git(*arguments: str) -> str:
        done = run(*GIT, *arguments, cwd=repository)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    old = git("rev-parse", "HEAD")
    git("checkout", "-q", "-b", "topic")
    git("commit", "-q", "--allow-empty", "-m", "parent of the topic")
    head = git("rev-parse", "HEAD")
    git("checkout", "-q", "main")
    git("commit", "-q", "--allow-empty", "-m", "later")
    base = git("rev-parse", "HEAD")
    git("merge", "-q", "--no-ff", "-m", "parent 1\n\nparent 2", "topic")
    merge = git("rev-parse", "HEAD")
    event = {
        "github.event.pull_request.base.sha": old,
        "github.event.pull_request.head.repo.full_name": "mallory/avatars",
        "github.repository": "acme/avatars",
        "github.ref": "refs/pull/7/merge",
        "github.sha": merge,
    }
    own = event | {"github.event.pull_request.head.repo.full_name": "acme/avatars"}
    push = {"github.repository": "acme/avatars", "github.ref": "refs/heads/main", "github.sha": merge}
    for checked_out, happened, given, trusted in (
        (merge, event, "forks", base), (merge, own, "forks", ""), (merge, own, "pull-requests", base),
        (head, event, "forks", old), (head, event | {"github.sha": head, "github.ref": "refs/heads/main"}, "forks", old),
        (merge, push, "pull-requests", ""), (merge, event, "none", ""),
    ):  # fmt: skip
        git("checkout", "-q", "--detach", checked_out)
        asked = [f"--trusted-ref={trusted}"] if trusted else []
        assert stub.arguments({"trusted-ref": given}, happened) == [*asked, "--", "."]
    for depth in ("1", "2"):  # of what is not there, a commit still says what it comes from
        run(*GIT, "clone", "-q", f"--depth={depth}", "--branch=main", f"file://{repository}", depth, cwd=tmp_path)
        vars(stub)["_repository"] = tmp_path / depth
        assert stub.arguments({}, event) == [f"--trusted-ref={base}", "--", "."]
        assert run("git", "cat-file", "-e", base, cwd=tmp_path / depth).returncode == 0


def test_the_action_fetches_the_base_that_a_shallow_clone_lacks(stub: Action, repository: Path, tmp_path: Path) -> None:
    base = run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()
    run(*GIT, "commit", "-q", "--allow-empty", "-m", "two", cwd=repository)
    run(*GIT, "clone", "-q", "--depth=1", f"file://{repository}", "shallow", cwd=tmp_path)
    vars(stub)["_repository"] = tmp_path / "shallow"
    assert run("git", "cat-file", "-e", base, cwd=tmp_path / "shallow").returncode != 0
    stub.arguments({"trusted-ref": base})
    assert run("git", "cat-file", "-e", base, cwd=tmp_path / "shallow").returncode == 0


def test_a_repository_without_blocks_is_no_failure_on_the_first_day(stub: Action, tmp_path: Path) -> None:
    for code, ends in ((3, 0), (1, 1), (2, 2), (4, 4)):
        (tmp_path / "temp/genarch/bin/code").write_text(str(code))
        done = stub.step(1)
        assert (done.returncode, "::warning title=genarch::No document states a spec yet" in done.stdout) == (
            ends,
            code == 3,
        )
        assert stub.step(1, {"allow-empty": "false"}).returncode == code


def test_the_hooks_run_by_the_documented_snippet_from_a_bare_clone(repository: Path, tmp_path: Path) -> None:
    """`pre-commit run` with the hook of what is here, uncommitted changes included."""
    work, bare = tmp_path / "work", tmp_path / "genarch.git"
    files = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).stdout.splitlines()
    for name in files:
        if (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, work / name)
    run(*GIT, "init", "-q", cwd=work)
    run(*GIT, "add", "-A", cwd=work)
    assert run(*GIT, "commit", "-q", "-m", "one", cwd=work).returncode == 0
    assert run(*GIT, "clone", "-q", "--bare", str(work), str(bare), cwd=tmp_path).returncode == 0
    revision = run("git", "rev-parse", "HEAD", cwd=work).stdout.strip()
    (snippet,) = re.findall(
        r"```yaml\n# \.pre-commit-config\.yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL
    )
    assert f"repo: {PROJECT_URL}\n" in snippet
    snippet = snippet.replace(PROJECT_URL, f"file://{bare}").replace("COMMIT", revision)
    config = tmp_path / "hooks.yaml"
    config.write_text(snippet)
    command = (sys.executable, "-m", "pre_commit", "run", "--config", str(config), "--all-files", "--verbose")
    places = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    passed = run(*command, cwd=repository, **places, **OFFLINE)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "1 decision: no findings" in passed.stdout
    contradict(repository)
    (repository / "--exclude=*.md").write_text("# A\n")
    run(*GIT, "add", "-A", cwd=repository)
    failed = run(*command, cwd=repository, **places, **OFFLINE)
    assert failed.returncode == 1
    assert "[decision-excluded]" in failed.stdout


def test_what_others_publish_is_pinned() -> None:
    texts = {
        path: path.read_text()
        for path in (
            ROOT / "docs/ci.md", ROOT / "docs/untrusted.md", ROOT / "Dockerfile", ROOT / "action.yml",
            *(ROOT / "examples/repository").glob(".git*/**/*.y*ml"), ROOT / "examples/repository/.gitlab-ci.yml",
        )
    }  # fmt: skip
    uses = {use for text in texts.values() for use in re.findall(r"uses: (.*)", text)}
    pinned = {use for use in uses if re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)}
    assert uses - pinned == {f"{PROJECT_URL.removeprefix('https://github.com/')}@COMMIT"}
    assert len(pinned) == 2, "of one action one version"
    images = {image for text in texts.values() for image in re.findall(r"(?m)^(?:FROM| +image:) (\S+)", text)}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim@sha256:[0-9a-f]{64}", images.pop())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    constraints = (ROOT / "constraints.txt").read_text().splitlines()
    assert set(project["build-system"]["requires"]) <= set(constraints)


def test_the_project_has_one_address() -> None:
    """That of pyproject.toml; CONTRIBUTING.md says how to change it everywhere."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["urls"]["Repository"] == PROJECT_URL
    texts = [path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))]
    named = {name for text in texts for name in re.findall(r"(?:github\.com/|uses: )([\w.-]+/genarch)\b", text)}
    assert named == {PROJECT_URL.removeprefix("https://github.com/")}


def test_nothing_that_is_checked_out_runs_where_genarch_is_installed() -> None:
    """Without -P, `python -m` takes modules of the current folder before its own."""
    sources = [ROOT / "docs/ci.md", ROOT / "action.yml", ROOT / "examples/repository/.gitlab-ci.yml"]
    sources += (ROOT / "examples/repository/.github/workflows").iterdir()
    called = [
        line for path in sources for line in path.read_text().splitlines() if re.search(r"\s-m (pip|venv)\b", line)
    ]
    assert len(called) >= 6
    assert all(" -P -m " in line for line in called)


def test_the_hooks_are_for_what_they_say() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["genarch-check", "genarch-check-specs"]
    documents = re.compile(hooks[0]["files"])
    assert all(documents.search(f"a b/c{end}") and documents.search(f"C{end.upper()}") for end in DOCUMENT_SUFFIXES)
    assert not any(documents.search(name) for name in ("md", "a.mdc", "a.md.txt", "a_md", "genarch.yaml"))
    files = re.compile(hooks[1]["files"])
    assert [bool(files.search(name)) for name in ("genarch.yaml", "a/b.genarch.yaml", "xgenarch.yaml", "genarch.yml")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_the_container_file_copies_what_there_is_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    for line in lines:
        if line.startswith("COPY") and "--from" not in line:
            assert all((ROOT / name).exists() for name in line.split()[1:-1]), line
    assert [line for line in lines if line.startswith("USER")] == ["USER genarch"]
    assert lines[-2:] == ['ENTRYPOINT ["/opt/genarch/bin/genarch"]', 'CMD ["check"]']
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert not {"src", "rules", "pyproject.toml", "README.md", "LICENSE"} & set(ignored)
