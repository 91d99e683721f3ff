"""Right answers to the exercises, done another way: every one must get full points."""
