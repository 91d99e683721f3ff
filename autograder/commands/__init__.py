"""The commands of `course`, by who uses them. Each imports what it needs when it runs."""
