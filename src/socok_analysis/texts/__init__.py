"""Texts: the year's words as data. Knows the files and their parts, nothing of figures."""
