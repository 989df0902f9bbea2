"""Ends a child process when its parent dies. A script: `python parent_death.py PARENT_PID COMMAND…`.

It asks the kernel for SIGKILL on the parent's death (`PR_SET_PDEATHSIG`), however that dies, kill -9 included; then it
becomes COMMAND, which keeps the process id and the request. Not `preexec_fn`, because the supervisor has threads (the
engine's client), and Python code between fork and exec beside threads can deadlock. On other systems than Linux the
command simply runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(supervisor: int, command: list[str]) -> None:
    """Asks for the signal and becomes the command; does not return."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the kernel was asked: then no signal comes.
        if os.getppid() != supervisor:
            sys.exit("the supervisor has gone")
    # Python ignores SIGPIPE for itself, and that would be inherited.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
