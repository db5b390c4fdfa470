"""Core: the year, problems, lists, manifests, folders moved whole, Danish numbers."""
