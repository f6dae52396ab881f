"""Shipped tables as validated values, made by `make generate`; used while the YAML they came from is unchanged."""
