"""The parts of a page, one module for each kind; ``report.Report`` offers them to notebooks."""
