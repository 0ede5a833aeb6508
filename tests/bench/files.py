"""Files the lines share."""

import os
from pathlib import Path


def workbook() -> Path:
    """The roster of 35,000 rows, written once a run."""
    return Path(os.environ["DATA_DIR"]) / "bench-roster.xlsx"
