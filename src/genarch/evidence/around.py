"""What evidence says around what is stated: where one of the task, the hardware, the size and the budget is another.

Everything else stays, so that it is enough for what a single change does.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterator, Sequence
from itertools import chain

from genarch.engine.conditions import All, Any, Condition, Predicate
from genarch.engine.constraints import BY_NAME, Answers
from genarch.engine.rules import Rule, RuleTable
from genarch.engine.spec import with_implied
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.standing import OUTWEIGHS, Against, Point, against, any_of, numbered, point_of
from genarch.evidence.ways import Place, Tasks, place_of, usual_like

SIZES = (256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 1920, 2048, 3072, 4096)
"""The sizes in pixels that an image of another size than the stated one is tried at."""


def elsewhere(stated: Answers, rules: RuleTable, catalogue: Catalogue) -> tuple[Rule, ...]:
    """What evidence says beside that, where the task, the hardware or the size is another and everything else stays.

    Where no task is stated, what it says of every task at any budget.
    """
    answers, task, tasks = with_implied(stated), stated.get("task"), BY_NAME["task"].values
    point, points = point_of(answers, catalogue), OUTWEIGHS * rules.header.points["strong"]
    if task is None:
        _, timed = against(stated, rules, catalogue, tasks)
        return tuple([rule for one in timed if point for rule in one.time(point, points, timed, any_budget=True)])
    found, others = against(stated, rules, catalogue, tuple([other for other in tasks if other != task]))
    if point is None:
        return tuple(found)
    asked = (str(task),)
    _, timed = against(stated, rules, catalogue, asked)
    said: dict[tuple[str, str], list[tuple[Tasks, Point]]] = {}
    for every, at in (
        (others, ((some, point) for some in dict.fromkeys(chain.from_iterable(one.groups for one in others)))),
        (timed, ((asked, point._replace(place=place)) for place in _places_like(point.place, catalogue))),
        (timed, ((asked, point._replace(side=side)) for side in SIZES)),
    ):
        for spot in at:
            for key in _said(every, *spot) if spot != (asked, point) else ():
                said.setdefault(key, []).append(spot)
    for one in timed:
        for what, taken in (("too-slow", 0), ("unlikely", points)):
            if spots := said.get((one.architecture, what)):
                when = _any_of_them(spots, asked, point)
                found.append(one.rule(what, when, "", (one.architecture,), "estimated", taken))
        if one.late(asked, point):  # where the budget is another, it may be unlikely
            found += one.unlikely([asked], point, points, timed, any_budget=True)
    return tuple(found)


def _said(every: Sequence[Against], tasks: Tasks, point: Point) -> Iterator[tuple[str, str]]:
    """The architectures that are too slow or unlikely at a point, whatever steers the models."""
    kept = any(one.least(tasks, point) <= point.tightest for one in every)
    for one in every:
        if one.late(tasks, point):
            yield one.architecture, "too-slow"
        elif kept and one.misses(tasks, point):
            yield one.architecture, "unlikely"


def _any_of_them(spots: Sequence[tuple[Tasks, Point]], asked: Tasks, point: Point) -> Condition:
    """That one thing is not what it is at the stated point, but as at one of the spots."""
    here, sized, within = point.stated
    tasks = [some for some, _ in spots if some != asked]
    places = [at.place.name for _, at in spots if at.place != point.place]
    sizes = Any(tuple([numbered("resolution_px", "is", at.side) for _, at in spots if at.side != point.side]))
    lines = (
        (tasks, (any_of(tasks), here, sized, within)),
        (places, (any_of([asked]), Predicate(point.place.constraint, "is", tuple(places)), sized, within)),
        (sizes.parts, (any_of([asked]), here, sizes, within)),
    )
    return Any(tuple([All(line) for some, line in lines if some]))


def _places_like(place: Place, catalogue: Catalogue) -> Sequence[Place]:
    """The hardware of the kind, by GPU; or each kind of device."""
    if place.constraint == "gpu":
        return usual_like(place.name, catalogue)
    named = [{"device": name} for name in BY_NAME["device"].values]
    return [found for answers in named if (found := place_of(answers, catalogue))]
