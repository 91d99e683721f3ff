"""The warm parent of the judges: one fork for each submission, as for the students.

Arguments: the socket that takes orders (each one a file descriptor, over which a ticket
arrives and the result goes back), the socket of the student processes' parent, and the
extras that the sessions need.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import traceback

from autograder.engine.frames import receive_json, send_json
from autograder.engine.lockdown import die_with_parent
from autograder.engine.runner import Runner
from autograder.engine.ticket import GRACE_SECONDS, ticket_in
from autograder.engine.zygote import import_everything, receive_descriptors, warm_torch
from cvlib.own_numbers import handed_in_by


def main() -> None:
    """Serve orders until the other side hangs up."""
    control, zygote = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    die_with_parent()
    import_everything(sys.argv[3:])
    warm_torch()
    gc.freeze()  # what lives now stays: forks share its memory untouched
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the batch's to handle
    control.send(b"ready")
    while True:
        message, descriptors = receive_descriptors(control)
        if not message:
            return
        if os.fork() == 0:
            die_with_parent()
            control.close()
            become_judge(socket.socket(fileno=descriptors[0]), zygote)
        for descriptor in descriptors:
            os.close(descriptor)


def become_judge(channel: socket.socket, zygote: socket.socket) -> None:
    """In the fork: run one ticket, send the result; never returns."""
    try:
        ticket = ticket_in(receive_json(channel))
        most = int(2 * ticket.budget.total + GRACE_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))  # ends it, whatever it does
        try:
            with handed_in_by(ticket.student):
                result = Runner(ticket, zygote).run()
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{os.path.basename(last.filename)}:{last.lineno}"
            result = {"failed": f"{type(error).__name__}: {error} ({place})"}
        send_json(channel, result)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
