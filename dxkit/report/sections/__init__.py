"""The sections of a page; ``report.Report`` offers them to notebooks."""
