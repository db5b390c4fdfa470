"""Show: numbers, texts, tables and charts of a page, as Markdown and image files."""
