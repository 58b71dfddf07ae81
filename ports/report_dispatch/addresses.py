"""Where reports may be sent: outside production to this machine and nowhere else."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from ports.environment import BootError
from ports.report_dispatch.interface import DispatchFailed


def address_of(host: str, port: int, *, production: bool) -> str:
    """The network address to connect to, looked up once: what was checked is what is used.

    Outside production every address that the name has must be the loopback's: raises `BootError` where one is not, and
    `DispatchFailed` where the name has none.
    """
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise DispatchFailed(f"{host} has no address ({error.strerror}): correct its name, or try again.") from None
    outside = [address for address in found if not ip_address(address.partition("%")[0]).is_loopback]
    if outside and not production:
        raise BootError(
            f"Reports would leave this machine, for {host} is at {outside[0]} and CELESTA_ENV is not production: name 127.0.0.1."
        )
    return found[0]
