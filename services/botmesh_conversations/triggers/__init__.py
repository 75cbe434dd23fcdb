"""Triggers: what makes an account's conversations change by themselves."""
