"""The blueprint that the pages of money hang on."""

from __future__ import annotations

from core.web.markers import unit_blueprint

blueprint = unit_blueprint("funds", __name__, template_folder="../templates")
