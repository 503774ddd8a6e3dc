"""Pages that name accounts: who holds what, one account, and the questions about what people may do."""

from core.accounts.people import person, posts, questions
from core.accounts.people.blueprint import blueprint

__all__ = ["blueprint", "person", "posts", "questions"]
