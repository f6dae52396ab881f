"""The nouns: frozen values with no behaviour beyond what they mean."""
