"""Hypothesis without limits of time: a test tells of the code, never of how busy a machine is."""

from hypothesis import HealthCheck, given, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

__all__ = ["given"]
