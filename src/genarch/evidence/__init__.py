"""The evidence catalogue: what was measured, and what follows from it for one spec."""
