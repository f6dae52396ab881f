"""Tables of specs, a column for each constraint: rule tables compiled to look-ups, columns in, verdicts out."""
