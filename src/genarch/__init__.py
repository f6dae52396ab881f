"""Tell which generative image architecture a deployment can live with: a GAN, a diffusion model, or a hybrid.

In Python:

    from genarch import evaluate, load_rules, load_spec

    evaluation = evaluate(load_spec("genarch.yaml"), load_rules())
    print(evaluation.verdict.verdict, evaluation.verdict.confidence)
"""

from typing import TYPE_CHECKING, Any

from genarch.engine.scoring import decide, evaluate
from genarch.errors import GenarchError, InputError, Problem, UnknownIdError
from genarch.model.evaluation import Evaluation, Verdict
from genarch.model.spec import Spec
from genarch.model.table import RuleTable
from genarch.model.version import __version__
from genarch.sources.rule_table import load_rules
from genarch.sources.spec_file import load_spec, parse_spec, validate_spec

if TYPE_CHECKING:
    from genarch.engine.evidence.assessment import assess
    from genarch.engine.exploration import Exploration, explore
    from genarch.sources.evidence.load import load_catalogue

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


def __getattr__(name: str) -> Any:
    """Exploration and evidence are imported when asked for: whoever wants a verdict only does not wait for them."""
    if name in ("Exploration", "explore"):
        from genarch.engine import exploration

        return getattr(exploration, name)
    if name == "assess":
        from genarch.engine.evidence.assessment import assess

        return assess
    if name == "load_catalogue":
        from genarch.sources.evidence.load import load_catalogue

        return load_catalogue
    raise AttributeError(f"module 'genarch' has no attribute {name!r}")
