"""Plans that are begun: a campaign folder that loads, from a list of units and one of criteria."""
