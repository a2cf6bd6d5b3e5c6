"""Which sentences are true of a unit. How they are said is the business of ``wording``."""
