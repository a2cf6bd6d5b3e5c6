"""The batch: plan, workers, one page, manifest."""
