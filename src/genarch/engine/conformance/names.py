"""Which families a text speaks of: their names, and those of their architectures and methods, as a table has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from genarch.model.table import RuleTable


def families_named(text: str, rules: RuleTable) -> frozenset[str]:
    """The families that a text names. Of overlapping names the longest counts: `GAN-enhanced diffusion` is no GAN."""
    pattern, families = _names(rules)
    # A name has its own group; lastindex is the group that matched.
    return frozenset(families[match.lastindex - 1] for match in pattern.finditer(text) if match.lastindex)


def _names(rules: RuleTable) -> tuple[re.Pattern[str], list[str]]:
    known = _KNOWN.get(rules)
    if known is None:
        # Longest first: an alternation takes the first that fits.
        terms = sorted(dict.fromkeys(_terms(rules)), key=lambda term: -len(term[0]))
        alternatives = "|".join(f"({_pattern(name)})" for name, _ in terms)
        known = _KNOWN[rules] = (re.compile(alternatives or r"(?!)"), [family for _, family in terms])
    return known


def _terms(rules: RuleTable) -> Iterator[tuple[str, str]]:
    """Names with the family that each stands for; a name that could stand for two is left out."""
    family_of = {architecture.id: architecture.family for architecture in rules.architectures}
    for family in rules.families:
        yield from ((name, family.id) for name in (family.id, family.title))
    for architecture in rules.architectures:
        names = [architecture.title, re.sub(r"\s*\(.*?\)", "", architecture.title)]
        if "_" in architecture.id:  # a single word, such as consistency, may well mean something else
            names.append(architecture.id)
        yield from ((name, architecture.family) for name in names)
    for method in rules.methods:
        families = {family_of[name] for name in method.architectures}
        if len(families) == 1:
            yield method.title, families.pop()


def _pattern(name: str) -> str:
    """A name in a text: in any case, with hyphens or blanks, also in the plural.

    An acronym in capitals counts as the end of a longer name too: StyleGAN2 and VQGAN are GANs, an organ and an
    ORGANISATION are none. What may stand before it has a bound, so that no text takes long.
    """
    words = r"[-_\s]".join(re.escape(word) for word in re.split(r"[-_\s]+", name))
    whole = rf"(?i:(?<!\w){words}s?(?!\w))"
    if not (name.isupper() and name.isalpha()):
        return whole
    return rf"{whole}|(?<!\w)(?:\w{{0,24}}[a-z0-9]|[A-Z]{{0,2}}){re.escape(name)}(?![A-Z])\w{{0,9}}"


_KNOWN: WeakKeyDictionary[RuleTable, tuple[re.Pattern[str], list[str]]] = WeakKeyDictionary()
