"""Official documents as decree 30/2020/ND-CP lays them out: one tree, a writer for Word and PDF."""
