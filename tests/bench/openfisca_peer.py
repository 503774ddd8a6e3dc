"""The table of 贵定县 for an autumn term written for OpenFisca-core, which the bench runs beside ours where it is installed.

OpenFisca keeps numbers as 32-bit floats, exact for the sums of one pupil in yuan with halves; it knows no "not known", so
whatever is unknown counts as no, and fees nobody knows as nothing.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import time
from typing import Any

import polars as pl

PERIOD, YEAR = "2016-09", "2016"
STAGES = ("preschool", "primary", "junior", "senior", "vocational", "college", "university")
_NEEDY = ("filing_card", "allowance", "extreme_hardship", "orphan", "disabled", "hardship_special", "hardship")
_MONITORED = ("monitored_unstable", "monitored_marginal", "monitored_sudden")


def version() -> str:
    """The version that was measured."""
    return importlib.metadata.version("openfisca-core")


def work_out(frame: pl.DataFrame) -> tuple[float, int] | None:
    """Seconds, and the sum in fen; None where OpenFisca is not installed."""
    if importlib.util.find_spec("openfisca_core") is None:
        return None
    best, fen = float("inf"), 0
    for _ in range(3):
        simulation, names = _simulation(frame)
        start = time.perf_counter()
        found = [simulation.calculate(name, PERIOD) for name in names]
        best = min(best, time.perf_counter() - start)
        fen = sum(round(float(values.astype("float64").sum()) * 100) for values in found)
    return best, fen


def _simulation(frame: pl.DataFrame) -> tuple[Any, list[str]]:
    core: Any = importlib.import_module("openfisca_core")
    entities = importlib.import_module("openfisca_core.entities")
    systems = importlib.import_module("openfisca_core.taxbenefitsystems")
    builder = importlib.import_module("openfisca_core.simulation_builder")
    assert core
    pupil = entities.build_entity(key="pupil", plural="pupils", label="pupil", is_person=True)
    system = systems.TaxBenefitSystem([pupil])
    columns = _columns(frame)
    for name, values in columns.items():
        system.add_variable(_variable(pupil, name, values.dtype.kind == "b"))
    rules = _rules()
    for name, formula in rules.items():
        system.add_variable(_variable(pupil, name, False, formula))
    made = builder.SimulationBuilder()
    made.create_entities(system)
    made.declare_person_entity("pupil", range(frame.height))
    simulation = made.build(system)
    for name, values in columns.items():
        simulation.set_input(name, PERIOD, values)
    return simulation, list(rules)


def _variable(entity: Any, name: str, flag: bool, formula: Any = None) -> Any:
    variables = importlib.import_module("openfisca_core.variables")
    periods = importlib.import_module("openfisca_core.periods")
    values = {"value_type": bool if flag else float, "entity": entity, "definition_period": periods.DateUnit.MONTH, "label": name}
    return type(name, (variables.Variable,), values | ({"formula": formula} if formula else {}))


def _columns(frame: pl.DataFrame) -> dict[str, Any]:
    flags = {f"is_{stage}": (frame["stage"] == stage).to_numpy() for stage in STAGES}
    flags |= {name.replace("=", "_"): frame[name].to_numpy() for name in frame.columns if name.startswith("category=")}
    flags["boards"] = frame["boarding"].fill_null(False).to_numpy()
    flags["own_card"] = (frame["category=filing_card"] & frame["school=522723"]).to_numpy()
    flags["licensed"] = (frame["approved"].fill_null(False) & frame["ownership"].is_in(["public", "inclusive_private"])).to_numpy()
    numbers = {"year_of_school": frame["grade"].cast(pl.Float32).to_numpy(),
               "tuition": frame["fee_tuition"].fill_null(0).cast(pl.Float32).to_numpy() / 100,
               "days": frame["attended_days"].fill_null(100).cast(pl.Float32).to_numpy()}
    return flags | numbers


def _rules() -> dict[str, Any]:
    """Item → formula, the amounts in yuan for the term."""
    card, own = ("category_filing_card",), ("own_card",)
    four = ("category_filing_card", "category_disabled", "category_allowance", "category_extreme_hardship")
    needy = tuple(f"category_{code}" for code in _NEEDY)
    boards, grants = (*needy, *(f"category_{code}" for code in _MONITORED)), (*needy, "category_out_of_poverty")
    early = (*card, "category_martyr_child", "category_orphan", "category_disabled")

    def ask(pupil: Any, period: Any, names: tuple[str, ...]) -> Any:
        found = pupil(names[0], period)
        for name in names[1:]:
            found = found + pupil(name, period)  # OpenFisca's own way of "or" on flags
        return found > 0

    def flat(stages: tuple[str, ...], who: tuple[str, ...], yuan: float) -> Any:
        return lambda pupil, period: ask(pupil, period, stages) * ask(pupil, period, who) * yuan

    def boarding(pupil: Any, period: Any) -> Any:
        rate = pupil("is_primary", period) * 500.0 + pupil("is_junior", period) * 625.0
        return pupil("boards", period) * ask(pupil, period, boards) * rate

    def top_up(pupil: Any, period: Any) -> Any:
        return (pupil("boarding_aid", period) > 0) * pupil("category_filing_card", period) * 50.0

    def meals(pupil: Any, period: Any) -> Any:
        return ask(pupil, period, ("is_primary", "is_junior")) * ask(pupil, period, boards) * pupil("days", period) * 4.0

    def preschool(pupil: Any, period: Any) -> Any:
        return pupil("is_preschool", period) * pupil("licensed", period) * ask(pupil, period, early) * 100.0

    def senior_fee(pupil: Any, period: Any) -> Any:
        poor = ask(pupil, period, four) * (pupil("own_card", period) == 0)
        return pupil("is_senior", period) * poor * pupil("tuition", period) / 2

    def vocational(limit: int, who: tuple[str, ...] | None, yuan: float) -> Any:
        return lambda pupil, period: (pupil("is_vocational", period) * (pupil("year_of_school", period) <= limit)
                                      * (ask(pupil, period, who) if who else True) * yuan)

    def tuition(pupil: Any, period: Any) -> Any:
        rate = pupil("is_university", period) * 1_915.0 + pupil("is_college", period) * 1_750.0
        return pupil("category_filing_card", period) * rate

    senior, trade, higher = ("is_senior",), ("is_vocational",), ("is_college", "is_university")
    return {
        "boarding_aid": boarding, "boarding_county": top_up, "meals": meals, "preschool_living": preschool,
        "senior_grant": flat(senior, grants, 1_000.0), "senior_fee": senior_fee, "senior_poverty": flat(senior, own, 500.0),
        "senior_tuition": flat(senior, own, 380.0), "senior_books": flat(senior, own, 200.0),
        "senior_dormitory": flat(senior, own, 250.0),
        "vocational_fee": vocational(3, None, 1_000.0), "vocational_grant": vocational(2, grants, 1_000.0),
        "vocational_poverty": flat(trade, own, 500.0), "vocational_books": flat(trade, own, 200.0),
        "vocational_dormitory": flat(trade, own, 250.0), "higher_grant": flat(higher, grants, 1_500.0),
        "higher_poverty": flat(higher, card, 500.0), "higher_tuition": tuition,
    }
