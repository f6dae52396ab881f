"""Coverage-guided fuzzing of what reads files of others, of `fix`, and of formats of findings; `make fuzz` runs it."""
