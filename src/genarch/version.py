"""The one place that states genarch's version."""

__version__ = "0.1.0"

PROJECT_URL = "https://github.com/OWNER/genarch"
"""The address of the project in reports for other programs: the repository in `pyproject.toml`."""
