"""Which places of the network may be connected to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.outward.addresses import may_connect


@pytest.mark.parametrize("address", ["1.2.4.8", "8.8.8.8", "2400:3200::1", "2606:4700::1111"])
def test_the_public_network_is_open(address: str) -> None:
    assert may_connect(address, allowed=False) and may_connect(address, allowed=True)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "::1",
    "fd00::1"])
def test_inner_networks_can_be_allowed(address: str) -> None:
    assert not may_connect(address, allowed=False) and may_connect(address, allowed=True)


@pytest.mark.parametrize("address", [
    "0.0.0.0", "169.254.169.254", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "::",
    "::ffff:8.8.8.8", "::ffff:10.0.0.1", "::8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "ff0e::1", "64:ff9b::808:808",
    "64:ff9b:1::1", "2002:808:808::1", "2001::1", "fe80::1",
    "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "not an address"])
def test_some_places_can_never_be_allowed(address: str) -> None:
    assert not may_connect(address, allowed=False) and not may_connect(address, allowed=True)


@given(st.ip_addresses())
def test_whatever_python_calls_private_is_refused(address: object) -> None:
    if not address.is_global or address.is_multicast:  # type: ignore[attr-defined]
        assert not may_connect(str(address), allowed=False)
