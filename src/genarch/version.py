"""The one place that states genarch's version."""

__version__ = "0.1.0"
