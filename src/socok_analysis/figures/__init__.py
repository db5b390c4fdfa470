"""Figures: tidy tables in, figures out. Knows nothing of Excel, notebooks or publishing."""
