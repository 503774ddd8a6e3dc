"""Actions, roles, rules and scope: who may do what, where."""
