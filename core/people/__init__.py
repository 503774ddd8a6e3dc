"""The registry brought to people: its ledgers, and the pages of a person, a household and a school."""
