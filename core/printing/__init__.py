"""Printed papers: receipts, letters and certificates as PDF, with codes to scan and amounts in capital characters."""

from core.printing.amounts import uppercase
from core.printing.codes import qr
from core.printing.pictures import picture
from core.printing.rendering import merge, render, render_each

__all__ = ["merge", "picture", "qr", "render", "render_each", "uppercase"]
