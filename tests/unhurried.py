"""Hypothesis without limits of time: a test tells of the code, never of how busy a machine is. All
examples are tried with --full, a third of them otherwise.
"""

import sys

from hypothesis import HealthCheck, given, settings

EXAMPLES = 100 if "--full" in sys.argv else 33
"""Of one property."""
settings.register_profile(
    "unhurried",
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")

__all__ = ["EXAMPLES", "given"]
