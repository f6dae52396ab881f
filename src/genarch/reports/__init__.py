"""From the model to text: each module renders one format, returns strings and prints nothing."""
