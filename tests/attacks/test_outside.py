"""Write where nothing may be written, talk to somebody, get out of the sandbox."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest

from tests.attacks.conftest import MARK, Attack, Classroom, forged, with_neighbour


def test_submission_cannot_write_outside_of_its_scratch_folder(
    room: Classroom, attack: Attack
) -> None:
    places = [room.settings.root, room.settings.submitted, room.settings.source, Path.home(),
              Path.cwd(), Path(tempfile.gettempdir()), Path(os.__file__).parent, Path("/"),
              Path("/usr"), Path("/etc"), Path("/var/tmp"), Path("/dev"), Path("/library"),
              Path("/library/cvlib"), Path("/proc/sys/kernel"), Path("/sys")]  # fmt: skip
    code = (
        "import os\n"
        f"for place in {[str(place) for place in places]}:\n"
        f"    for make in (lambda: open(os.path.join(place, '{MARK}'), 'w').write('x'),\n"
        f"                 lambda: os.symlink('/', os.path.join(place, '{MARK}-link')),\n"
        f"                 lambda: os.mkfifo(os.path.join(place, '{MARK}-pipe'))):\n"
        "        try: make()\n"
        "        except OSError: continue\n"
        "        print('WROTE', place)\n"
        "for path in (os.__file__, '/usr/bin/env', '/etc/ld.so.cache'):\n"
        "    for do in (lambda: open(path, 'a'), lambda: os.chmod(path, 0o777),\n"
        "               lambda: os.remove(path), lambda: os.rename(path, '/tmp/x')):\n"
        "        try: do(); print('CHANGED', path)\n"
        "        except OSError: pass\n"
        "print('done')"
    )
    graded = attack(code)
    assert "done" in graded.text
    wrote = {line for line in graded.text.splitlines() if line.startswith("WROTE")}
    assert wrote <= {"WROTE /tmp"}
    assert "CHANGED" not in graded.text


@pytest.fixture
def listener() -> object:
    """A server on this machine that remembers who called."""
    heard: list[bytes] = []
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0" + MARK)
    abstract.listen()
    path = Path(tempfile.mkdtemp()) / "talk"
    named = socket.socket(socket.AF_UNIX)
    named.bind(str(path))
    path.chmod(0o777)
    path.parent.chmod(0o777)
    named.listen()
    for server in (tcp, abstract, named):
        threading.Thread(target=remember, args=(server, heard), daemon=True).start()
    threading.Thread(target=lambda: heard.append(udp.recv(100)), daemon=True).start()
    yield {"heard": heard, "tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1],
           "path": str(path)}  # fmt: skip
    for server in (tcp, udp, abstract, named):
        server.close()


def remember(server: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            server.accept()
        except OSError:
            return
        heard.append(b"called")


def test_submission_cannot_reach_any_network(listener: dict[str, object], attack: Attack) -> None:
    code = (
        "import socket, os, urllib.request\n"
        f"tcp, udp, path = {listener['tcp']}, {listener['udp']}, {listener['path']!r}\n"
        "def call(family, address, kind=socket.SOCK_STREAM):\n"
        "    s = socket.socket(family, kind); s.settimeout(1); s.connect(address); s.send(b'x')\n"
        "tries = {\n"
        "    'tcp': lambda: call(socket.AF_INET, ('127.0.0.1', tcp)),\n"
        "    'udp': lambda: call(socket.AF_INET, ('127.0.0.1', udp), socket.SOCK_DGRAM),\n"
        "    'outside': lambda: call(socket.AF_INET, ('192.0.2.1', 80)),\n"
        "    'six': lambda: call(socket.AF_INET6, ('2001:db8::1', 80)),\n"
        "    'names': lambda: socket.getaddrinfo('example.org', 80),\n"
        "    'web': lambda: urllib.request.urlopen('http://example.org', timeout=1),\n"
        "    'named': lambda: call(socket.AF_UNIX, path),\n"
        f"    'abstract': lambda: call(socket.AF_UNIX, '\\0{MARK}'),\n"
        "    'vsock': lambda: socket.socket(40, socket.SOCK_STREAM),\n"
        "    'packet': lambda: socket.socket(17, socket.SOCK_RAW),\n"
        "    'bluetooth': lambda: socket.socket(31, socket.SOCK_RAW, 1),\n"
        "    'kernel_crypto': lambda: socket.socket(38, socket.SOCK_SEQPACKET),\n"
        "}\n"
        "for name, go in tries.items():\n"
        "    try: go(); print('REACHED', name)\n"
        "    except OSError as error: print('closed', name, error)\n"
    )
    graded = attack(code)
    assert "REACHED" not in graded.text
    assert graded.text.count("closed") == 12
    assert listener["heard"] == []


def test_submission_cannot_talk_to_another_that_runs_at_once(room: Classroom) -> None:
    code = (
        "import socket, time\n"
        "family, address = socket.AF_UNIX, '\\0mallory'\n"
        "server = socket.socket(family); end = time.time() + 2\n"
        "try:\n    server.bind(address); server.listen(); print('bound')\n"
        "except OSError: print('TAKEN')\n"
        "web = socket.create_server(('127.0.0.1', 4711)) if True else None\n"
        "server.settimeout(1.2); web.settimeout(0.3)\n"
        "for s in (server, web):\n"
        "    try: s.accept(); print('VISITED')\n"
        "    except TimeoutError: print('nobody')\n"
        "    except OSError as error: print(error)\n"
    )
    for name in ("mallory", "morgan"):
        room.hand_in(name, forged(room, code))
    graded = with_neighbour(room)
    for name in ("mallory", "morgan"):
        assert "bound" in graded[name].text
        assert "TAKEN" not in graded[name].text
        assert "VISITED" not in graded[name].text


def test_submission_cannot_get_new_rights(attack: Attack) -> None:
    """System calls that would open the sandbox; programs that change the user."""
    code = (
        "import ctypes, os, subprocess\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "NEW_USER, NEW_MOUNT, NEW_NET, NEW_PID = 0x10000000, 0x20000, 0x40000000, 0x20000000\n"
        "tries = {\n"
        "    'unshare user': lambda: libc.unshare(NEW_USER),\n"
        "    'unshare mount': lambda: libc.unshare(NEW_USER | NEW_MOUNT),\n"
        "    'setns': lambda: libc.setns(os.open('/tmp', os.O_RDONLY), 0),\n"
        "    'mount': lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None),\n"
        "    'umount': lambda: libc.umount2(b'/library/cvlib', 2),\n"
        "    'remount': lambda: libc.mount(b'none', b'/', None, 32 | 4096, None),\n"
        "    'chroot': lambda: libc.chroot(b'/tmp'),\n"
        "    'setuid': lambda: libc.setuid(0),\n"
        "    'setgid': lambda: libc.setgid(0),\n"
        "    'ptrace': lambda: libc.ptrace(16, 1, 0, 0),\n"
        "    'memfd': lambda: libc.memfd_create(b'x', 0),\n"
        "    'shmget': lambda: libc.shmget(0, 4096, 0o1666),\n"
        "    'keyctl': lambda: libc.syscall(250, 0, -3, 1),\n"
        "    'bpf': lambda: libc.syscall(321, 0, 0, 0),\n"
        "    'io_uring': lambda: libc.syscall(425, 8, ctypes.create_string_buffer(256)),\n"
        "    'userfaultfd': lambda: libc.syscall(323, 1),\n"
        "    'perf': lambda: libc.syscall(298, ctypes.create_string_buffer(256), 0, -1, -1, 0),\n"
        "    'new mounts': lambda: libc.syscall(430, b'tmpfs', 0),\n"
        "    'clone': lambda: libc.syscall(56, NEW_USER | 17, 0, 0, 0, 0),\n"
        "    'clone3': lambda: libc.syscall(435, ctypes.create_string_buffer(64), 64),\n"
        "    'other numbers': lambda: libc.syscall(0x40000000 + 39),\n"
        "    'hostname': lambda: libc.sethostname(b'evil', 4),\n"
        "    'raise limits': lambda: libc.setrlimit(6, (ctypes.c_ulong * 2)(9999, 9999)),\n"
        "    'nice': lambda: libc.setpriority(0, 0, -20),\n"
        "    'reboot': lambda: libc.reboot(0x1234567),\n"
        "}\n"
        "for name, go in tries.items():\n"
        "    print('GOT' if go() not in (-1, None) else 'refused', name)\n"
        "for command in ('unshare -Urm true', 'sudo -n true', 'su -c true', 'nsenter -t 1 -m'):\n"
        "    done = subprocess.run(command + ' </dev/null', shell=True, capture_output=True)\n"
        "    print('RAN' if done.returncode == 0 else 'refused', command)\n"
        "print(open('/proc/self/status').read())\n"
    )
    graded = attack(code)
    assert "GOT" not in graded.text
    assert "RAN" not in graded.text
    assert graded.text.count("refused") == 29
    assert "CapEff:\t0000000000000000" in graded.text
    assert "CapBnd:\t0000000000000000" in graded.text
    assert "NoNewPrivs:\t1" in graded.text
    assert "Seccomp:\t2" in graded.text
    graded.gained_nothing()


def test_submission_cannot_keep_its_user_for_the_next(room: Classroom) -> None:
    """Limits and keys belong to a user; each submission has its own where the grader is root."""
    if os.getuid() != 0:
        pytest.skip("only root can give out users; otherwise user namespaces part them")
    for name in ("mallory", "morgan"):
        room.hand_in(name, forged(room, "import os\nprint('user', os.getuid())"))
    graded = with_neighbour(room)
    users = [graded[n].text.split("user ")[1].split()[0] for n in ("mallory", "morgan")]
    assert len(set(users)) == 2
