"""The checks on design documents: what each looks for, how grave it is, why it matters, and an example of each."""

from __future__ import annotations

from collections.abc import Mapping

from genarch.table.findings import Check


def _record(block: str, prose: str = "The filter is a GAN.") -> str:
    """A short decision record with a block."""
    return f"# Serve the filter\n\n## Decision\n\n{prose}\n\n```yaml genarch\n{block}```\n"


# Settled by either of the bundled tables: what the examples show does not hang on which one is used.
_FRAMES = (
    "version: 1\nconstraints:\n  task: style_transfer\n  conditioning: []\n  domain: narrow\n  latency_budget_ms: 33\n"
    "  serving: realtime\n  device: mobile\n  priorities: [speed, sharpness]\n  maturity: proven\n"
)
_AGREED = _FRAMES + "decision: gan\n"
_EXCLUDED = _FRAMES + "decision: diffusion\n"
_PROMPTS = (
    "version: 1\nconstraints:\n  conditioning: [text]\n  domain: broad\n  latency_budget_ms: 3s\n  serving: batch\n"
    "  device: datacenter_gpu\n  priorities: [quality]\n  team_expertise: limited\n  training: fine_tune\n"
)
_CLOSE = (
    "version: 1\nconstraints:\n  task: image_to_image\n  conditioning: []\n  control: none\n  domain: narrow\n"
    "  latency_budget_ms: 400\n  serving: batch\n  device_memory_gb: 24\n  resolution_px: 512\n  priorities: [cost]\n"
    "  team_expertise: limited\n  pretrained_available: false\n  training_images: 50000\n  paired_data: false\n"
    "  maturity: emerging\ndecision: gan\n"
)
_WAIVER = (
    "waivers:\n  - rule: decision-excluded\n    reason: Distilled model, measured at 31 ms on the target phone.\n"
    '    approved_by: "@ml-platform"\n'
)
_WAIVED = _EXCLUDED + _WAIVER

DOCUMENT_UNREADABLE = Check(
    "document-unreadable",
    "A document cannot be read",
    "error",
    "It mentions genarch, but is too large, not in UTF-8, or not to be opened, so nothing can be said of it. Split it, "
    "save it as UTF-8, or exclude it.",
    waivable="no",
)
BLOCK_MISSING = Check(
    "block-missing",
    "A document that must carry a spec has none",
    "error",
    "The configuration's 'require_block' names it, and a decision that is not stated cannot be checked. Add a block "
    "with 'genarch doc add', or take the document out of the pattern.",
    fails="# Serve the filter\n\n## Decision\n\nThe filter is a GAN.\n",
    passes=_record(_AGREED),
    waivable="no",
)
BLOCK_INVALID = Check(
    "block-invalid",
    "A spec in a document is not valid",
    "error",
    "What is wrong stands at its own line and column, with what to write instead. Until it is mended, nothing of it is "
    "judged.",
    fails=_record(_AGREED.replace("proven", "prooven")),
    passes=_record(_AGREED),
    waivable="no",
)
BLOCK_UNCLOSED = Check(
    "block-unclosed",
    "A block is never closed",
    "error",
    "Its fence takes in all that follows. End it with the marks that it began with, on a line of their own.",
    fails=_record(_AGREED).removesuffix("```\n"),
    passes=_record(_AGREED),
    waivable="no",
)
BLOCK_SWALLOWED = Check(
    "block-swallowed",
    "A block that Markdown does not see",
    "error",
    "An unclosed fence or comment, HTML without an empty line behind it, or too deep an indentation makes it plain "
    "text, and the decision in it would pass unchecked. Close what is open, or move the block out.",
    fails="<!-- Draft of October\n\n" + _record(_AGREED),
    passes="<!-- Draft of October -->\n\n" + _record(_AGREED),
    waivable="no",
)
BLOCK_QUOTED = Check(
    "block-quoted",
    "A block that is only quoted",
    "note",
    "It stands in a closed comment, or within another fence, as documentation has it. It is not read; told so that "
    "nobody takes it for checked.",
    fails="````markdown\n" + _record(_AGREED) + "````\n",
    passes=_record(_AGREED),
    waivable="no",
)
BLOCK_MISSPELT = Check(
    "block-misspelt",
    "Something that was perhaps meant as a spec",
    "error",
    "A fence whose info string is not 'yaml genarch' to the letter, or a key of the front matter that is not "
    "'genarch' at its top level, is not read. Correct it, or leave the word out.",
    fails=_record(_AGREED).replace("yaml genarch", "YAML Genarch"),
    passes=_record(_AGREED),
    waivable="no",
)
BLOCK_DUPLICATED = Check(
    "block-duplicated",
    "Two specs with one id",
    "error",
    "In a document, its front matter and its sidecars each id is stated once; else nobody knows which counts. Give "
    "each an 'id' of its own, or remove one.",
    fails=_record(_AGREED) + "\n```yaml genarch\n" + _AGREED + "```\n",
    passes=_record(_AGREED) + "\n```yaml genarch\n" + _AGREED + "id: fallback\n```\n",
    waivable="no",
)
DECISION_MISSING = Check(
    "decision-missing",
    "Constraints without a decision",
    "error",
    "The document states what the deployment needs, but not what was decided. Add 'decision:' with a family, an "
    "architecture or evaluate_both. While the document is proposed or a draft, nothing is missing.",
    fails=_record(_FRAMES),
    passes=_record(_AGREED),
)
DECISION_EXCLUDED = Check(
    "decision-excluded",
    "A requirement rules the decision out",
    "error",
    "A rule excludes what was decided, whatever the points say and whatever is still open. Change the decision, "
    "correct the constraint, or waive it with a reason and the name of who approved it.",
    fails=_record(_EXCLUDED),
    passes=_record(_WAIVED),
    waivable="with_approval",
)
DECISION_NOT_RECOMMENDED = Check(
    "decision-not-recommended",
    "The constraints speak for something else",
    "error",
    "Nothing excludes what was decided, but by the points of the rules that fired another answer leads. Change the "
    "decision, state the constraint that decided, or waive it with what outweighs the rules.",
    fails=_record(_PROMPTS + "decision: hybrid\n"),
    passes=_record(_PROMPTS + "decision: diffusion\n"),
)
CLOSE_CALL_WITHOUT_ALTERNATIVE = Check(
    "close-call-without-alternative",
    "A close call, and one side only",
    "warning",
    "The constraints leave two families too close to call, and the document names only the one decided for. Tell of "
    "the comparison in the document, decide evaluate_both, or waive it.",
    fails=_record(_CLOSE),
    passes=_record(_CLOSE, "The filter is a GAN: tried beside diffusion, it was sharper on our pairs."),
)
CONSTRAINT_UNSETTLED = Check(
    "constraint-unsettled",
    "A missing constraint could change the verdict",
    "error",
    "Answers that nobody has stated lead to different verdicts, so the decision rests on something unsaid. State the "
    "constraint that is named, or waive it where nobody can know.",
    fails=_record("version: 1\nconstraints:\n  domain: narrow\ndecision: gan\n"),
    passes=_record(_AGREED),
)
CONSTRAINTS_INCONSISTENT = Check(
    "constraints-inconsistent",
    "Constraints that cannot hold together",
    "error",
    "The rule table calls these answers inconsistent, so any verdict on them means little. Correct one of them.",
    fails=_record(_PROMPTS.replace("batch", "realtime") + "decision: diffusion\n"),
    passes=_record(_PROMPTS + "decision: diffusion\n"),
)
BUDGET_BEYOND_EVIDENCE = Check(
    "budget-beyond-evidence",
    "Nothing shows the named model within the budget",
    "warning",
    "Of the model that 'model' names, the evidence catalogue has neither a measurement nor an estimate within the "
    "stated budget on the stated hardware. That is no proof that it is too slow: measure it, and add the row.",
    fails=_record(_PROMPTS + "  gpu: t4\n  resolution_px: 1024\ndecision: diffusion\nmodel: sdxl\n"),
    passes=_record(_PROMPTS + "  gpu: h100\n  resolution_px: 1024\ndecision: diffusion\nmodel: sdxl\n"),
)
LICENCE_CONFLICT = Check(
    "licence-conflict",
    "The licence of the named model does not allow the stated use",
    "error",
    "'commercial_use: true' is stated, and the licence of the model that 'model' names forbids it, or is not known. "
    "Name another model, train weights of your own, or waive it with the licence that you hold.",
    fails=_record(_PROMPTS + "  commercial_use: true\n  gpu: h100\ndecision: diffusion\nmodel: flux.1-dev\n"),
    passes=_record(_PROMPTS + "  commercial_use: true\n  gpu: h100\ndecision: diffusion\nmodel: sdxl\n"),
)
DECIDED_WITH_OLDER_RULES = Check(
    "decided-with-older-rules",
    "Decided with other rules, and by those of today it does not hold",
    "warning",
    "The record pins the rule table of its day with 'decided_with'. A record is not rewritten when rules change, so "
    "this is no error: look whether the deployment still stands, then bring both up to date.",
    fails=_record(_EXCLUDED + "decided_with: article@0.9.0\n"),
    passes=_record(_AGREED + "decided_with: article@0.9.0\n"),
)
DECIDED_WITH_UNKNOWN_RULES = Check(
    "decided-with-unknown-rules",
    "Decided with rules that nobody knows",
    "error",
    "'decided_with' names a version of the table that is still to come, or a table that is neither the present one nor "
    "another that is known here, so it excuses nothing. Write the table and the version of that day.",
    fails=_record(_AGREED + "decided_with: article@99.0.0\n"),
    passes=_record(_AGREED + "decided_with: article@1.0.0\n"),
)
PROSE_NAMES_ANOTHER = Check(
    "prose-names-another-architecture",
    "The text chooses something else than the block",
    "warning",
    "The line 'Chosen option' names one family, and 'decision' another. One of the two was changed alone: bring them "
    "together.",
    fails=_record(_AGREED, 'Chosen option: "Stable Diffusion", because it is easy to tune.'),
    passes=_record(_AGREED, 'Chosen option: "StyleGAN", because frames cannot wait.'),
)
WAIVER_INVALID = Check(
    "waiver-invalid",
    "A waiver that cannot be read",
    "error",
    "A waiver is a mapping with 'rule' and 'reason', and perhaps 'expires' and 'approved_by'. Until it is mended, the "
    "whole spec is not judged.",
    fails=_record(_WAIVED.replace("    reason: Distilled model, measured at 31 ms on the target phone.\n", "")),
    passes=_record(_WAIVED),
    waivable="no",
)
WAIVER_UNJUSTIFIED = Check(
    "waiver-unjustified",
    "A waiver without a real reason",
    "error",
    "A word or a placeholder tells the next reader nothing. Say what was measured or decided; until then the "
    "waiver does not count.",
    fails=_record(_WAIVED.replace("Distilled model, measured at 31 ms on the target phone.", "TODO")),
    passes=_record(_WAIVED),
    waivable="no",
)
WAIVER_UNKNOWN = Check(
    "waiver-unknown",
    "A waiver of something that does not exist",
    "error",
    "It names neither a check nor a rule of the table, so it covers nothing. Patterns such as '*' are not read: a "
    "waiver is for one thing.",
    fails=_record(_WAIVED.replace("rule: decision-excluded", "rule: '*'")),
    passes=_record(_WAIVED),
    waivable="no",
)
WAIVER_FORBIDDEN = Check(
    "waiver-forbidden",
    "A waiver of something that cannot be waived",
    "error",
    "What is wrong with the form of a document is mended, not waived, and a rule that only gives points is waived "
    "through the finding that it leads to.",
    fails=_record(_WAIVED.replace("rule: decision-excluded", "rule: block-invalid")),
    passes=_record(_WAIVED),
    waivable="no",
)
WAIVER_UNAPPROVED = Check(
    "waiver-unapproved",
    "A requirement is waived, and nobody approved it",
    "error",
    "What a rule excludes is excepted only by somebody who answers for it. Name them in 'approved_by'.",
    fails=_record(_WAIVED.replace('    approved_by: "@ml-platform"\n', "")),
    passes=_record(_WAIVED),
    waivable="no",
)
WAIVER_EXPIRED = Check(
    "waiver-expired",
    "A waiver has run out",
    "error",
    "Its last day is over (UTC), so what it covered is a finding again. Mend that, or renew the waiver with a reason "
    "of today.",
    fails=_record(_WAIVED + "    expires: 2026-01-31\n"),
    passes=_record(_WAIVED + "    expires: 2029-01-31\n"),
    waivable="no",
)
WAIVER_ENDLESS = Check(
    "waiver-endless",
    "A waiver lasts longer than waivers may",
    "warning",
    "The configuration's 'waiver_days' says how far ahead a waiver may end, and that it must end; without it, ten "
    "years is the limit. Set 'expires' to a day on which somebody will look again.",
    fails=_record(_WAIVED + "    expires: 9999-12-31\n"),
    passes=_record(_WAIVED + "    expires: 2029-01-31\n"),
    waivable="no",
)
WAIVER_UNUSED = Check(
    "waiver-unused",
    "A waiver that covers no finding",
    "warning",
    "What it was for is gone. Remove it, so that it does not hide the next one.",
    fails=_record(_AGREED + _WAIVER),
    passes=_record(_WAIVED),
    waivable="no",
)
INTERNAL_ERROR = Check(
    "internal-error",
    "genarch failed on a document",
    "error",
    "A bug in genarch, and not the document's fault; the others were checked. Please report it with the message.",
    waivable="no",
)

DOCUMENT_CHECKS: Mapping[str, Check] = {
    check.id: check
    for check in (
        DECISION_MISSING,
        DECISION_EXCLUDED,
        DECISION_NOT_RECOMMENDED,
        CLOSE_CALL_WITHOUT_ALTERNATIVE,
        CONSTRAINT_UNSETTLED,
        CONSTRAINTS_INCONSISTENT,
        BUDGET_BEYOND_EVIDENCE,
        LICENCE_CONFLICT,
        DECIDED_WITH_OLDER_RULES,
        DECIDED_WITH_UNKNOWN_RULES,
        PROSE_NAMES_ANOTHER,
        BLOCK_MISSING,
        BLOCK_INVALID,
        BLOCK_UNCLOSED,
        BLOCK_SWALLOWED,
        BLOCK_QUOTED,
        BLOCK_MISSPELT,
        BLOCK_DUPLICATED,
        WAIVER_INVALID,
        WAIVER_UNJUSTIFIED,
        WAIVER_UNKNOWN,
        WAIVER_FORBIDDEN,
        WAIVER_UNAPPROVED,
        WAIVER_EXPIRED,
        WAIVER_ENDLESS,
        WAIVER_UNUSED,
        DOCUMENT_UNREADABLE,
        INTERNAL_ERROR,
    )
}
