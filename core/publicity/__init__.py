"""Publicity: notices that leak nothing and withdraw themselves, objections, duty clocks, the public site."""
