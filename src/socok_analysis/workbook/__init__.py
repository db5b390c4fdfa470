"""Workbook: any .xlsx, .xlsm or .csv to cells as written, and its health."""
