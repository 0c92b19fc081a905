# How nbgrader 0.9 makes, collects and grades the units in source/. README.md beside this file has the steps.
c = get_config()  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.course_id = "anomalies"

# What stands in a student's version where the solution was.
c.ClearSolutions.code_stub = {"go": 'panic("not answered yet")'}
c.ClearSolutions.text_stub = "*Your answer.*"

# Submissions run in the isolated kernel: `flowbook kernel install --sandbox` puts it there.
c.ExecutePreprocessor.kernel_name = "gonb-sandbox"
# A cell that never ends is interrupted and gets no points; the others are graded.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.interrupt_on_timeout = True
# Tags of a submission do not decide which cells are executed and which may fail.
c.ExecutePreprocessor.skip_cells_with_tag = ""
c.ExecutePreprocessor.allow_error_name_tags = False
c.ExecutePreprocessor.force_raise_errors = False
