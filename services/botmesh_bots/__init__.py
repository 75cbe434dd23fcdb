"""Ready-made bots, one a file: the team of an invented internet provider. `python -m botmesh_bots` lists them.

reception      finds who is qualified, delegates, passes the answer on
billing        invoices, from a list in SQLite
tech_support   steps that help, from a knowledge file with full-text search; asks billing about money
hr             leave, absences and house rules, from the staff list; internal
"""

TEAM = ("reception", "billing", "tech_support", "hr")
"""The bots' modules: `python -m botmesh_bots.billing` runs one."""
