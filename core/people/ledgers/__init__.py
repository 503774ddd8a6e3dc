"""The ledgers of the registry, declared once each."""

from core.host.ledgers import Ledger
from core.people.ledgers.households import HOUSEHOLD_STATUSES, HOUSEHOLDS, INCOMES
from core.people.ledgers.persons import GUARDIANS, PERSONS, STATUSES
from core.people.ledgers.schools import ENROLMENTS, SCHOOLS, STAFF

LEDGERS: list[Ledger] = [PERSONS, ENROLMENTS, HOUSEHOLDS, STATUSES, GUARDIANS, INCOMES, HOUSEHOLD_STATUSES, SCHOOLS,
                         STAFF]

__all__ = ["ENROLMENTS", "GUARDIANS", "HOUSEHOLDS", "HOUSEHOLD_STATUSES", "INCOMES", "LEDGERS", "PERSONS", "SCHOOLS",
           "STAFF", "STATUSES"]
