"""What is kept of the bundled files: never anything but what they hold, wherever they are and whatever was kept."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch import InputError, RuleTable, load_rules
from genarch.engine.constraints import GpuNames
from genarch.files import bundled, cache
from genarch.files.cache import FOLDER, cached
from genarch.files.table_reader import read_table

NAMES = GpuNames({"t4": ("datacenter_gpu",)}, {"tesla-t4": "t4"})


class Reader:
    def __init__(self, value: GpuNames = NAMES) -> None:
        self.value = value
        self.calls = 0

    def __call__(self) -> GpuNames:
        self.calls += 1
        return self.value


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "hardware.yaml"
    path.write_text("hardware: []\n")
    return path


def kept(source: Path) -> Path:
    return source.parent / FOLDER / "gpus.json"


def load(source: Path, read: Reader) -> GpuNames:
    return cached("gpus", [str(source)], GpuNames, read)


def test_what_was_read_once_is_not_read_again(source: Path) -> None:
    read = Reader()
    assert load(source, read) == load(source, read) == NAMES
    assert read.calls == 1
    assert [path.name for path in kept(source).parent.iterdir()] == ["gpus.json"]


def test_a_changed_file_is_read_again(source: Path) -> None:
    read = Reader()
    load(source, read)
    source.write_text("hardware: [] # changed\n")
    read.value = GpuNames({}, {})
    assert load(source, read) == load(source, read) == read.value
    assert read.calls == 2


def test_another_version_or_other_code_reads_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Reader()
    load(source, read)
    monkeypatch.setattr(cache, "_maker", lambda: "another")
    load(source, read)
    assert read.calls == 2


@given(st.data())
def test_a_damaged_copy_is_read_again(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    source = tmp_path_factory.mktemp("damaged") / "hardware.yaml"
    source.write_text("hardware: []\n")
    load(source, Reader())
    whole = kept(source).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 3)) :]
    kept(source).write_bytes(damaged)
    read = Reader()
    assert load(source, read) == NAMES
    assert read.calls == (damaged != whole)
    assert kept(source).read_bytes() == whole


def test_a_place_that_takes_no_files_is_read_each_time(source: Path) -> None:
    kept(source).parent.write_text("a file where the folder would be")
    read = Reader()
    assert load(source, read) == load(source, read) == NAMES
    assert read.calls == 2


def test_a_folder_in_the_place_of_the_file_is_left_alone(source: Path) -> None:
    kept(source).mkdir(parents=True)
    read = Reader()
    assert load(source, read) == load(source, read) == NAMES
    assert read.calls == 2


def test_a_mistake_is_told_each_time_and_nothing_is_kept(source: Path) -> None:
    def refused() -> GpuNames:
        raise InputError([])

    for _ in range(2):
        with pytest.raises(InputError):
            cached("gpus", [str(source)], GpuNames, refused)
    assert not kept(source).exists()


def test_many_at_once_keep_one_whole_copy(source: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda _: load(source, Reader()), range(64)))
    assert values == [NAMES] * 64
    assert [path.name for path in kept(source).parent.iterdir()] == ["gpus.json"]
    json.loads(kept(source).read_text().split("\n", 1)[1])


@pytest.fixture
def rules(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled tables, in their place."""
    for path in (root / "rules").glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    monkeypatch.setattr(bundled, "rules_folder", lambda: str(tmp_path))
    monkeypatch.setattr(bundled, "bundled_table", functools.cache(bundled.bundled_table.__wrapped__))
    return tmp_path


def test_a_bundled_table_is_kept_as_it_is(rules: Path, article: RuleTable) -> None:
    read = load_rules("article")
    assert [path.name for path in (rules / FOLDER).iterdir()] == ["article.json"]
    bundled.bundled_table.cache_clear()
    again = load_rules("article")
    assert again is not read
    assert tuple(again) == tuple(read) == tuple(article)


def test_a_changed_table_is_read_again_with_those_that_extend_it(rules: Path) -> None:
    before = load_rules("field")
    with (rules / "article.yaml").open("a") as file:
        file.write("\n# changed\n")
    bundled.bundled_table.cache_clear()
    after = load_rules("field")
    assert after.header.digest != before.header.digest
    assert after.header.digest == read_table(str(rules / "field.yaml")).header.digest


def test_what_is_kept_is_taken_without_yaml_or_pydantic() -> None:
    load_rules()
    code = "import sys; from genarch import load_rules; load_rules(); assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
