"""The status of a document: what switches its check off, and everything that only looks like it."""

from __future__ import annotations

from cProfile import Profile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genarch.documents.markdown import Markdown, parse_markdown
from genarch.documents.status import ACTIVE, INACTIVE, UNDECIDED, status_of

INVISIBLE = [
    "<!-- {} -->", "<!--\n\n{}\n\n-->", "[{}]: #", '[x]: #\n"{}"', "- [ ] {}", "~~{}~~", "![{}](a.png)", "☐ {}", "<del>{}</del>",
    "```\n{}\n```", "What is it: proposed, {}, etc.?", "{}: diffusion with 50 steps",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("## Status\n\nAccepted\n\n[superseded]: #\n", "accepted"),
        ("## Status\n\nAccepted\n\n[x]: #\n'Superseded'\n", "accepted"),
        ("## Status\n\nAccepted\n\nRejected: diffusion with 50 steps\n", "accepted"),
        ("* Status: accepted <!-- proposed | rejected | accepted | deprecated -->\n", "accepted"),
        ("* Status: [proposed | rejected | accepted | deprecated | … | superseded by [ADR-0005](0005-example.md)] <!-- optional -->\n", ""),
        ("## Status\n\nAccepted\n\nWhat is the status, such as proposed, accepted, rejected, deprecated, superseded, etc.?\n", "accepted"),
        ('---\nstatus: "{proposed | rejected | accepted | deprecated | superseded by NNNN}"\n---\n\n# A\n', ""),
        ("---\nstatus: [proposed, rejected]\n---\n\n# A\n", ""),
        ("---\nstatus: [rejected]\n---\n\n# A\n", "rejected"),
        ("# B\n\n- Status: [draft | proposed | rejected | accepted | superseded by x]\n", ""),
        ("# C\n\n## Status\n\nSay which: proposed, accepted, rejected, deprecated, superseded, etc.\n", ""),
        ("# A\n\n| Status | Date | Author |\n|---|---|---|\n| Superseded by 9 | 2025-01-19 | somebody |\n", "superseded by 9"),
        ("# A\n\n| Date | Status |\n|---|---|\n| 2025-01-19 | superseded |\n| 2024-01-19 | accepted |\n", "superseded"),
        ("# A\n\n## Status\n\n| Date | Status |\n|---|---|\n| 2024-01-19 | accepted |\n| 2025-01-19 | Superseded by [9](9.md) |\n", "superseded by 9 (9.md)"),
        ("# A\n\n* Status: [proposed, approved, rejected, deprecated]\n", ""),
        ("# A\n\n## Status\n\n- [ ] Rejected\n- [x] Accepted\n- [ ] Superseded\n", "accepted"),
        ("# A\n\n## Status\n\n- [x] Accepted\n- [ ] Superseded\n", "accepted"),
        ("# A\n\n## Status\n\n☑ Accepted ☐ Superseded\n", "accepted"),
        ("# A\n\nStatus: [x] accepted [ ] rejected\n", "accepted"),
        ("# A\n\nStatus: [ ] accepted [x] rejected\n", "rejected"),
        ("# A\n\n## Status\n\nAccepted <!--\nRejected\n-->\n", "accepted"),
        ("# A\n\n## Status\n\nAccepted <!--\nRejected\n", "accepted"),
        ("# A\n\n## Status\n\nAccepted\n\n- proposed\n- accepted\n- rejected\n", ""),
        ("# A\n\n## Status\n\n2024-01-01: proposed\n2024-02-01: accepted\n2025-01-01: superseded by [9](9.md)\n", "superseded by 9 (9.md)"),
        ("# A\n\n## Status\n\n2025-01-01: superseded by [9](9.md)\n2024-02-01: accepted\n", "superseded by 9 (9.md)"),
        ("# A\n\n## Status\n\n- 2026-01-01 Accepted\n- 2025-01-01 Superseded\n", "accepted"),
        ("# A\n\n## Status\n\nAccepted on May 2, 2024\n\nSuperseded on 3 June 2025\n", "superseded on 3 june 2025"),
        ("# A\n\n## Status: Superseded by [9](9.md)\n", "superseded by 9 (9.md)"),
        ("# [Superseded] A\n", "superseded"),
        ("# 5. Use it (superseded by ADR-9)\n", "superseded by adr-9"),
        ("# A\n\n## Rejected\n\ntext\n", ""),
        ("# A\n\n## Superseded by [9](9.md)\n\ntext\n", "superseded by 9 (9.md)"),
        ("Status: [Superseded](9.md)\n", "superseded (9.md)"),
        ("Status: Superseded.\n", "superseded."),
        ("Status: rejected?\n", ""),
        ("Status: Accepted ![Superseded](x.png)\n", "accepted"),
        ("Status: Accepted <span hidden>Superseded</span>\n", ""),
        ("Status: ~Accepted~ Superseded\n", "superseded"),
        ("Status: Accepted, superseded by [9](9.md)\n", "superseded by 9 (9.md)"),
        ("Status: proposed -> accepted -> superseded\n", ""),
        ("Status: rejected (2024-01-01)\n", "rejected (2024-01-01)"),
        ("Status: rejected because it was slow\n", ""),
        ("Status: rejected on 2024-01-01, because it was slow\n", "rejected on 2024-01-01, because it was slow"),
        ("Status: replaced the sampler\n", ""),
        ("Status: superseded by [rejected ideas](x.md)\n", "superseded by rejected ideas (x.md)"),
        ("Status: **Deprecated**<br>\n", "deprecated"),
        ("Status: draft for the review\n", "draft for the review"),
        ("Status: superseded by ADR-0012: use GANs\n", "superseded by adr-0012: use gans"),
        ("Status: superseded or accepted\n", ""),
        ("Status: superseded/accepted\n", ""),
        ("Status: accepted (or rejected)\n", ""),
        ("Status: Rejected: [x](y) was slow\n", ""),
        ("Status: approved by the board\n", "approved by the board"),
        ("# A\n\n## Current status\n\nSuperseded\n", "superseded"),
        ("# A\n\n## 2. Decision Status\n\nSuperseded by ADR-9\n", "superseded by adr-9"),
        ("# A\n\n## Status history\n\n- 2024-01-01 Accepted\n- 2025-01-01 Superseded by 9\n", "superseded by 9"),
        ("# A\n\n## History\n\n| Status | Date |\n|--|--|\n| Superseded | 2025-01-01 |\n| Accepted | 2024-01-01 |\n", "superseded"),
        ("# A\n\n## Metadata\n\n| | |\n|--|--|\n| Status | Superseded by 9 |\n", "superseded by 9"),
        ("# A\n\n## History\n\nSuperseded by 9\n", ""),
        ("# A\n\n## Options\n\n| Option | Status |\n|--|--|\n| GAN | rejected |\n", ""),
        ("# A \u2014 Superseded by ADR-0012\n", "superseded by adr-0012"),
        ("# A - superseded\n", "superseded"),
        ("# GAN or diffusion - rejected options\n", ""),
        ("# A - accepted\n", ""),
        # reinstated
        ("Status: rejected on 2024-01-01; reinstated on 2025-01-01\n", "reinstated on 2025-01-01"),
        ("## Status\n\nRejected on 2024-01-01.\n\nReopened on 2025-01-01.\n", "reopened on 2025-01-01."),
        # still to be filled in
        ("Status: superseded by ADR-XXXX\n", ""),
        ("Status: Superseded by [ADR-NNNN](NNNN.md)\n", ""),
        ("Status: superseded by {ADR}\n", ""),
        ("## Status\n\n{{ rejected }}\n", ""),
        # comments of other languages, and boxes of other looks
        ("## Status\n\nAccepted\n\n{/* rejected */}\n", "accepted"),
        ("## Status\n\nAccepted\n\n%% rejected %%\n", "accepted"),
        ("## Status\n\nAccepted\n\n<%= rejected %>\n", "accepted"),
        ("## Status\n\n- [~] Rejected\n- [x] Accepted\n", "accepted"),
        ("## Status\n\n- [\u00a0] Rejected\n- \u2b1c Superseded\n- [x] Accepted\n", "accepted"),
        ("Status: !rejected\n", ""),
        ("## Status\n\n~~rejected\non 2024-01-01~~\n", ""),
        # of something else than the document, or of two minds
        ("# A\n\n- Option B\n  - Status: rejected\n", ""),
        ("# A\n\n  - Date: today\n  - Status: rejected\n", "rejected"),
        ("# A\n\n| Option | Status |\n|---|---|\n| GAN | rejected |\n", ""),
        ("Status: rejected\nStatus: accepted\n", ""),
        # what the front matter says in a text is none of its keys
        ('---\ntext: "a\nstatus: rejected\nb"\n---\n', ""),
        ("---\nstatus: rejected\nstatus: accepted\n---\n", ""),
        ("---\nStatus: rejected\nsearch: {boost: 2}\n---\n", "rejected"),
        ("# Super-rejected\n", ""),
    ],
)  # fmt: skip
def test_the_status(text: str, status: str) -> None:
    assert status_of(parse_markdown(text)) == status


@pytest.mark.parametrize("hint", INVISIBLE)
@pytest.mark.parametrize("word", ["rejected", "Superseded by [9](9.md)"])
def test_what_no_reader_takes_for_a_status_changes_none(hint: str, word: str) -> None:
    if hint[:2] in ("{}", "Wh", "[{"):
        word = word.partition(" ")[0]
    for before, after in (("Accepted\n\n", ""), ("", "\n\nAccepted")):
        text = f"# A\n\n## Status\n\n{before}{hint.format(word)}{after}\n\n## Decision\n"
        assert status_of(parse_markdown(text)) == "accepted", text


def _calls(markdown: Markdown) -> int:
    """How many functions are called to find the status."""
    profile = Profile()
    profile.runcall(status_of, markdown)
    return sum(entry.callcount for entry in profile.getstats())


WORDS = st.sampled_from([*INACTIVE, *ACTIVE, *UNDECIDED])


@given(st.lists(WORDS, min_size=2, max_size=5, unique=True), st.sampled_from([", ", " | ", "/", "; ", " or ", " -> "]))
def test_several_words_to_choose_from_are_none(words: list[str], between: str) -> None:
    choice = between.join(words)
    for text in (
        f"* Status: {choice}",
        f"* Status: [{choice}]",
        f'---\nstatus: "{{{choice}}}"\n---',
        f"## Status\n\n{choice}",
    ):
        assert status_of(parse_markdown(f"{text}\n")) == "", text
    each = "\n".join(f"- {word}" for word in words)
    assert status_of(parse_markdown(f"## Status\n\n{each}\n")) == ""


def test_tables_without_end_take_no_longer_than_their_lines() -> None:
    rows = "| x | status | y |\n|--|--|--|\n"
    for name in ("Status", "History"):
        steps = []
        for count in (200, 400):
            text = f"# A\n\n## {name}\n\n{rows * count}"
            steps.append(_calls(parse_markdown(text)))
        assert steps[1] < 2.2 * steps[0]


@pytest.mark.parametrize(
    "text",
    [
        *(f"superseded by {name}" for name in ("TBD", "tba", "none", "nothing yet", "N/A", "ADR-", "ADR-0000", "_____", "\u2026", "...")),
        *(f"superseded by {name}" for name in ("$ADR", "%s", "[link]", "[link](link)", "[ADR-0000](0000.md)", "ADR-[number]", "#000")),
        *(f"superseded by ADR-9 {rest}" for rest in ("in part", "only for video", "(planned)", "(draft)", "once accepted", "is proposed")),
        *(f"superseded by [ADR-9](9.md) {rest}" for rest in ("unless X happens", "if accepted", "until June")),
        "deprecated partially", "\u00absuperseded\u00bb",
    ],
)  # fmt: skip
def test_what_nobody_has_filled_or_is_for_a_part_ends_nothing(text: str) -> None:
    for carrier in ("Status: {}\n", "# A\n\n## Status\n\n{}\n", "# A ({})\n"):
        assert status_of(parse_markdown(carrier.format(text))) == ""


def test_what_is_hidden_or_refers_to_a_value_elsewhere_states_nothing() -> None:
    for text in (
        "<div hidden>\n\nStatus: superseded\n\n</div>\n",
        '<p style="color: red; display: none">\n\nStatus: superseded\n\n</p>\n',
        "---\nstatus: *superseded\n---\n",
        "---\nstatus: !rejected\n---\n",
        '+++\n# status = "superseded"\n+++\n',
        '+++\n[other]\nstatus = "superseded"\n+++\n',
    ):
        assert status_of(parse_markdown(text)) == "", text
    assert status_of(parse_markdown("<div hidden>\n\nStatus: superseded\n\n</div>\n\nStatus: rejected\n")) == "rejected"


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("Status: superseded on 2026-06-02\n", "", "superseded on 2026-06-02"),
        ("---\nstatus: deprecated from 3 June 2026\n---\n", "", "deprecated from 3 june 2026"),
        ("Status: Accepted, rejected as of 2026-06-02\n", "", "rejected as of 2026-06-02"),
        ("# A (superseded on 2026-06-02)\n", "", "superseded on 2026-06-02"),
        ("## Status\n\n2024-01-01 Accepted\n\n2026-06-02 Superseded\n", "accepted", "superseded"),
        ("| Date | Status |\n|--|--|\n| 2024-01-01 | accepted |\n| 2026-06-02 | retired |\n", "accepted", "retired"),
        ("Status: superseded by ADR-2031\n", "superseded by adr-2031", "superseded by adr-2031"),
        (
            "Status: superseded by 2031-use-gans.md\n",
            "superseded by 2031-use-gans.md",
            "superseded by 2031-use-gans.md",
        ),
    ],
)
def test_a_day_to_come_ends_nothing_before_it(text: str, before: str, after: str) -> None:
    markdown = parse_markdown(text)
    # In words, a day counts by its month.
    assert status_of(markdown, "2026-05-31") == before
    assert status_of(markdown, "2026-06-02") == status_of(markdown) == after


@pytest.mark.parametrize(
    "text",
    [
        "Status - superseded", "Status \u2013 superseded", "Status\uff1a superseded", "Document status: superseded",
        "**Decision status:** superseded", "<b>Status:</b> superseded", "<strong>Status</strong>: superseded",
    ],
)  # fmt: skip
def test_the_ways_to_write_a_line_of_status(text: str) -> None:
    assert status_of(parse_markdown(f"# A\n\n{text}\n")) == "superseded"


def test_more_words_for_what_ended_and_an_address_of_what_came_instead() -> None:
    for word in ("cancelled", "canceled", "retired", "archived", "discarded", "revoked", "repealed", "expired"):
        assert status_of(parse_markdown(f"Status: {word}\n")) == word
    text = "superseded by https://example.org/adr/9"
    assert status_of(parse_markdown(f"Status: {text}\n")) == text
