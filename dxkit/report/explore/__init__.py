"""What notebooks for exploring show: initiatives, data quality, the start page."""
