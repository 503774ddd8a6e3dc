"""Households, persons, guardians, enrolments, staff and school attributes, each fact with its dates."""
