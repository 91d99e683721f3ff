"""nbgrader's settings for this course; `nbgrader` and `course` both read this file."""

c = get_config()  # noqa: F821  nbgrader provides it

c.CourseDirectory.course_id = "vision-architectures"
# What a student finds in place of a solution.
c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\nraise NotImplementedError('not written yet')"
}
c.ClearSolutions.text_stub = "*Your answer here: replace this line.*"
c.OverwriteCells.add_missing_cells = True
c.Execute.timeout = 60
