"""Arrow columns to codes: text, numbers, yes/no, lists and columns of members, each value as a spec has it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from genarch.columns.axes import Axis, Codes
from genarch.columns.spelling import Spelt, bits_of, buffer_of, by_pairs, offsets, pairs_of, stated, valid
from genarch.engine.amounts import InvalidAnswerError
from genarch.engine.answers import UNKNOWN_WORDS, parse_answer
from genarch.engine.constraints import BY_NAME, Constraint, Value
from genarch.engine.forms import MAX_DIGITS, shown
from genarch.errors import nearest
from genarch.files.io import refuse
from genarch.values import NamedTuple

Bools = npt.NDArray[Any]

FIRST_ROWS = 5
"""So many rows are named of each kind of problem."""

MOST_KINDS = 1_000
"""Kinds of problems that are kept apart."""

_MOST_TEXTS, _MOST_MISSES = 100_000, 3
_PLAIN = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,3})?$"
"""Numbers that are read at once; other text is read by itself."""


class FaultKind(NamedTuple):
    """Values of a column that are no answers, for the same reason."""

    column: str
    message: str
    values: int
    """How many."""
    rows: tuple[int, ...]
    """The first of them, from 1."""


class Faults:
    """Values that are no answers, by kind."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[int]] = {}
        self._counts: dict[tuple[str, str], int] = defaultdict(int)
        self.rows_before = 0
        """How many rows came before those that are read now."""
        self.wrong: dict[str, Bools] = {}
        """By column, the rows that are read now and have such a value."""

    def add(self, column: str, message: str, wrong: Bools) -> None:
        """In some of the rows that are read now, the value is no answer."""
        rows = np.flatnonzero(wrong)
        if not len(rows):
            return
        self.wrong[column] = self.wrong.get(column, np.zeros(len(wrong), bool)) | wrong
        key = column, message
        if key not in self._found and len(self._found) >= MOST_KINDS:
            key = column, "other invalid values"
        first = self._found.setdefault(key, [])
        first += [int(row) + self.rows_before + 1 for row in rows[: FIRST_ROWS - len(first)]]
        self._counts[key] += len(rows)

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def kinds(self) -> Sequence[FaultKind]:
        """Every kind, with its count and first rows."""
        return [FaultKind(*key, self._counts[key], tuple(rows)) for key, rows in self._found.items()]


def columns_of(names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The columns that state each constraint: its own, or those of a set's members, as `priorities.speed`."""
    found: dict[str, list[str]] = {}
    for name in names:
        constraint, dot, member = name.partition(".")
        if constraint in BY_NAME and (not dot or member in BY_NAME[constraint].values):
            found.setdefault(constraint, []).append(name)
    return found


def check_names(names: Sequence[str], path: str) -> None:
    """Refuse names that a table has twice, and a set that is stated as a whole and by its members."""
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise refuse(path, f"has the column '{twice[0]}' twice; rename one")
    for constraint, several in columns_of(names).items():
        if len(several) > 1 and constraint in several:
            both = f"{constraint} and {next(name for name in several if name != constraint)}"
            raise refuse(path, f"{both} state the same constraint; leave one of them out")


def check_stating(names: Collection[str], path: str) -> None:
    """Refuse a table that states nothing, by the names of its columns."""
    such = f"such as {', '.join([*BY_NAME][:5])}"
    if not names:
        raise refuse(path, f"is empty; name a column for each constraint, {such}")
    if columns_of(list(names)):
        return
    first, *_ = names
    if separator := next((sign for sign in ";\t" if sign in first), ""):
        raise refuse(path, f"has {separator!r} between its columns; write commas")
    near = next((f"'{name}': {hint[2:]}" for name in names if (hint := nearest(name.strip(), BY_NAME))), "")
    raise refuse(path, f"has no column named after a constraint; {near or f'write one {such}'}")


class Reader:
    """Reads columns of one constraint as codes of its axis."""

    def __init__(self, axis: Axis) -> None:
        self.axis, self.constraint = axis, axis.constraint
        self._texts: dict[str, int | str] = {}
        """The code of each text that was read, or why it is no answer."""
        named = self.constraint.kind in ("choice", "set") and self.constraint.name != "gpu"
        self._member = Spelt.of(self.constraint.values) if named else None
        """How members of lists are spelt, and texts so far."""
        self._spelt: Spelt | None = None
        self._by_name: Codes | None = None
        """The code of each that is spelt; none where that is its position."""
        self._misses = 0
        if self.constraint.kind == "choice" and named:
            self._texts = {name: axis.of(name) for name in self.constraint.values}
            self._learn()

    def codes(self, column: str, array: Any, faults: Faults) -> Codes:
        """The codes of a column."""
        kind = array.type
        if pa.types.is_null(kind):
            return np.zeros(len(array), np.uint8)
        if pa.types.is_dictionary(kind):
            return self._encoded(column, array, faults)
        if _is_text(kind):
            return self._text(column, array, faults)
        if pa.types.is_boolean(kind) and self.constraint.kind == "flag":
            no, yes = (np.uint8(self.axis.by_name[answer]) for answer in (False, True))
            codes: Codes = bits_of(array, 1) * (yes - no) + no
            return codes if (known := valid(array)) is None else codes * known
        if self.constraint.numeric and pa.types.is_decimal(kind):
            if kind.precision <= MAX_DIGITS:
                return self._numbers(column, array.cast(pa.float64()), faults)
            text = array.cast(pa.string())  # a double would round them, across a threshold at worst
            whole = kind.scale <= 0
            return self._text(column, text if whole else pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), "."), faults)
        if self.constraint.numeric and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            return self._numbers(column, array.cast(pa.float32()) if pa.types.is_float16(kind) else array, faults)
        lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        if self.constraint.kind == "set" and lists and not pa.types.is_nested(kind.value_type):
            return self._lists(column, array, faults)
        faults.add(column, f"is of type {kind}; write {_TYPES[self.constraint.kind]}", stated(array))
        return np.zeros(len(array), np.uint8)

    def members(self, columns: Mapping[str, Any], faults: Faults) -> Codes:
        """The codes of a set that has a column for each of its members: true, false, or null for not known.

        A set is known where one of them is; a member that is not is not in it.
        """
        rows = len(next(iter(columns.values())))
        bits, some = np.zeros(rows, np.uint32), np.zeros(rows, bool)
        for name, array in columns.items():
            member = self.constraint.values.index(name.partition(".")[2])
            if pa.types.is_dictionary(array.type):
                array = array.dictionary_decode()  # noqa: PLW2901
            if _is_text(array.type):
                array = _yes_no(name, array, faults)  # noqa: PLW2901  (from here on as it is without text)
            if pa.types.is_null(array.type):
                continue
            if not pa.types.is_boolean(array.type):
                faults.add(name, f"is of type {array.type}; write true or false", stated(array))
                continue
            bits |= (bits_of(array, 1) & stated(array)).astype(np.uint32) << np.uint32(member)
            some |= stated(array)
        return self._sets(bits, some)

    def _sets(self, bits: npt.NDArray[Any], stated: Bools | None) -> Codes:
        """The codes of sets by the bits of their members."""
        found = self._by_bits().take(bits)
        return found if stated is None else found * stated

    @cache  # noqa: B019  (as long as the reader)
    def _by_bits(self) -> Codes:
        every = np.arange(1 << len(self.constraint.values))
        own = np.zeros(len(every), np.intp)
        for to, member in enumerate(self.axis.members):
            own |= (every >> self.constraint.values.index(member) & 1) << to
        codes = self.axis.by_bits[own]
        return codes.astype(np.uint8) if codes.max() < 256 else codes

    def _code_of(self, text: str) -> int | str:
        """The code of a text, or why it is no answer."""
        if text not in self._texts:
            if len(self._texts) > _MOST_TEXTS:
                self._texts.clear()
            try:
                self._texts[text] = self.axis.of(answer_of(self.constraint, text))
            except InvalidAnswerError as error:
                self._texts[text] = str(error)
        return self._texts[text]

    def _learn(self) -> None:
        """How the texts that are answers are spelt, where they are few."""
        codes = [(code, text) for text, code in self._texts.items() if isinstance(code, int) and text]
        codes.sort()
        few = codes and codes[-1][0] < 256
        self._spelt = Spelt.of(tuple(text for _, text in codes)) if few else None
        by_name = [0, *(code for code, _ in codes)]
        same = by_name == list(range(len(by_name)))
        self._by_name = pairs_of(np.array(by_name, np.uint8)) if self._spelt and not same else None

    def _spelt_out(self, array: Any) -> Codes | None:
        """The codes of texts, where they are found at once."""
        if self._spelt is None or (found := self._spelt.positions(array)) is None:
            return None
        self._misses = 0
        return found if self._by_name is None else by_pairs(self._by_name, found)

    def _encoded(self, column: str, array: Any, faults: Faults) -> Codes:
        """A column that has each of its values once, and for each row which it is."""
        if pa.types.is_list(array.type.value_type) or not _is_text(array.type.value_type):
            return self.codes(column, array.cast(array.type.value_type), faults)
        codes: list[int] = []
        wrong: list[tuple[int, str]] = []
        for at, text in enumerate(array.dictionary.to_pylist()):
            code = 0 if text is None else self._code_of(text)
            if isinstance(code, str):
                wrong.append((at, code))
            codes.append(0 if isinstance(code, str) else code)
        codes.append(0)
        known, index = valid(array), buffer_of(array.indices)
        for at, message in wrong:
            faults.add(column, message, index == at if known is None else (index == at) & known.view(bool))
        found = np.array(codes, np.uint8 if max(codes) < 256 else np.uint16).take(index, mode="clip")
        return found if known is None else found * known

    def _text(self, column: str, array: Any, faults: Faults) -> Codes:
        if (found := self._spelt_out(array)) is not None:
            return found
        if self.constraint.numeric:
            plain = pc.fill_null(pc.match_substring_regex(array, _PLAIN), False)  # noqa: FBT003
            if pc.sum(plain).as_py():
                if self.constraint.kind == "integer":
                    plain = pc.and_(plain, pc.invert(pc.fill_null(pc.match_substring(array, "."), False)))  # noqa: FBT003
                numbers = pc.cast(pc.if_else(plain, array, None), pa.float64())
                rest = pc.if_else(plain, None, array)
                return _either(
                    self._numbers(column, numbers, faults), self._encoded(column, rest.dictionary_encode(), faults)
                )
        codes = self._encoded(column, array.dictionary_encode(), faults)
        if self._misses <= _MOST_MISSES:
            self._misses += 1
            self._learn()
        return codes

    def _numbers(self, column: str, array: Any, faults: Faults) -> Codes:
        """Numbers by the edges that they are beyond; what is not a number is not known."""
        numbers, given = buffer_of(array), valid(array)
        least, whole = self.constraint.least, self.constraint.kind == "integer"
        floating = numbers.dtype.kind == "f"
        known = numbers >= least if whole else numbers > least
        if given is not None:
            known &= given.view(bool)
        codes: Codes = known.astype(np.uint8 if len(self.axis.edges) < 255 else np.uint16)
        for number, above in self.axis.edges:
            codes += numbers > number if above else numbers >= number
        if given is not None:
            codes *= given
        fractions = floating and whole
        stated = np.count_nonzero(known) == len(numbers) - array.null_count
        if not stated or fractions or not numbers.max(initial=0) < 10**MAX_DIGITS:
            known &= numbers < 10**MAX_DIGITS
            if fractions:
                known &= numbers == np.floor(numbers)
            codes *= known
            wrong = ~known if given is None else ~known & given.view(bool)
            if floating:
                wrong &= ~np.isnan(numbers)
            if wrong.any():
                self._not_numbers(column, numbers, wrong, faults)
        return codes

    def _not_numbers(self, column: str, numbers: npt.NDArray[Any], wrong: Bools, faults: Faults) -> None:
        kinds: Sequence[tuple[Callable[[Any], Any], str]] = (
            (lambda n: n >= 10**MAX_DIGITS, f"must be a finite number of at most {MAX_DIGITS} digits"),
            (lambda n: n <= self.constraint.least, f"must be {self.constraint.bound}"),
            (np.ones_like, "must be a whole number"),
        )
        for test, message in kinds:
            rows = wrong & test(numbers).astype(bool)
            if rows.any():
                first = numbers[rows.argmax()]
                faults.add(column, f"{message}, not {first:g}", rows)
                wrong = wrong & ~rows

    def _lists(self, column: str, array: Any, faults: Faults) -> Codes:
        """Sets as lists of their members."""
        begin, known = offsets(array), stated(array)
        inner = array.values.slice(begin[0], begin[-1] - begin[0])
        members = None
        if self._member and _is_text(inner.type) and not inner.null_count:
            members = self._member.positions(inner)
        counts = np.diff(begin)
        if members is None or (members == 0).any():
            members = self._members(column, inner, counts, known, faults)
            known &= ~faults.wrong.get(column, np.zeros(1, bool))
        weights = np.array([0, *(1 << at for at in range(len(self.constraint.values)))], np.uint32)
        sums = np.zeros(len(inner) + 1, np.uint32)
        np.cumsum(weights.take(members), out=sums[1:])
        at = begin - begin[0]
        bits = sums.take(at[1:]) - sums.take(at[:-1])
        twice = known & (np.bitwise_count(bits) != counts)
        faults.add(column, "has a member twice; write it once", twice)
        known &= ~twice
        return self._sets(bits, None) if known.all() else self._sets(np.where(known, bits, 0), known)

    def _members(self, column: str, inner: Any, counts: npt.NDArray[Any], known: Bools, faults: Faults) -> Codes:
        """The members of lists by position, from 1; what is none is noted by the rows that have it."""
        encoded = inner if pa.types.is_dictionary(inner.type) else inner.dictionary_encode()
        index, given = buffer_of(encoded.indices), stated(encoded)
        rows = np.repeat(np.arange(len(counts)), counts)
        named: list[int] = []
        wrong = [(~given, "has a null among its members; leave it out")]
        for at, text in enumerate(encoded.dictionary.to_pylist()):
            named.append(self.constraint.values.index(text) + 1 if text in self.constraint.values else 0)
            if not named[-1]:
                message = f"'{shown(str(text), 40)}' is not a member here; write {', '.join(self.constraint.values)}"
                wrong.append((given & (index == at), message))
        for members, message in wrong:
            faults.add(column, message, (np.bincount(rows[members], minlength=len(counts)) > 0) & known)
        return np.array([*named, 0], np.uint8).take(np.where(given, index, len(named)))


_TYPES = {
    "choice": "its names as text",
    "set": "a list of names, text as a|b, or a column for each member",
    "number": "numbers, or text with a unit or a range",
    "integer": "whole numbers, or text with a range",
    "flag": "true or false",
}


def answer_of(constraint: Constraint, text: str) -> Value | None:
    """The answer that a text in a table gives: as in a spec, a set also as `a|b`, a yes or no also as `True`.

    Raises:
        InvalidAnswerError: when it is none.
    """
    if constraint.kind == "set":
        text = text.replace("|", ",")
    elif constraint.kind == "flag" and text in (*YES, *NO):
        text = text.lower()
    return parse_answer(constraint, text.strip(), unlisted=True)


def _yes_no(column: str, array: Any, faults: Faults) -> Any:
    """Text that says true or false, as such."""
    yes, no, unknown = (pc.is_in(array, value_set=pa.array(words, array.type)) for words in (YES, NO, _UNKNOWN))
    wrong = ~np.asarray(pc.or_(pc.or_(yes, no), unknown))
    faults.add(column, f"must be one of: {', '.join((*YES, *NO))}, unknown", wrong)
    return pc.if_else(pc.or_(yes, no), yes, None)


YES, NO, _UNKNOWN = ("true", "True", "TRUE"), ("false", "False", "FALSE"), (*sorted(UNKNOWN_WORDS), None)


def _either(one: Codes, other: Codes) -> Codes:
    return np.where(one != 0, one, other)


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
