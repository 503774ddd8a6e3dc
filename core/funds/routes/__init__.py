"""The pages of money: accounts, their movements, money under way, alarms."""

from core.funds.routes import booking, files, oversight, standing
from core.funds.routes.blueprint import blueprint

__all__ = ["blueprint", "booking", "files", "oversight", "standing"]
