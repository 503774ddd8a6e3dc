"""Printed papers: receipts, letters and certificates as PDF, with codes to scan and amounts in capital characters."""

from core.printing.amounts import uppercase
from core.printing.codes import qr, qr_series
from core.printing.pictures import picture
from core.printing.rendering import render, render_each

__all__ = ["picture", "qr", "qr_series", "render", "render_each", "uppercase"]
