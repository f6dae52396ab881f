"""From bytes to values: the only readers of files, and the only ones who know YAML."""
