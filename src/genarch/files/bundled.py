"""What comes with genarch: the rule tables, by id or path, the evidence catalogue, cases, and what is checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from genarch.engine.constraints import Answers, GpuNames
from genarch.engine.findings import Severity
from genarch.engine.forms import HIDDEN
from genarch.engine.matching import Extended
from genarch.engine.precedents import Precedent, Similarity, Weights, agreement
from genarch.engine.precedents import precedents as beside_cases
from genarch.engine.rules import RuleTable
from genarch.engine.spec import Case, Origin, Spec
from genarch.errors import nearest
from genarch.files.cache import cached, rules_folder
from genarch.files.io import read_text, refuse
from genarch.files.records import read_record
from genarch.values import NamedTuple

if TYPE_CHECKING:
    from genarch.engine.likely import Likely, Questionnaire
    from genarch.evidence.catalogue import Catalogue

_T = TypeVar("_T")

DEFAULT_TABLE = "field"

OWN_NAME = "genarch-evidence.yaml"
"""The file of a team's own measurements beside a spec."""

CATALOGUE_FILES: Mapping[str, tuple[str, ...]] = {
    "catalogue.yaml": (),
    "sources.yaml": ("sources", "rejected"),
    "models.yaml": ("models",),
    "measurements.yaml": ("measurements",),
    "hardware.yaml": ("hardware",),
    "compute.yaml": ("components", "multipliers", "efficiency", "calibration_points"),
    "prices.yaml": ("prices", "examples"),
    "claims.yaml": ("claims",),
}
"""The files of the catalogue, in the order that its digest is taken, each with the parts that it holds."""


def bundled_tables() -> dict[str, str]:
    """Id to path of each bundled table."""
    folder = rules_folder()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): os.path.join(folder, name) for name in names}


def digest(contents: list[bytes]) -> str:
    """The digest of a table read from these files, in order of extension."""
    from hashlib import sha256  # loads OpenSSL, for tables that are not kept

    return f"sha256:{sha256(b''.join(sha256(content).digest() for content in contents)).hexdigest()}"


def table_files(which: str) -> list[str]:
    """The files that a table given by path is read from; none for a bundled one."""
    if which in bundled_tables() or not os.path.exists(which):
        return []
    from genarch.files.table_reader import chain_of

    return [file.document.path for file in chain_of(which)]


def table_path(which: str) -> str:
    """The path of a table given by the id of a bundled one or by path.

    Raises:
        InputError: when there is no such table.
    """
    bundled = bundled_tables()
    if which in bundled:
        return bundled[which]
    if not os.path.exists(which) and not os.path.splitext(which)[1] and os.path.basename(which) == which:
        hint = nearest(which, bundled) or f"; bundled are: {', '.join(bundled)}"
        raise refuse(which, f"no bundled table and no file of this name{hint}")
    return which


@cache
def base_of(rules: RuleTable) -> RuleTable | None:
    """The bundled table that a table extends, where it is still the one that was extended; else None."""
    name = rules.header.extends.partition("@")[0]
    if not name or name not in bundled_tables():
        return None
    base = load_rules(name, evidence=False)
    return base if base.name == rules.header.extends else None


def load_rules(which: str | os.PathLike[str] = DEFAULT_TABLE, *, evidence: bool = True) -> RuleTable:
    """A rule table, by the id of a bundled one or by path; with `evidence`, also what was measured decides by it.

    Raises:
        InputError: when there is no such table, or with every problem of the file.
    """
    name = os.fspath(which)
    path = table_path(name)
    rules = bundled_table(name, path) if path != name else _read_table(path)
    return _with_evidence(rules) if evidence else rules


class _WithEvidence(RuleTable):
    """A rule table to which the evidence catalogue adds what it says of the hardware that a spec states."""

    def on_hardware(self, stated: Answers, *, around: bool = False) -> RuleTable:
        """The table with the rules of evidence, of which the catalogue is read where something is stated for it."""
        from genarch.engine.spec import with_implied

        answers = with_implied(stated)
        if "commercial_use" not in answers and "device_memory_gb" not in answers and not answers.keys() >= _TIMED:
            return self
        context = (around, stated.get("device_memory_gb"), *(answers.get(name) for name in READ_BY_EVIDENCE))
        known: dict[object, RuleTable] = vars(self).setdefault("known", {})
        if context not in known:
            table: RuleTable = self
            if around:
                from genarch.evidence.around import elsewhere as adds

                table = self.on_hardware(stated)
            else:
                from genarch.evidence.standing import instantiated as adds
            added = adds(stated, self, catalogue_of(self))
            if len(known) >= _KNOWN:
                known.clear()
            known[context] = Extended.of(table, added) if added else table
        return known[context]

    def agreement(self, stated: Answers) -> Mapping[str, float]:
        """How documented cases like it are spread over families, where what that is worth is known."""
        if self.header.calibration is None:
            return {}
        return agreement(beside_cases(stated, [*own_cases(self), *bundled_cases()], load_weights()))


def with_own_cases(rules: RuleTable, own: Sequence[Case]) -> RuleTable:
    """The table with a team's own cases, which count beside the bundled ones wherever it is used."""
    return _holding(rules, own=tuple(own))


def own_cases(rules: RuleTable) -> tuple[Case, ...]:
    """A team's own cases that a table was given."""
    own: tuple[Case, ...] = getattr(rules, "own", ())
    return own


def _holding(rules: RuleTable, **held: object) -> RuleTable:
    """A copy of a table that a team's own cases or evidence are used by, beside those that it has."""
    table = (_Holding if type(rules) is RuleTable else type(rules))(*rules)
    vars(table).update({name: getattr(rules, name) for name in _HELD if hasattr(rules, name)} | held)
    return table


class _Holding(RuleTable):
    """A rule table without the evidence catalogue, that is used by a team's own cases or evidence."""


_HELD = ("own", "catalogue")


def with_own_evidence(rules: RuleTable, paths: Sequence[str]) -> RuleTable:
    """The table with the measurements in a team's own files, which count before the published ones wherever it is used.

    Raises:
        InputError: with every problem of the files.
    """
    from genarch.files.catalogue_reader import with_own  # not for whoever has none

    return _holding(rules, catalogue=with_own(catalogue_of(rules), paths)) if paths else rules


def catalogue_of(rules: RuleTable) -> Catalogue:
    """The catalogue that a table is used with: the bundled one, or that with a team's own evidence."""
    catalogue: Catalogue | None = getattr(rules, "catalogue", None)
    return catalogue or load_catalogue()


_TIMED = frozenset({"device", "resolution_px", "latency_budget_ms"})
READ_BY_EVIDENCE = (
    "task",
    "conditioning",
    "commercial_use",
    "training",
    "device_memory_gb",
    "gpu",
    "device",
    "resolution_px",
    "latency_budget_ms",
)
"""What the rules of evidence hang on, beside what a gpu implies."""

_KNOWN = 500
"""Tables that are kept for specs that say the same of what evidence reads."""

_with_evidence = cache(lambda rules: _WithEvidence(*rules))


@cache
def bundled_table(name: str, path: str) -> RuleTable:
    """A bundled table, as one object, so that what is worked out of it is worked out once."""
    return cached(name, list(bundled_tables().values()), RuleTable, lambda: _read_table(path))


def _read_table(path: str) -> RuleTable:
    from genarch.files.table_reader import read_table  # not for whoever finds what was kept

    return read_table(path)


def evidence_folder() -> str:
    """Where the catalogue's files are."""
    return os.path.join(rules_folder(), "evidence")


@cache
def load_catalogue() -> Catalogue:
    """The catalogue, with the estimator fitted to it.

    Raises:
        InputError: with every problem, where a file was changed and is not valid.
    """
    from genarch.evidence.catalogue import Catalogue, Contents  # not for whoever wants the names of GPUs

    folder = evidence_folder()

    def read() -> Contents:
        from genarch.files.catalogue_reader import read_fitted

        return read_fitted(folder)

    paths = [os.path.join(folder, name) for name in CATALOGUE_FILES]
    return Catalogue(**cached("evidence", paths, Contents, read)._asdict())


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


@cache
def bundled_cases() -> tuple[Case, ...]:
    """The documented cases that come with genarch; their origins are where they stand in its source.

    Raises:
        InputError: with every problem, where a file was changed and is not valid.
    """
    folder = os.path.join(rules_folder(), "cases")
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".yaml")]

    def read() -> tuple[Case, ...]:
        from genarch.files.specs import load_cases  # not for whoever finds what was kept

        cases = load_cases(paths, load_rules(evidence=False).verdicts)
        origins = (Origin(f"rules/cases/{os.path.basename(case.origin.path)}", case.origin.line) for case in cases)
        return tuple(case._replace(origin=origin) for case, origin in zip(cases, origins, strict=True))

    return cached("cases", paths, tuple[Case, ...], read)


@cache
def load_weights() -> Weights:
    """The weights that similarity goes by, which `scripts/fit_similarity.py` fits.

    Raises:
        InputError: with every problem, where the file was changed and is not valid.
    """
    path = os.path.join(rules_folder(), "precedents", "similarity.yaml")

    return cached("similarity", [path], Weights, lambda: _valid(path, Similarity).weights)


@cache
def load_questionnaire() -> Questionnaire:
    """What questions go by beside rules and cases.

    Raises:
        InputError: with every problem, where the file was changed and is not valid.
    """
    from genarch.engine.likely import Questionnaire  # not for whoever asks nothing

    path = os.path.join(rules_folder(), "questionnaire", "questions.yaml")

    return cached("questionnaire", [path], Questionnaire, lambda: _valid(path, Questionnaire))


def _valid(path: str, kind: type[_T]) -> _T:
    """What a bundled file holds; InputError has every problem of it."""
    record = read_record(path, kind)
    record.document.check()
    return record.value


def likely_by(rules: RuleTable) -> Likely:
    """What answers go together, by the documented cases and a team's own."""
    from genarch.engine.likely import Likely  # likewise

    return Likely([*own_cases(rules), *bundled_cases()], load_weights())


def precedents(spec: Spec, own: Sequence[Case] = ()) -> tuple[Precedent, ...]:
    """The documented cases beside a spec, and a team's own, those most alike first.

    Raises:
        InputError: where a file that comes with genarch was changed and is not valid.
    """
    return beside_cases(spec.constraints, [*own, *bundled_cases()], load_weights())


Waivable = Literal["never", "with_reason", "with_approval"]
"""Who may waive a finding: nobody, whoever gives a reason, or whoever also names who approved it."""


class Check(NamedTuple):
    """One thing that is checked; `rationale` says why it matters and what to do about it.

    `message` is a template, with the words that the finding gives; where the code has several it is one of them.

    `fails` and `passes` are examples of what it finds and of what it leaves alone, empty where one file alone cannot
    show it.
    """

    title: str
    severity: Severity
    rationale: str
    id: Annotated[str, HIDDEN] = ""
    waivable: Waivable = "with_reason"
    fails: Annotated[str, HIDDEN] = ""
    passes: Annotated[str, HIDDEN] = ""
    message: str = "{message}"


class Checks(Mapping[str, Check]):
    """Check by id, in the order of the ids; each is a folder with a `check.yaml`, read when it is asked for."""

    def __init__(self, subject: Literal["documents", "tables"]) -> None:
        """The checks on a subject, which is the name of their folder."""
        self._subject = subject
        self._read: dict[str, Check] = {}

    @cached_property
    def _folders(self) -> Mapping[str, str]:
        above = os.path.join(rules_folder(), "checks", self._subject)
        return {name: os.path.join(above, name) for name in sorted(os.listdir(above))}

    def __getitem__(self, name: str) -> Check:
        """The check of this id.

        Raises:
            KeyError: when there is none.
        """
        if name not in self._read:
            folder = self._folders[name]
            examples = [os.path.join(folder, f"{kind}.md") for kind in ("fails", "passes")]
            fails, passes = (read_text(path) if os.path.exists(path) else "" for path in examples)
            check = read_record(os.path.join(folder, "check.yaml"), Check).value
            self._read[name] = check._replace(id=name, fails=fails, passes=passes)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)


DOCUMENT_CHECKS = Checks("documents")
TABLE_CHECKS = Checks("tables")
