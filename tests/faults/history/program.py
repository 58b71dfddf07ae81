"""Starts a module of ours or another's as a program, after others were imported that watch it, hurry it, or sabotage it:

python -m tests.faults.history.program tests.faults.history.of_tasks,… celery -A tasks.app worker
"""

from __future__ import annotations

import importlib
import runpy
import sys

if __name__ == "__main__":
    first, module = sys.argv[1:3]
    del sys.argv[1:3]
    for name in filter(None, first.split(",")):
        importlib.import_module(name)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
