"""Tables of specs, a column for each constraint: rule tables compiled to look-ups, columns in, verdicts out.

They need numpy and pyarrow, which nothing else imports.
"""

from importlib.util import find_spec

from genarch.errors import MissingExtraError

if missing := [name for name in ("numpy", "pyarrow") if find_spec(name) is None]:
    raise MissingExtraError(
        f"tables of specs need {' and '.join(missing)}; install with: pip install {' '.join(missing)} "
        "(genarch's extra tables has them)"
    )
