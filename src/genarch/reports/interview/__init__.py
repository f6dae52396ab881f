"""The questionnaire's words: questions, what an answer taught, the answers at the end. Numbered, plain lines."""
