"""Rule tables held against documented decisions, as a report."""
