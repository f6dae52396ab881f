"""Rule tables: what they are made of, how they decide, and what can be said of a verdict."""
