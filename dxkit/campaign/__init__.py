"""The campaign folder of an office, read and checked whole: files to ``model.Campaign``."""
