"""What has been measured, and what follows from it: estimates, feasibility, candidates, cost. Pure."""
