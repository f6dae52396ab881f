"""Findings as reports: for people, for scripts, and for the places where code is reviewed."""
