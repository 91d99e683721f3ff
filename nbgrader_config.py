"""nbgrader's settings for this course; `nbgrader` and `course` both read this file."""

c = get_config()  # noqa: F821  nbgrader provides it

c.CourseDirectory.course_id = "vision-architectures"
# What a student finds in place of a solution.
c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\nraise NotImplementedError('not written yet')"
}
c.ClearSolutions.text_stub = "*Your answer here: replace this line.*"

# Grade in the isolated engine: `nbgrader autograde`, the formgrader and `course grade` alike.
# CheckCellMetadata is not needed: RestoreCells takes all metadata from the course.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "autograder.engine.preprocessors.RestoreCells",
]
c.Autograde.autograde_preprocessors = [
    "autograder.engine.preprocessors.ExecuteIsolated",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.Autograde.pre_convert_hook = "autograder.guard.before_autograde"
# Feedback shows what tests say, never the text of hidden ones.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
# In these pages, as in the formgrader's, nothing that a student wrote may act.
c.HTMLExporter.sanitize_html = True
c.TemplateExporter.filters = {"markdown2html": "autograder.inert.markdown2html"}
