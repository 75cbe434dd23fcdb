"""Ready-made bots: the team of an invented internet provider. `python -m botmesh_bots` lists them.

reception      finds the agent that can answer a question, delegates to it and returns its answer
billing        answers questions about invoices from a list in SQLite
tech_support   finds repair steps in a knowledge file by full-text search; asks billing about money
hr             answers questions about leave, absences and house rules from the staff list; internal
"""

TEAM = ("reception", "billing", "tech_support", "hr")
"""The modules of the bots. `python -m botmesh_bots.billing` runs one of them."""
