"""Coverage-guided fuzzing of the document reader and of the formats of findings; `make fuzz` runs it."""
