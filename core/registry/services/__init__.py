"""Use cases of the registry. Each takes the actor, leaves its entry on the trail, and commits nothing."""

from core.registry.services.due import MOST_AT_ONCE, Due, each_due, erase_due
from core.registry.services.erasing import ANONYMOUS, erase_person, forget, is_open, retained, retained_here
from core.registry.services.households import (
    change_household,
    close_household,
    create_household,
    exit_household,
    note_income,
    remove_household,
    remove_income,
)
from core.registry.services.merging import merge_persons, part_persons
from core.registry.services.moving import FOLLOWERS, Follower, count_followers, follow_change, take_back
from core.registry.services.persons import (
    age_on,
    change_guardian,
    change_person,
    create_person,
    missing_consent,
    note_death,
    note_guardian,
    remove_person,
    restore_person,
)
from core.registry.services.schooling import (
    change_enrolment,
    change_staff,
    create_staff,
    end_enrolment,
    end_staff,
    enrol,
    remove_enrolment,
    set_school_facts,
)
from core.registry.services.statuses import end_status, note_status, remove_status

__all__ = [
    "ANONYMOUS",
    "FOLLOWERS",
    "MOST_AT_ONCE",
    "Due",
    "Follower",
    "age_on",
    "change_enrolment",
    "change_guardian",
    "change_household",
    "change_person",
    "change_staff",
    "close_household",
    "count_followers",
    "create_household",
    "create_person",
    "create_staff",
    "each_due",
    "end_enrolment",
    "end_staff",
    "end_status",
    "enrol",
    "erase_due",
    "erase_person",
    "exit_household",
    "follow_change",
    "forget",
    "is_open",
    "merge_persons",
    "missing_consent",
    "note_death",
    "note_guardian",
    "note_income",
    "note_status",
    "part_persons",
    "remove_enrolment",
    "remove_household",
    "remove_income",
    "remove_person",
    "remove_status",
    "restore_person",
    "retained",
    "retained_here",
    "set_school_facts",
    "take_back",
]
