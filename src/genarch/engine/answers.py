"""Text to answer and back, by the constraint that is answered: one rule for spec files, `--set` and prompts.

Text means what the field says it means, never what YAML 1.1 would make of it: `no` is a word, `12:30` is not 750 and
`1_000` is not a number. Only plain decimals, `true`, `false` and the declared names are answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from genarch.engine.amounts import InvalidAnswerError, as_written, parse_amount, range_example, range_text
from genarch.engine.constraints import (
    BY_NAME,
    NOTHING_STATED,
    Answers,
    Constraint,
    Range,
    Value,
    gpu_ids,
    gpu_key,
    gpu_names,
    gpu_series,
)
from genarch.engine.forms import shown
from genarch.errors import nearest
from genarch.values import NamedTuple

UNKNOWN_WORDS = frozenset({"unknown", "null", "~", ""})
"""How a spec file says that nobody knows: these words, or the key's absence."""

_FEW = 8
"""So many names are shown whole: the nearest spelling of `gpu` among the devices would be `cpu`."""

MANY = 20
"""Names beyond this number are not listed where one is asked for."""

_BOOLEAN = "|".join(
    "".join(f"[{c.upper()}{c}]" for c in word) for word in ("y", "n", "yes", "no", "on", "off", "true", "false")
)
UNLISTED_PATTERN = rf"(?!(?:{_BOOLEAN})$)[A-Za-z0-9][A-Za-z0-9 ()+./_-]{{0,59}}"
"""What a name of hardware that is not listed looks like."""

_MAY_BE_HARDWARE = re.compile(UNLISTED_PATTERN)
_YAML_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off"})
_ONLY_A_WORD = "YAML 1.1 would read it as a yes or no; here it is only a word"


def parse_answer(
    constraint: Constraint, text: str, *, quoted: bool = False, unlisted: bool = False, single: bool = False
) -> Value | None:
    """The answer that `text` gives to `constraint`; None for unknown.

    A set takes its members separated by commas; `none` or `[]` is the empty set. A number may be a range, but where
    `single`. `quoted` says that the text stood in quotation marks, which makes it a word and never a number. Where
    `unlisted`, hardware that is not listed is taken too, as it is written.

    Raises:
        InvalidAnswerError: when it is no answer to this constraint.
    """
    if text in UNKNOWN_WORDS and not (quoted and text != "unknown"):
        return None
    if constraint.kind == "set":
        return _parse_set(constraint, text)
    if constraint.numeric:
        amount = parse_amount(constraint, text, quoted=quoted)
        if single and isinstance(amount, Range):
            raise InvalidAnswerError(f"'{shown(text)}' is a range; write one number")
        return amount
    if constraint.kind == "flag":
        hint = f" ({_ONLY_A_WORD})" if text.lower() in _YAML_BOOLEANS else ""
        if text in ("true", "false"):
            if not quoted:
                return text == "true"
            hint = " (in quotation marks it is a word)"
        raise InvalidAnswerError(f"'{shown(text)}' is not an answer to a yes or no{hint}; write true, false or unknown")
    if unlisted and constraint.name == "gpu" and _MAY_BE_HARDWARE.fullmatch(text):
        return gpu_ids().get(gpu_key(text), text)
    return parse_name(constraint, text)


def parse_name(constraint: Constraint, text: str) -> str:
    """One of the constraint's names: a choice, or a member of a set.

    Raises:
        InvalidAnswerError: when it is none of them.
    """
    if text in constraint.values:
        return text
    if constraint.name == "gpu" and (found := gpu_ids().get(gpu_key(text))):
        return found
    noun = "a member" if constraint.kind == "set" else "a choice"
    allowed = f"; write {names_words(constraint)}" + ("" if constraint.kind == "set" else ", or unknown")
    if text.lower() in _YAML_BOOLEANS | {"true", "false"}:
        hint = f" ({_ONLY_A_WORD}){allowed}"
    elif constraint.name == "gpu":
        hint = nearest_gpu(text) or allowed
    else:
        hint = (len(constraint.values) > _FEW and nearest(text, constraint.values)) or allowed
    raise InvalidAnswerError(f"'{shown(text, 40)}' is not {noun} here{hint}")  # no name is that long


def nearest_gpu(text: str) -> str:
    """The listed hardware spelt most like `text`, as `nearest` has it, within its series where that is one."""
    names = [*gpu_names().devices, *gpu_names().aliases]
    series = gpu_series(text)
    return nearest(text, [name for name in names if gpu_series(name) == series] or names)


def names_words(constraint: Constraint) -> str:
    """A constraint's names, or where there are too many to list, where they stand."""
    if len(constraint.values) <= MANY:
        return ", ".join(constraint.values)
    return f"one of the names that 'genarch hardware list' has, as {constraint.values[0]}"


Plain = str | int | float | bool | list[str] | Mapping[str, int | float]
"""An answer as JSON has it: a set is a list in the order of the declaration, a range its ends by name."""


def format_answer(value: Value | Plain) -> str:
    """The answer as a person would write it in a spec."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset | list):
        return f"[{', '.join(sorted(value) if isinstance(value, frozenset) else value)}]"
    if isinstance(value, Range | Mapping):
        ends = value.stated if isinstance(value, Range) else value
        return range_text({name: format_answer(end) for name, end in ends.items()})
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return str(value)


def plain_value(name: str, value: Value) -> Plain:
    """One answer as JSON has it."""
    if isinstance(value, Range):
        return value.stated
    return [member for member in BY_NAME[name].values if member in value] if isinstance(value, frozenset) else value


def _parse_set(constraint: Constraint, text: str) -> frozenset[str]:
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1].strip()
    if inner in ("", "none"):
        return frozenset()
    names = [parse_name(constraint, member.strip()) for member in inner.split(",")]
    for name in names:
        if names.count(name) > 1:
            raise InvalidAnswerError(f"'{name}' is a duplicate; write it once")
    return frozenset(names)


# Replies: what a person types at a question is a number from the list, a name, an amount, or a word for the tool.

NONE = 0
"""The number that stands for the empty set."""

ReplyKind = Literal["answer", "unknown", "help", "back", "done", "keep", "more"]

_WORDS: Mapping[str, ReplyKind] = {
    "": "keep",
    **dict.fromkeys(("?", "help"), "help"),
    **dict.fromkeys(("b", "back"), "back"),
    **dict.fromkeys(("d", "done"), "done"),
    **dict.fromkeys(
        ("u", "unknown", "don't know", "dont know", "i don't know", "idk", "no idea", "not sure", "skip"), "unknown"
    ),
    "more": "more",
}
_FLAGS = {**dict.fromkeys(("1", "y", "yes", "true"), True), **dict.fromkeys(("2", "n", "no", "false"), False)}


class Reply(NamedTuple):
    """A reply understood. `written` is how a spec has the answer: an amount keeps the unit that it was typed with.

    `note` says how words were read that a spec does not have; `also` is all that a described situation fills, or
    the hardware that was named for its device.
    """

    kind: ReplyKind
    value: Value | None = None
    written: str = ""
    note: str = ""
    also: Answers = NOTHING_STATED


def numbered(constraint: Constraint, names: Sequence[str]) -> list[tuple[int, str]]:
    """The numbers that a list shows, each with the name it stands for, `names` in turn; nothing for amounts."""
    if constraint.kind == "flag":
        return [(1, "yes"), (2, "no")]
    listed = list(enumerate(names, 1))
    return [*listed, (NONE, "none of these")] if constraint.kind == "set" else listed


def written(constraint: Constraint, value: Value) -> str:
    """An answer as a spec has it, a set in the order of the declaration; a rate of frames as one, not as 33.3333 ms."""
    if isinstance(value, float) and "fps" in constraint.units and not value.is_integer():
        rate = round(1000 / value)
        if rate and 1000 / rate == value:
            return f"{rate}fps"
    return format_answer(plain_value(constraint.name, value))


_IN_A_LIST = re.compile("[1-9][0-9]{0,2}")


def listed_number(word: str, last: int) -> int | None:
    """The number in a list that a word is; None for anything else, and for what is not listed."""
    return number if _IN_A_LIST.fullmatch(word) and (number := int(word)) <= last else None


def parse_reply(constraint: Constraint, text: str, names: Sequence[str] = ()) -> Reply:
    """Understand a reply to the question that `constraint` answers; `names` are those of the list, in its order.

    Raises:
        InvalidAnswerError: when it is no reply to it; the message says what to type.
    """
    word = " ".join(text.split()).casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if word in _WORDS:
        return Reply(_WORDS[word])
    if constraint.numeric:
        text = word if constraint.units else word.removesuffix(constraint.unit.casefold()).strip()
        read = as_written(constraint, word)
        try:
            amount = parse_answer(constraint, read)
        except InvalidAnswerError as error:
            number = re.search("; write a (whole|plain)", str(error))
            ranges = f", a range as in {range_example(constraint)}, or type u" if number else "; or type u"
            raise InvalidAnswerError(f"{error}{ranges}") from None
        if amount is None:
            raise InvalidAnswerError(f"'{shown(word)}' is not a number; type one, or u")
        return Reply("answer", amount, read, "" if read == text else f"'{shown(word)}' is read as {read}.")
    value: Value
    if constraint.kind == "set":
        value = _members(constraint, word, names or constraint.values)
    elif constraint.name == "device" and (gpu := gpu_ids().get(gpu_key(word))):
        value = gpu_names().devices[gpu][0]
        return Reply("answer", value, str(value), f"Taken from it: gpu {gpu}, device {value}.", {"gpu": gpu})
    elif constraint.kind == "choice" and word == "other" and word not in constraint.values:
        return Reply("unknown", note="None of these: left open.")
    elif constraint.kind == "choice":
        value = _chosen(constraint, word, names or (() if constraint.name == "gpu" else constraint.values))
    elif word in _FLAGS:
        value = _FLAGS[word]
    else:
        raise InvalidAnswerError(f"'{shown(word)}' is neither yes nor no; type 1 or y, 2 or n, or u")
    return Reply("answer", value, written(constraint, value))


def _chosen(constraint: Constraint, word: str, names: Sequence[str]) -> str:
    """The name that a word spells, or the number of one in the list."""
    last = len(names)
    if number := listed_number(word, last):
        return names[number - 1]
    if constraint.name == "gpu":
        try:
            return parse_name(constraint, word)
        except InvalidAnswerError:
            hint = nearest_gpu(word)
            raise InvalidAnswerError(f"'{shown(word)}' is not in the list{hint}; type a name, or u") from None
    name = word.replace("-", "_").replace(" ", "_")
    if name in constraint.values:
        return name
    several = " (one answer, not several)" if re.fullmatch(r"[0-9]+([ ,]+[0-9]+)+", word) else ""
    raise _not_listed(constraint, word, several, f"type a number from 1 to {last}, or u")


def _members(constraint: Constraint, word: str, names: Sequence[str]) -> frozenset[str]:
    inner = word.strip("[] ")
    if inner in ("none", "none of these", "", str(NONE)):
        return frozenset()
    found = set()
    for part in map(str.strip, inner.split("," if "," in inner else None)):
        if part == str(NONE):
            raise InvalidAnswerError(
                f"{NONE} means none of these, and cannot be combined; leave it out, or type it alone"
            )
        try:
            found.add(_chosen(constraint, part, names))
        except InvalidAnswerError:
            advice = f"type numbers from 1 to {len(constraint.values)}, as in 1 3, {NONE} for none, or u"
            raise _not_listed(constraint, part, "", advice) from None
    return frozenset(found)


def _not_listed(constraint: Constraint, word: str, more: str, advice: str) -> InvalidAnswerError:
    """The error with the nearest name, which is a question, and the advice after it."""
    hint = nearest(word, constraint.values)
    then = f"{hint} {advice.capitalize()}." if hint else f"; {advice}"
    return InvalidAnswerError(f"'{shown(word)}' is not in the list{more}{then}")
