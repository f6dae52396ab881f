"""The one place that states genarch's version."""

__version__ = "0.1.0"

PROJECT_URL = "https://pypi.org/project/genarch/"
"""Where reports that others read say that the program is to be found."""
