"""Values with named fields are those of `typing` in use, though they are declared for less."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from genarch import values
from genarch.values import NamedTuple


class Ours(NamedTuple):
    """Some values."""

    one: int
    two: str = "b"
    three: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.one}{self.two}"


class Theirs(typing.NamedTuple):
    one: int
    two: str = "b"
    three: tuple[int, ...] = ()


class Below(Ours):
    pass


@pytest.fixture(params=["the first values", "later ones"], autouse=True)
def _made_before(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first values of a kind are made one by one, later ones by a function of their own."""
    if "__new__" in vars(Ours):
        delattr(Ours, "__new__")
    monkeypatch.setattr(values, "_FEW", 0 if request.param == "later ones" else 1000)


def test_a_value_is_what_typing_makes_of_it() -> None:
    ours, theirs = Ours(1, three=(2,)), Theirs(1, three=(2,))
    assert tuple(ours) == tuple(theirs) == (1, "b", (2,))
    assert hash(ours) == hash(theirs)
    assert (ours.one, ours.two, ours.three, ours.both) == (1, "b", (2,), "1b")
    assert repr(ours).removeprefix("Ours") == repr(theirs).removeprefix("Theirs")
    assert ours._asdict() == theirs._asdict()
    assert ours._replace(two="c") == Ours._make([1, "c", (2,)]) == (1, "c", (2,))
    assert (Ours._fields, Ours._field_defaults) == (Theirs._fields, Theirs._field_defaults)
    assert not hasattr(ours, "__dict__")
    match ours:
        case Ours(one, two=two):
            assert (one, two) == (1, "b")


def test_values_are_copied_pickled_and_inherited() -> None:
    for value in (Below(3), Ours(1)):
        for same in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value), value._replace()):  # noqa: S301
            assert same == value
            assert type(same) is type(value)
    assert repr(Below(3)) == "Below(one=3, two='b', three=())"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (Ours, TypeError),
        (lambda: Ours(1, "b", (), 4), TypeError),  # type: ignore[call-arg]
        (lambda: Ours(1, one=2), TypeError),  # type: ignore[misc]
        (lambda: Ours(1, four=4), TypeError),  # type: ignore[call-arg]
        (lambda: Ours._make([1]), TypeError),
        (lambda: Ours(1)._replace(four=4), ValueError),  # type: ignore[call-arg]
    ],
)
def test_a_field_too_few_or_too_many_is_refused(make: typing.Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        make()
