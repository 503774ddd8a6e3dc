"""A decision hot and cold with 1,014 lines, 500 of them counties' own, and the naive model beside it.

The naive model is what Casbin's manual suggests: every assignment as a `g` line with the unit as its domain,
and one enforcer for everything.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from casbin import Enforcer

from core.access.engine import RuleSet
from core.access.queries import Grant
from core.access.rules import Line
from core.access.viewer import Viewer
from core.extensions import new_id

ROLES = [f"role{number}" for number in range(19)]
OBJECTS = [f"aid.thing{number}" for number in range(40)]
VERBS = ("read", "write", "approve", "export", "manage")
DEFAULTS, OF_COUNTIES, ASSIGNMENTS = 514, 500, 70_000
HOT, COLD, NAIVE = 200_000, 400, 60
#: units at which both have been asked before their memory is weighed
TOUCHED = 100
NAIVE_MODEL = """
[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = role, dom, obj, act, eft

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.obj == p.obj && r.act == p.act && under(r.dom, p.dom) && g(r.sub, p.role, r.dom)
"""


def county(number: int) -> str:
    """The path of one of 3,000 counties."""
    return f"00/{number // 100 + 11}/{number // 10 % 10:02}/{number % 10:02}/"


def make_lines(chance: random.Random) -> list[Line]:
    """514 lines of the platform, 500 of counties on the objects that counties care about."""
    defaults = [Line(role, "", obj, verb) for role in ROLES for obj in OBJECTS for verb in VERBS]
    own = [Line(chance.choice(ROLES), county(chance.randrange(3000)), chance.choice(OBJECTS[:8]), chance.choice(VERBS),
                "", chance.choice(["allow", "deny"])) for _ in range(OF_COUNTIES)]
    return [*chance.sample(defaults, DEFAULTS), *own]


def timed(turn: Callable[[], object], count: int) -> float:
    """Microseconds of one turn: the best of five runs, since others only ever make it slower."""
    runs = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(count // 5):
            turn()
        runs.append((time.perf_counter() - start) / (count // 5))
    return min(runs) * 1e6


def row(name: str, ours: float, target: str, unit: str, floor: float | None = None) -> dict[str, Any]:
    """One line of the table; for the naive model the floor is ours, and the ratio how much slower it is."""
    return {"name": name, "ours": ours, "floor": floor, "ratio": ours / floor if floor else None, "target": target,
            "unit": unit}


def weighed(make: Callable[[], Any], touch: Callable[[Any, str], object]) -> tuple[Any, float, float]:
    """What was made, the megabytes it holds after questions at TOUCHED units, and the milliseconds it took to
    make without the scales."""
    gc.collect()
    start = time.perf_counter()
    made = make()
    took = (time.perf_counter() - start) * 1000
    del made
    tracemalloc.start()
    made = make()
    for number in range(TOUCHED):
        touch(made, county(number * 7))
    size = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return made, size, took


def cold(rules: RuleSet, chance: random.Random) -> list[float]:
    """Questions never asked before, on objects whose lines have been read."""
    for obj in OBJECTS:
        rules.decide(frozenset({"role0"}), "00/", f"{obj.replace('.', ':')}:read")
    times = []
    for number in range(COLD):
        who = frozenset(chance.sample(ROLES, 2)) | {f"nobody{number}"}
        action = f"{chance.choice(OBJECTS).replace('.', ':')}:{chance.choice(VERBS)}"
        start = time.perf_counter()
        rules.decide(who, "00/", action)
        times.append((time.perf_counter() - start) * 1e6)
    return times


def naive_enforcer(lines: list[Line], chance: random.Random) -> Enforcer:
    """All assignments as `g` lines, matched by the path of the unit."""
    made = Enforcer(Enforcer.new_model(text=NAIVE_MODEL))
    made.add_function("under", str.startswith)
    made.model["p"]["p"].policy.extend([line.role, line.tenant, line.obj, line.act, line.eft] for line in lines)
    made.model["g"]["g"].policy.extend(
        [f"account{number}", chance.choice(ROLES), county(chance.randrange(3000))] for number in range(ASSIGNMENTS))
    made.add_named_domain_matching_func("g", str.startswith)
    made.build_role_links()
    return made


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    chance = random.Random(11)
    rules, size, took = weighed(
        lambda: RuleSet(1, make_lines(random.Random(11))),
        lambda made, unit: made.decide(frozenset({"role1", "role2"}), unit, "aid:thing3:write"))
    who, path, action = frozenset({"role1", "role2"}), county(1234), "aid:thing3:write"
    hot = timed(lambda: rules.decide(who, path, action), HOT)
    grant = Grant("role1", new_id(), "522723", "测试县", path)
    viewer = Viewer(new_id(), "测试甲", [grant], rules)
    asked = timed(lambda: viewer.allowed(action, grant), HOT)
    first = cold(rules, chance)
    naive, naive_size, naive_took = weighed(
        lambda: naive_enforcer(make_lines(random.Random(11)), random.Random(12)),
        lambda made, unit: made.enforce("account1", unit, "aid.thing3", "write"))
    naive.enforce("account1", path, "aid.thing3", "write")
    slow = timed(lambda: naive.enforce("account1", path, "aid.thing3", "write"), NAIVE)
    return [
        row("decision, hot", hot, "≤ 2 µs", "µs"),
        row("decision through the viewer, hot", asked, "≤ 2 µs", "µs"),
        row("decision, cold, median", statistics.median(first), "≤ 300 µs", "µs"),
        row("decision, cold, slowest of 20", statistics.quantiles(first, n=20)[-1], "≤ 300 µs", "µs"),
        row("naive model, hot, against ours", slow, "≥ 200 ×", "µs", hot),
        row(f"memory, {TOUCHED} units asked at", size, "≤ 4 MB", "MB"),
        row("naive model's memory, against ours", naive_size, "", "MB", size),
        row("loading", took, "", "ms"),
        row("naive model's loading, against ours", naive_took, "", "ms", took),
    ]
