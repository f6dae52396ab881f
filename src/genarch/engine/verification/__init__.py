"""The verification of a rule table as a whole: a function for each check, from a table to findings."""
