"""Run as a script between the supervisor and a child: `python leash.py SUPERVISOR_PID COMMAND…`.

It asks the kernel to end this process when the supervisor ends, however that ends, kill -9 included; then it becomes
COMMAND (the process id stays, and so does the leash). A script of its own and not `preexec_fn`, because the supervisor
has threads (the engine's client), and Python code between fork and exec beside threads can deadlock.
Other systems than Linux have no such leash: there the command simply runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(supervisor: int, command: list[str]) -> None:
    """Puts this process on the leash and becomes the command; does not return."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The supervisor may have died before the leash was on: then nobody is left to pull it.
        if os.getppid() != supervisor:
            sys.exit("the supervisor has gone")
    # Python ignores SIGPIPE for itself, and that would be inherited.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
