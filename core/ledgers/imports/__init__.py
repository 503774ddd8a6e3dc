"""Imports: a clerk's own workbook, read as it is, mapped, judged cell by cell, and stored at once or not at all."""
