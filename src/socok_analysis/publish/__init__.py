"""Publishing: executed notebooks become a website, a PDF and a Word document."""

from socok_analysis.publish.documents import DocumentMeta, write_documents
from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.pages import Page, read_page
from socok_analysis.publish.quarto import copy_assets, find_quarto
from socok_analysis.publish.sites import Publisher, PublishResult, index_pages, publish_site

__all__ = [
    "DocumentMeta",
    "Page",
    "PublishError",
    "PublishResult",
    "Publisher",
    "copy_assets",
    "find_quarto",
    "index_pages",
    "publish_site",
    "read_page",
    "write_documents",
]
