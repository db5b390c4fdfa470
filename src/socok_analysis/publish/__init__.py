"""Publishing: executed notebooks become a website, a PDF, a Word document and downloads."""

from socok_analysis.publish.documents import DocumentMeta, write_brief, write_documents
from socok_analysis.publish.pages import SitePage, read_page
from socok_analysis.publish.pandoc import PublishError
from socok_analysis.publish.quarto import copy_assets, find_quarto
from socok_analysis.publish.site import Publisher, PublishResult, publish_site

__all__ = [
    "DocumentMeta",
    "PublishError",
    "PublishResult",
    "Publisher",
    "SitePage",
    "copy_assets",
    "find_quarto",
    "publish_site",
    "read_page",
    "write_brief",
    "write_documents",
]
