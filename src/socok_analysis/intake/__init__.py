"""Intake: Excel exports in, tidy tables and problems out. Knows nothing of figures."""
