"""Downloads: what the pages show, as an Excel book and as tidy CSV with a description."""

from socok_analysis.publish.book import write_book
from socok_analysis.publish.content import Content, read_content
from socok_analysis.publish.package import write_package

__all__ = ["Content", "read_content", "write_book", "write_package"]
