"""Runs a command with an HTTP proxy that leads to the package indexes only.

Arguments: a folder of Unix sockets 0, 1, ...; `host:port` of each in that order, with commas between; the command. A socket
answers a connection with a line, `+` or `-` and the reason, and then passes bytes on to its host. Runs inside the sandbox, so
nothing here has to hold against the command: the worker opens no socket but those.
"""

import os
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

LONGEST_HEAD = 65536


def main(folder, names, command):
    doors = {name: os.path.join(folder, str(number)) for number, name in enumerate(names.split(",")) if name}
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=accept, args=(listener, doors), daemon=True).start()
    environment = {name: value for name, value in os.environ.items() if name.lower() not in ("no_proxy", "all_proxy")}
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        environment[name] = "http://127.0.0.1:%d" % listener.getsockname()[1]
    status = subprocess.run(command, env=environment).returncode
    return status if status >= 0 else 128 - status


def accept(listener, doors):
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=serve, args=(connection, doors), daemon=True).start()


def serve(connection, doors):
    with connection:
        try:
            head, rest = read_head(connection)
            name, head = destination(head)
            if name not in doors:
                tell("%s is no host of this worker's package indexes" % name)
                return refuse(connection, "403 Forbidden")
            with socket.socket(socket.AF_UNIX) as door:
                door.connect(doors[name])
                answer = door.makefile("rb", buffering=0).readline().decode("utf-8", "replace").strip()
                if answer != "+":
                    tell("%s cannot be reached: %s" % (name, answer[1:]))
                    return refuse(connection, "502 Bad Gateway")
                if head is None:
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    door.sendall(rest)
                else:
                    door.sendall(head + rest)
                there = threading.Thread(target=copy, args=(connection, door), daemon=True)
                there.start()
                copy(door, connection)
                there.join()
        except (OSError, ValueError, IndexError):
            return  # A broken connection, or no request: there is nobody to tell.


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(LONGEST_HEAD)
        if not more or len(data) > LONGEST_HEAD:
            raise ValueError("no request")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def destination(head):
    """Returns `host:port`, and what to send there: None for a tunnel."""
    lines = head.split(b"\r\n")
    method, target, version = lines[0].split(b" ")
    if method == b"CONNECT":
        return target.decode("ascii").lower(), None
    url = urlsplit(target.decode("ascii"))
    host = "[%s]" % url.hostname if ":" in url.hostname else url.hostname
    path = (url.path or "/") + ("?" + url.query if url.query else "")
    lines[0] = b" ".join((method, path.encode("ascii"), version))
    # One request a connection: the next one may be for another host.
    kept = [line for line in lines if not line.lower().startswith((b"connection:", b"proxy-"))]
    return "%s:%d" % (host, url.port or 80), b"\r\n".join(kept + [b"Connection: close", b"", b""])


def copy(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def refuse(connection, status):
    connection.sendall(("HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status).encode())


def tell(text):
    sys.stderr.write("[index] %s\n" % text)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
