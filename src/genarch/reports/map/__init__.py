"""The decision map as a report: in the terminal, as JSON, as an image."""
