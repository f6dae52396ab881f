"""What the evidence catalogue says, for people and programs."""
