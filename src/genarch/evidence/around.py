"""What evidence says around what is stated: where one of the task, the hardware, the size and the budget is another.

Everything else stays, so that it is enough for what a single change does.
"""

# No annotations as strings here: each would be compiled at every start.
from collections.abc import Iterator, Sequence
from itertools import chain

from genarch.engine.conditions import All, Any, Condition, Predicate
from genarch.engine.constraints import BY_NAME, Answers
from genarch.engine.rules import Rule, RuleTable
from genarch.engine.search import verdict_search
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.standing import OUTWEIGHS, Against, Case, Point, any_of, numbered, timed_of, whatever_the_budget
from genarch.evidence.ways import Place, Tasks, place_of, usual_like

SIZES = (256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 1920, 2048, 3072, 4096)
"""The sizes in pixels that an image of another size than the stated one is tried at, beside those that rules name."""


def elsewhere(stated: Answers, rules: RuleTable, catalogue: Catalogue) -> tuple[Rule, ...]:
    """What evidence says beside that, where the task, the hardware or the size is another and everything else stays.

    Where no task is stated, what it says of every task at any budget.
    """
    task, tasks, points = stated.get("task"), BY_NAME["task"].values, OUTWEIGHS * rules.header.points["strong"]
    asked = (str(task),)
    beside = Case(stated, catalogue, tuple([other for other in tasks if other != task]))
    if (point := beside.point) is None:
        return tuple(whatever_the_budget(beside, rules)) if task else ()
    others = timed_of(beside, rules)
    if task is None:
        return tuple([rule for one in others for rule in one.time(point, points, others, any_budget=True)])
    found, here = whatever_the_budget(beside, rules), Case(stated, catalogue, asked)
    timed = timed_of(here, rules)
    sizes = {*SIZES, *map(int, verdict_search(rules).space.column("resolution_px").thresholds)}
    said: dict[tuple[str, str], list[tuple[Tasks, Point]]] = {}
    for every, at in (
        (others, ((some, point) for some in dict.fromkeys(chain.from_iterable(one.groups for one in others)))),
        (timed, ((asked, point._replace(place=place)) for place in _others_like(point.place, catalogue))),
        (timed, ((asked, point._replace(side=side)) for side in sorted(sizes) if side != point.side)),
    ):
        for spot in at:
            for key in _said(every, here, *spot):
                said.setdefault(key, []).append(spot)
    for one in timed:
        for what, taken in (("too-slow", 0), ("unlikely", points)):
            if spots := said.get((one.architecture, what)):
                when = _any_of_them(spots, asked, point)
                found.append(one.rule(what, when, "", (one.architecture,), "estimated", taken))
        if one.late(asked, point):  # where the budget is another, it may be unlikely
            found += one.unlikely([asked], point, points, timed, any_budget=True)
    return tuple(found)


def _said(every: Sequence[Against], case: Case, tasks: Tasks, point: Point) -> Iterator[tuple[str, str]]:
    """The architectures that are too slow or unlikely at a point, whatever steers the models."""
    known, wanted, tightest = [one.at(tasks, point) for one in every], case.wanted(point.place), point.tightest
    said: dict[int, str] = {}  # some architectures have the ways of another
    for one, at in zip(every, known, strict=True):
        if id(at) not in said:
            behind = any(theirs <= tightest and mine > point.budget for theirs, mine in at.behind(known))
            missed = "unlikely" if behind else ""
            said[id(at)] = "too-slow" if at.late(point.budget, wanted) else missed
        if said[id(at)]:
            yield one.architecture, said[id(at)]


def _any_of_them(spots: Sequence[tuple[Tasks, Point]], asked: Tasks, point: Point) -> Condition:
    """That one thing is not what it is at the stated point, but as at one of the spots."""
    here, sized, within = point.stated
    tasks = [some for some, _ in spots if some != asked]
    places = [at.place.name for _, at in spots if at.place is not point.place]
    sizes = Any(tuple([numbered("resolution_px", "is", at.side) for _, at in spots if at.side != point.side]))
    lines = (
        (tasks, (any_of(tasks), here, sized, within)),
        (places, (any_of([asked]), Predicate(point.place.constraint, "is", tuple(places)), sized, within)),
        (sizes.parts, (any_of([asked]), here, sizes, within)),
    )
    return Any(tuple([All(line) for some, line in lines if some]))


def _others_like(place: Place, catalogue: Catalogue) -> Sequence[Place]:
    """Other hardware of the kind, by GPU; or each other kind of device."""
    if place.constraint == "gpu":
        found = usual_like(place.name, catalogue)
    else:
        named = ({"device": name} for name in BY_NAME["device"].values)
        found = [known for answers in named if (known := place_of(answers, catalogue))]
    return [other for other in found if other.name != place.name]
