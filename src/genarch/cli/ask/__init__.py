"""`genarch ask`: the questionnaire."""
