"""Opens sockets at descriptor 3 and above as systemd does, then becomes the program given.

with_sockets.py SOCKET... -- PROGRAM ARGUMENT...; a SOCKET is tcp, tcp6, udp, or the path of a Unix socket.
The ports of those of TCP are printed on standard error, as "socket 3 on port 1234".
"""

import os
import socket
import sys

at = sys.argv.index("--")
sockets, program = sys.argv[1:at], sys.argv[at + 1:]
opened = []
for kind in sockets:
    if kind.startswith("/"):
        made = socket.socket(socket.AF_UNIX)
        made.bind(kind)
    elif kind == "tcp6":
        made = socket.socket(socket.AF_INET6)
        made.bind(("::1", 0))
    else:
        made = socket.socket(type=socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        made.bind(("127.0.0.1", 0))
    if kind != "udp":
        made.listen(512)
    opened.append(made)
# Moves them out of the way first.
copies = [os.dup2(made.fileno(), 100 + i) for i, made in enumerate(opened)]
for i, copy in enumerate(copies):
    os.dup2(copy, 3 + i, inheritable=True)
    os.close(copy)
    if opened[i].family != socket.AF_UNIX:
        print(f"socket {3 + i} on port {opened[i].getsockname()[1]}", file=sys.stderr, flush=True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(opened))
os.environ["LISTEN_FDNAMES"] = ":".join(f"name{i}" for i in range(len(opened)))
os.execvp(program[0], program)
