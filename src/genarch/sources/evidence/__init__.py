"""The evidence catalogue: its files, their validation, and the quick way to load it."""
