"""The verbs: pure functions from a spec and a rule table to an evaluation."""
