"""A second host a delay away, in network namespaces of this process's own.

Far() moves the calling process into a new network namespace, makes another one for the far host, joins
them by two TUN devices, and carries packets between them late, with loss, and only to some TCP ports if
so told: the others are silent, as behind a firewall that drops. Needs root, or user namespaces."""
import ctypes
import fcntl
import heapq
import multiprocessing
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

from servers import _running

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 1, 0x1000
_NEWNET, _NEWUSER = 0x40000000, 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


def _unshare(flags):
    if _libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare: a network namespace could not be made")


def _tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return fd


def _ip(*words):
    subprocess.run(["ip", *words], check=True)


class Far:
    NEAR, ADDRESS = "10.77.0.1", "10.77.0.2"

    def __init__(self, delay=0.025, loss=0.0, ports=None, addresses=1, seed=1):
        """delay: seconds each way; ports: the TCP ports that are not silent (None: all)."""
        self.delay, self.ports, self.random = delay, ports, random.Random(seed)
        self._loss = multiprocessing.Value("d", loss)  # shared with the process that carries packets
        _unshare(_NEWNET if os.getuid() == 0 else _NEWNET | _NEWUSER)
        _ip("link", "set", "lo", "up")
        near = _tun("near0")
        _ip("addr", "add", f"{self.NEAR}/24", "dev", "near0")
        _ip("link", "set", "near0", "up", "txqueuelen", "10000")
        here, there = socket.socketpair()
        self.keeper = os.fork()
        if self.keeper == 0:
            self._keep(there, addresses)
        _, fds, _, _ = socket.recv_fds(here, 1, 1)
        self.carrier = os.fork()
        if self.carrier == 0:
            self._carry(near, fds[0])
        os.close(near)
        os.close(fds[0])
        self.here = here  # its end of file ends the keeper

    @property
    def loss(self):
        """The share of packets that are lost; may be set."""
        return self._loss.value

    @loss.setter
    def loss(self, share):
        self._loss.value = share

    def _keep(self, there, addresses):
        """Holds the far namespace until the other side is gone."""
        try:
            _unshare(_NEWNET)
            fd = _tun("far0")
            _ip("link", "set", "lo", "up")
            for i in range(addresses):
                _ip("addr", "add", f"10.77.0.{2 + i}/24", "dev", "far0")
            _ip("link", "set", "far0", "up", "txqueuelen", "10000")
            socket.send_fds(there, [b"!"], [fd])
            os.close(fd)
            ctypes.CDLL(None).prctl(1, 9)  # die with the parent
            there.recv(1)
        finally:
            os._exit(0)

    def _passes(self, packet):
        if self.loss and self.random.random() < self.loss:
            return False
        if self.ports is None or packet[0] >> 4 != 4 or packet[9] != 6:
            return True
        header = (packet[0] & 15) * 4
        source, destination = struct.unpack("!HH", packet[header:header + 4])
        return source in self.ports or destination in self.ports

    def _carry(self, near, far):
        ctypes.CDLL(None).prctl(1, 9)
        late, number = [], 0
        while True:
            wait = max(0, late[0][0] - time.monotonic()) if late else None
            for fd in select.select([near, far], [], [], wait)[0]:
                try:
                    while True:
                        packet = os.read(fd, 65536)
                        if self._passes(packet):
                            number += 1
                            heapq.heappush(late, (time.monotonic() + self.delay, number,
                                                  far if fd == near else near, packet))
                except BlockingIOError:
                    pass
            while late and late[0][0] <= time.monotonic():
                _, _, fd, packet = heapq.heappop(late)
                try:
                    os.write(fd, packet)
                except OSError:
                    pass

    def start(self, command):
        """Runs a server on the far host; it is ended with the test program."""
        process = subprocess.Popen(["nsenter", f"--net=/proc/{self.keeper}/ns/net", *command],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=sys.stderr, start_new_session=True)
        _running.append(process)
        return process

    def wait(self, port, address=ADDRESS, seconds=20):
        """Until a server on the far host answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                socket.create_connection((address, port), 2).close()
                return
            except ConnectionRefusedError:
                pass  # a round trip each: no busy loop
        raise RuntimeError(f"nothing answers on {address}:{port}")
