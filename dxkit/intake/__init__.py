"""Raw workbooks to an indicator table and findings, every value with its cell."""
