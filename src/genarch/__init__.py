"""Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.

In Python:

    from genarch import load_spec, report_on

    report = report_on(load_spec("genarch.yaml"))
    print(report.verdict.verdict, report.verdict.confidence)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from genarch.engine.constraints import Range, read_gpu_names_by
from genarch.engine.evaluation import Evaluation, evaluate
from genarch.engine.rules import RuleTable
from genarch.engine.scoring import Verdict, decide
from genarch.engine.spec import Spec
from genarch.errors import GenarchError, InputError, Problem, UnknownIdError
from genarch.files.bundled import bundled_cases, load_catalogue, load_gpu_names, load_rules, precedents
from genarch.files.specs import load_spec, parse_spec, validate_spec
from genarch.version import __version__

if TYPE_CHECKING:
    from genarch.columns.frames import table
    from genarch.engine.explore import Exploration, explore
    from genarch.evidence.assessment import assess
    from genarch.reports.evaluation import Evaluated
    from genarch.reports.reporting import cost, report_on, to_html, to_markdown

__all__ = [
    "Evaluated",
    "Evaluation",
    "Exploration",
    "GenarchError",
    "InputError",
    "Problem",
    "Range",
    "RuleTable",
    "Spec",
    "UnknownIdError",
    "Verdict",
    "__version__",
    "assess",
    "bundled_cases",
    "cost",
    "decide",
    "evaluate",
    "explore",
    "load_catalogue",
    "load_rules",
    "load_spec",
    "parse_spec",
    "precedents",
    "report_on",
    "table",
    "to_html",
    "to_markdown",
    "validate_spec",
]

read_gpu_names_by(load_gpu_names)

_LATE = {
    "assess": "evidence.assessment",
    "cost": "reports.reporting",
    "Evaluated": "reports.evaluation",
    "Exploration": "engine.explore",
    "explore": "engine.explore",
    "table": "columns.frames",
    "report_on": "reports.reporting",
    "to_html": "reports.reporting",
    "to_markdown": "reports.reporting",
}
"""What is imported when asked for, and where it is: whoever wants a verdict only does not wait for it."""


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(f"genarch.{_LATE[name]}"), name)
    raise AttributeError(f"module 'genarch' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
