"""Takes along the source of a model class and its functions, from a file or from the cells of a notebook.

Reads and analyses only: nothing of the user's code is run again, and nothing is pickled.
"""

from .extract import Extracted, extract_model, extract_source

__all__ = ["Extracted", "extract_model", "extract_source"]
