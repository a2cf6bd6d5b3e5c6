"""Campaign and period to finished files in outputs."""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# What of jsonschema takes a second to import and no notebook needs: nobody gets past here to it.
