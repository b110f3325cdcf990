"""How often a gift may be looked up: so often from one address, so often for one receipt.

Rule: a try takes a slot before anything is compared, right or wrong. A slot is one row that only
one request can insert, so that many requests at once have no more tries than one after another.
"""

import hashlib
import ipaddress
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

IPV6_NETWORK = 64


@dataclass(frozen=True)
class Limit:
    """At most `tries` within `seconds` for one key; each slot is free again after that time."""

    name: str
    tries: int
    seconds: int

    def take(self, key: str) -> int:
        """Takes a slot and answers 0, or answers after how many seconds one is free again."""
        digest = hashlib.sha256(key.encode()).hexdigest()[:40]
        slots = [f"portal:{self.name}:{digest}:{place}" for place in range(self.tries)]
        now = time.time()
        taken = cache.get_many(slots)
        for slot in slots:
            if slot not in taken and cache.add(slot, now + self.seconds, self.seconds):
                return 0
        first_free = min(taken.values(), default=now + self.seconds)
        return max(1, round(first_free - now))


BY_ADDRESS = Limit("address", tries=30, seconds=600)
BY_RECEIPT = Limit("receipt", tries=10, seconds=600)


def wait_for(request: HttpRequest, receipt_number: str) -> int:
    """0 when the gift may be looked up now; else the seconds until it may be tried again."""
    return BY_ADDRESS.take(address_of(request)) or BY_RECEIPT.take(receipt_number)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; of an IPv6 address the network, which one customer has whole."""
    address = get_adapter().get_client_ip(request) or ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address}/{IPV6_NETWORK}", strict=False).network_address)
