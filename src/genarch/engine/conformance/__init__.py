"""Whether the decision of a document agrees with its constraints."""
