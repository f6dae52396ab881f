"""Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.

In Python:

    from genarch import evaluate, load_rules, load_spec

    evaluation = evaluate(load_spec("genarch.yaml"), load_rules())
    print(evaluation.verdict.verdict, evaluation.verdict.confidence)
"""

from typing import TYPE_CHECKING, Any

from genarch.errors import GenarchError, InputError, Problem, UnknownIdError
from genarch.files.bundled import load_rules
from genarch.files.specs import load_spec, parse_spec, validate_spec
from genarch.table.constraints import GpuNames, read_gpu_names_by
from genarch.table.rules import RuleTable
from genarch.table.scoring import Evaluation, Verdict, decide, evaluate
from genarch.table.spec import Spec
from genarch.version import __version__

if TYPE_CHECKING:
    from genarch.evidence.assessment import assess
    from genarch.files.bundled import load_catalogue
    from genarch.table.explore import Exploration, explore

__all__ = [
    "Evaluation",
    "Exploration",
    "GenarchError",
    "InputError",
    "Problem",
    "RuleTable",
    "Spec",
    "UnknownIdError",
    "Verdict",
    "__version__",
    "assess",
    "decide",
    "evaluate",
    "explore",
    "load_catalogue",
    "load_rules",
    "load_spec",
    "parse_spec",
    "validate_spec",
]


def _gpu_names() -> GpuNames:
    from genarch.files.bundled import load_gpu_names

    return load_gpu_names()


read_gpu_names_by(_gpu_names)


def __getattr__(name: str) -> Any:
    """Exploration and evidence are imported when asked for: whoever wants a verdict only does not wait for them."""
    if name in ("Exploration", "explore"):
        from genarch.table import explore as exploration

        return getattr(exploration, name)
    if name == "assess":
        from genarch.evidence.assessment import assess

        return assess
    if name == "load_catalogue":
        from genarch.files.bundled import load_catalogue

        return load_catalogue
    raise AttributeError(f"module 'genarch' has no attribute {name!r}")
