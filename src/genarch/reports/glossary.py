"""The words of reports that no table explains."""

from __future__ import annotations

GLOSSARY = {
    "evaluate_both": "The verdict where the two best families are too close to call: try both on the task.",
    "undetermined": "The verdict where several families are left and no hit gives any of them points.",
    "infeasible": "The verdict where the stated constraints exclude every architecture.",
    "forced": "The confidence where no other family is left.",
    "clear": "The confidence from the table's limit of that name on (a margin of 1/3 where it states none).",
    "lean": "The confidence between the table's limits close_call and clear.",
    "close_call": "The confidence below the table's limit of that name, where the verdict is evaluate_both.",
    "inconsistent-gpu-device": "A warning: the stated gpu is not of the kind of device that is stated.",
    "margin": "The difference of the two best families' points over all points that hits gave either.",
    "planning_heuristic": "A grade: a rule of thumb for planning, not a measurement.",
    "observed_range": "A grade: a range seen in practice, not a benchmark.",
    "published_report": "A grade: a figure published by others, not checked here.",
    "expert_judgement": "A grade: the judgement of people who know the field.",
    "measured": "A grade: a measurement under stated conditions.",
    "documented_case": "A grade: what documented deployments did.",
}
"""The words of a report that are no entries of the table."""

WAIVABLE = {
    "never": "cannot be waived",
    "with_reason": "in the document, with a reason",
    "with_approval": "in the document, with a reason and approved_by",
}
"""Who may except a finding, in words."""
