"""Imports what a run of pyinfra imports, then forks a process for each run that is asked for.

Two thirds of a run's processor time against the emulator would go into imports. When it is ready,
it says so, and reads requests as lines of JSON: `argv`, `env`, `cwd`, and the paths of `output`, a
file, and of `status`, a named pipe, which gets the process's number, and then its exit status.
"""

import importlib
import json
import os
import pkgutil
import signal
import sys
from typing import Any, NoReturn

import pyinfra
from gevent import monkey, reinit
from pyinfra_cli.main import main

PACKAGES = ["mailfleet", "tasks"]
LOADED_LATER = ["botocore.httpsession", "botocore.handlers", "botocore.regions"]

# gevent's own would watch the child from its hub, which has no place in this process.
fork = monkey.get_original("os", "fork")
wait = monkey.get_original("os", "waitpid")


def warm_up() -> None:
    pyinfra.is_cli = True  # which pyinfra looks at while operations are being defined
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            importlib.import_module(found.name)
    for name in LOADED_LATER:
        importlib.import_module(name)


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    with open(0, closefd=False) as requests:
        for line in requests:
            if fork() == 0:
                keep(json.loads(line))


def keep(request: dict[str, Any]) -> NoReturn:
    """Start the run, and report on it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = fork()
    if pid == 0:
        run(request)
    with open(request["status"], "w", buffering=1) as status:
        print(pid, file=status)
        print(os.waitstatus_to_exitcode(wait(pid, 0)[1]), file=status)
    os._exit(0)


def run(request: dict[str, Any]) -> NoReturn:
    reinit()  # urllib3 has made a hub
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = request["argv"]
    main()
    sys.exit()


if __name__ == "__main__":
    warm_up()
    serve()
