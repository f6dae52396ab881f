"""Two rule tables against each other, as a report for whoever reviews the change."""
