#!/usr/bin/env python
"""Run a Django management command of Journeyorch."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    if sys.argv[1:] == ["evaluate"]:
        # It needs nothing of Django, and is there in a quarter of the time without: scripts start it often.
        from journeyorch.evaluating import evaluate_lines

        evaluate_lines()
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
