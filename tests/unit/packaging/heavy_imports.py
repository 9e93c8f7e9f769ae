"""Which heavy packages each of the given targets imports: `python heavy_imports.py PACKAGE,PACKAGE TARGET ...`.

A target is a DAG file or `module:function`, whose own imports are carried out too. Airflow is imported once, and each
target in a fork of that process, as Airflow's own tasks are. Prints a JSON object: the packages by target, and those
that Airflow itself has imported under `airflow`.
"""

import ast
import json
import os
import runpy
import sys
from importlib import import_module
from pathlib import Path


def main(packages: list[str], targets: list[str]) -> None:
    """Print what each target imports of these packages."""
    for module in ("airflow.sdk.execution_time.task_runner", "airflow.cli.cli_parser"):
        import_module(module)
    found = {"airflow": imported(packages)}
    for target in targets:
        receives, sends = os.pipe()
        if (child := os.fork()) == 0:
            carry_out(target)
            os.write(sends, json.dumps(imported(packages)).encode())
            os._exit(0)
        os.close(sends)
        with open(receives, "rb") as answer:
            found[target] = json.loads(answer.read() or '["failed"]')
        os.waitpid(child, 0)
    print(json.dumps(found))


def imported(packages: list[str]) -> list[str]:
    return [package for package in packages if package in sys.modules]


def carry_out(target: str) -> None:
    """Run a DAG file as Airflow does, or import a function's module and what the function itself imports."""
    try:
        if target.endswith(".py"):
            runpy.run_path(target)
            return
        module, _, function = target.partition(":")
        source = Path(str(import_module(module).__file__)).read_text()
        (body,) = (one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.name == function)
        imports: list[ast.stmt] = [one for one in ast.walk(body) if isinstance(one, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(body=imports, type_ignores=[]), target, "exec"), {})
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1].split(","), sys.argv[2:])
