"""The revision ledger: what changed between two reports, row by row and figure by figure."""
