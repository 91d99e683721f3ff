"""Import this first: it leaves out what takes a second to import and is of no use here.

jsonschema, which nbformat uses, builds a grammar of internationalised web addresses as
soon as it finds the package for it. Notebooks are checked without it.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
