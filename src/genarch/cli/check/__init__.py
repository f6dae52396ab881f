"""`genarch check` and `genarch waivers`: design documents in, findings out."""
