"""What an instructor runs: build, release, grade and report a course with nbgrader."""
