"""Periods of days as law and plans count them: working days with 调休, calendar days, school days."""

from core.calendar.days import Break, Day, DayKind, Due, add_days, count_days, is_announced, is_working_day

__all__ = ["Break", "Day", "DayKind", "Due", "add_days", "count_days", "is_announced", "is_working_day"]
