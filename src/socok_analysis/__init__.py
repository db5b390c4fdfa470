"""From a Danish jobcentre's Excel exports to the annual report on social enterprises."""

__version__ = "0.1.0"
