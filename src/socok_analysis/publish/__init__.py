"""Publishing: executed notebooks become a website, a PDF, a Word document and downloads."""
