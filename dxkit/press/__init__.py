"""Campaign and period to finished files in outputs."""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# An extra of jsonschema that takes a second to import and that no notebook needs is kept out.
