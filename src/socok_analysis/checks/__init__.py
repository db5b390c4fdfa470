"""Checks: tables and figures in, problems out."""
