"""The queries of queries/ with what their first comments say, and the same question as ast-grep's rule where there is one.

A line "; key: value" at the head of a query: `title` and `about`, what it is for; `identifier: yes` for the query of
every identifier, which is counted instead of written; `whole: yes` where ast-grep is asked over all of Linux in a run of
the default size.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
KEYS = {"title", "about", "identifier", "whole"}


class Question:
    def __init__(self, path):
        self.name = path.stem
        self.path = path
        head = read_head(path)
        if not {"title", "about"} <= head.keys() <= KEYS:
            sys.exit(f"{path}: its head has {', '.join(sorted(head))}; it needs title and about, and may have "
                     f"{', '.join(sorted(KEYS))}")
        self.title = head["title"]
        self.about = head["about"]
        self.is_identifier = head.get("identifier") == "yes"
        self.whole = head.get("whole") == "yes"
        rule = HERE / "rules" / f"{self.name}.yml"
        self.rule = rule if rule.is_file() else None


def read_head(path):
    head = {}
    for line in path.read_text().splitlines():
        if not line.startswith("; "):
            break
        key, _, value = line[2:].partition(": ")
        head[key] = value
    return head


def read_questions(only=None):
    questions = [Question(path) for path in sorted((HERE / "queries").glob("*.scm"))]
    stray = {path.stem for path in (HERE / "rules").glob("*.yml")} - {each.name for each in questions}
    if stray:
        sys.exit(f"rules without a query: {', '.join(sorted(stray))}")
    if only:
        unknown = only - {each.name for each in questions}
        if unknown:
            sys.exit(f"no such query: {', '.join(sorted(unknown))}")
        questions = [each for each in questions if each.name in only]
    return questions
