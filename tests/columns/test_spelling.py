"""Which of a few names each text is: none that is almost one is taken for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from genarch.columns.spelling import Hashing, Spelt
from genarch.engine.constraints import CONSTRAINTS
from strategies import examples

NAMES = st.one_of(
    st.sampled_from([each.values for each in CONSTRAINTS if each.values and each.name != "gpu"]),
    st.lists(st.text("ab", min_size=1, max_size=6), min_size=1, max_size=12, unique=True).map(tuple),
    st.lists(st.text("ab|", min_size=1, max_size=30), min_size=30, max_size=90, unique=True).map(tuple),
)


@st.composite
def near(draw: st.DrawFn, names: tuple[str, ...]) -> list[str]:
    """Texts that together have the lengths, or the characters, of names, and are not all names themselves."""
    one, other = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    at = draw(st.integers(0, len(one)))
    return draw(
        st.sampled_from(
            [
                [one[:at] + "b" + one[at + 1 :]],
                [one[:at], one[at:]],
                [one + other[:1], other[1:]],
                [one + other, ""],
                [one + "a" * 256],
                [one[::-1]],
                [other[: len(one)].ljust(len(one), "a")],
            ]
        )
    )


@examples(150)
@given(st.data(), NAMES)
def test_exactly_the_names(data: st.DataObject, names: tuple[str, ...]) -> None:
    """With nulls and empty texts among them, from any row on."""
    texts = data.draw(st.lists(st.sampled_from(["", None, *names]), max_size=60))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(texts)))
        texts[at:at] = data.draw(near(names))
    skipped = data.draw(st.integers(0, min(3, len(texts))))
    kind = data.draw(st.sampled_from([pa.string(), pa.large_string()]))
    spelt = Spelt.of(names)
    if spelt is None:
        return
    found = spelt.positions(pa.array(texts, kind).slice(skipped))
    rows = texts[skipped:]
    if all(not text or text in names for text in rows):
        assert found is not None
        assert found.tolist() == [1 + names.index(text) if text else 0 for text in rows]
    else:
        assert found is None


def test_text_behind_null() -> None:
    """Arrow allows any; a name there is no answer."""
    begin, text = pa.array([0, 5, 13, 18], pa.int32()), b"batchrealtimebatch"
    array = pa.StringArray.from_buffers(3, begin.buffers()[1], pa.py_buffer(text), pa.py_buffer(b"\x05"))
    spelt = Spelt.of(("batch", "realtime"))
    assert spelt
    found = spelt.positions(array)
    assert found is not None
    assert found.tolist() == [1, 0, 1]


def test_where_one_ends() -> None:
    """The text of both is that of the names; but one is cut elsewhere."""
    for names in (("axx", "by"), ("axx", "by", "cz", "ey")):
        spelt = Spelt.of(names)
        assert spelt
        assert spelt.positions(pa.array(["ax", "xby"])) is None
        assert spelt.positions(pa.array(["axx", "by"])) is not None


@examples(100)
@given(st.lists(st.text("abcdefgh", min_size=1, max_size=40), min_size=2, max_size=60, unique=True).map(tuple))
def test_the_length_is_in_the_number(names: tuple[str, ...]) -> None:
    """Which is what no text is taken for a longer name by."""
    begin = np.cumsum([0, *map(len, names)])
    by = Hashing.of(begin, np.frombuffer("".join(names).encode(), np.uint8))
    if by is not None:
        bits = max(map(len, names)).bit_length()
        keys = by.keys(begin, np.frombuffer("".join(names).encode(), np.uint8))
        assert len({*keys.tolist()}) == len(names)
        assert [int(key) % (1 << bits) for key in keys] == [len(name) for name in names]
