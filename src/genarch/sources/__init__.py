"""From bytes to the model: the only readers of files, and the only ones who know YAML."""
