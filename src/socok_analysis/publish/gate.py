"""The gate: nothing generated is moved into place before it has been searched for personal data.

secrets    the names, caseworkers, remarks and CPR numbers of this run's exports
texts      every kind of generated file as text: pages, index, notebooks, PDF, Office, Parquet
scan       what is found, told by place and never quoted
"""

from socok_analysis.publish.scan import check_folder
from socok_analysis.publish.secrets import Secrets, make_secrets, read_secrets

__all__ = ["Secrets", "check_folder", "make_secrets", "read_secrets"]
