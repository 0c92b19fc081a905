# How nbgrader 0.9 makes, collects and grades the units in source/. README.md beside this file has the steps.
import secrets

from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import (
    CheckCellMetadata, ClearOutput, DeduplicateIds, NbGraderPreprocessor, OverwriteCells, OverwriteKernelspec)

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
# Tags of a submission do not decide which cells are executed and which may fail: nobody knows this one.
c.ExecutePreprocessor.skip_cells_with_tag = secrets.token_hex()
c.ExecutePreprocessor.force_raise_errors = False


class DropBadMetadata(NbGraderPreprocessor):
    """nbgrader stops the grading of everybody at a cell that a student has copied or whose metadata are no longer
    nbgrader's. Here such a cell is the student's own: a test that is then missing is put back, without points."""

    def preprocess_cell(self, cell, resources, cell_index):
        try:
            MetadataValidator().validate_cell(cell)
        except Exception:
            del cell.metadata["nbgrader"]
        return cell, resources


c.Autograde.sanitize_preprocessors = [
    ClearOutput, DropBadMetadata, DeduplicateIds, DropBadMetadata, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
