"""From a Danish jobcentre's Excel exports to the annual report on social enterprises.

What an analyst's notebook imports is loaded when it is asked for:

    from socok_analysis import open_page, open_tables, show_bars, show_counts
"""

from importlib import import_module

__version__ = "0.1.0"
_PLACES = {
    "open_page": "run.open",
    "open_status": "run.open",
    "open_tables": "run.open",
    "show_bars": "show.notebook",
    "show_counts": "show.notebook",
}


def __getattr__(name: str) -> object:
    """Return what notebooks import; raise AttributeError for any other name."""
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"socok_analysis.{_PLACES[name]}"), name)
