"""Design documents: where they are, what they state, and how a decision in them is judged."""
