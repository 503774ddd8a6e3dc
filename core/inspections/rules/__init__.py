"""Periods, answers and rates: plain values in, plain values out."""
