"""How the expression language says no: at check time with all problems, at run time with the first."""

from __future__ import annotations

from dataclasses import dataclass

from journeyorch.phrases import sentence

_OUT_OF_RANGE = sentence("The result is outside the range of {what}. Use smaller values.", "what")


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """One thing wrong with a source text. Lines and columns count from 1, ``length`` is in characters.

    ``suggestion`` is a text to put in place of the marked one, when there is a likely one.
    """

    code: str
    message: str
    line: int
    column: int
    length: int
    suggestion: str | None = None


class ExpressionError(Exception):
    """The source was refused; ``problems`` is never empty and in the order of the text."""

    def __init__(self, problems: list[ExpressionProblem]) -> None:
        ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
        super().__init__("; ".join(problem.message for problem in ordered))
        self.problems = ordered


class RunTimeError(Exception):
    """An evaluation that failed: the activity fails with this message (expressions.md, Corners)."""

    def __init__(self, code: str, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column


class Failure(ValueError):
    """A failure inside an operator or function, which knows no position; the caller of it adds one.

    A ``ValueError``, because some of what raises it is used outside expressions, to read durations and times.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def misfit(message: str) -> Failure:
    """A value that is not what its declared type or its reader needs."""
    return Failure("ERR_EXPR_VALUE", message)


def out_of_range(what: str) -> Failure:
    return Failure("ERR_EXPR_OVERFLOW", _OUT_OF_RANGE(what=what))


def locate(source: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character offset."""
    line_start = source.rfind("\n", 0, offset) + 1
    return source.count("\n", 0, offset) + 1, offset - line_start + 1


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the source that a run-time error can point at."""

    source: str
    start: int
    end: int

    def error(self, failure: Failure) -> RunTimeError:
        line, column = locate(self.source, self.start)
        return RunTimeError(failure.code, failure.message, line, column)

    def problem(self, code: str, message: str, suggestion: str | None = None) -> ExpressionProblem:
        line, column = locate(self.source, self.start)
        return ExpressionProblem(code, message, line, column, max(1, self.end - self.start), suggestion)

    def text(self) -> str:
        return self.source[self.start : self.end]
