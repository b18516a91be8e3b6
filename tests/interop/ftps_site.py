"""A site with FTPS beside its SFTP: a listener of each kind, and accounts of each kind."""

import random
import socket
import ssl
from pathlib import Path

from consign_site import CONFIGURATION, POLICY, Site
from ftps_certificates import fingerprint, make_certificates

# The listeners, in the order of the configuration; SFTP's comes before them.
EXPLICIT = "ftps-explicit"
IMPLICIT = "ftps-implicit"
REQUIRE = "ftps-require"       # data connections have to resume
NARROW = "ftps-narrow"         # few passive ports
LEGACY = "ftps-legacy"         # TLS of every age, for those with an exception
LISTENERS = (EXPLICIT, IMPLICIT, REQUIRE, NARROW, LEGACY)

NARROW_PORTS = 3

LISTENER = """\
  - name: {name}
    protocol: ftps
    bind: "127.0.0.1:0"
    certificate: tls/server.pem
    private_key: tls/server.key
    client_ca: tls/ca.pem
"""
SETTINGS = {
    EXPLICIT: "    tls: explicit\n    session_reuse: prefer\n",
    IMPLICIT: "    tls: implicit\n",
    REQUIRE: "    session_reuse: require\n",
    NARROW: "    passive: {ports: PASSIVE_PORTS}\n",
    LEGACY: "    algorithms: legacy\n",
}

# `elder` and `careless` live under dated exceptions; `analyser` and `courier` have certificates.
ACCOUNTS = """\
  analyser:
    name: A machine that its certificate alone lets in
    home: /lab
    login: {any_of: [tls-certificate], certificates: ["ANALYSER_FINGERPRINT"]}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete, mkdir]}
  courier:
    name: A machine that needs its certificate, and a password
    home: /lab
    login:
      any_of: [[tls-certificate, password]]
      certificates: ["CN=courier,O=Interop"]
      password: "PASSWORD_HASH"
    grants:
      - {path: /**, may: [list, download, upload]}
  elder:
    name: A machine of TLS 1.0
    home: /lab
    login: {any_of: [password], password: "PASSWORD_HASH"}
    legacy: {allow: [old-tls], until: 2099-12-31, reason: The maker went out of business}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete, mkdir]}
  careless:
    name: A machine that hangs up without a word
    home: /lab
    login: {any_of: [password], password: "PASSWORD_HASH"}
    legacy: {allow: [no-close-notify], until: 2099-12-31, reason: The maker mends it next year}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete, mkdir]}
  watcher:
    name: A partner that may only look
    home: /lab
    login: {any_of: [password], password: "PASSWORD_HASH"}
    grants:
      - {path: /**, may: [list]}
  tenant:
    name: A laboratory with little room
    home: /tenant
    login: {any_of: [password], password: "PASSWORD_HASH"}
    quota: {bytes: 300 KiB, files: 3, file: 200 KiB}
    grants:
      - {path: /**, may: [list, download, upload, delete]}
  elsewhere:
    name: A laboratory of SFTP
    home: /lab
    protocols: [sftp]
    login: {any_of: [password], password: "PASSWORD_HASH"}
    grants:
      - {path: /**, may: [list]}
"""


def _free_ports(count: int) -> int:
    """The first of so many neighbouring ports that nobody uses, outside of what the system gives out itself;
    at random, as other sites look for theirs at the same time."""
    for first in random.sample(range(20000, 32000, count), 100):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


class FtpsSite(Site):
    def _make(self) -> None:
        self.tls = self.folder / "tls"
        make_certificates(self.tls)
        self.narrow_first_port = _free_ports(NARROW_PORTS)
        narrow = f"{self.narrow_first_port}-{self.narrow_first_port + NARROW_PORTS - 1}"
        listeners = "".join(LISTENER.format(name=name) + SETTINGS[name] for name in LISTENERS)
        self.configuration = CONFIGURATION.replace("limits:", listeners.replace("PASSIVE_PORTS", narrow) + "limits:")
        accounts = ACCOUNTS.replace("ANALYSER_FINGERPRINT", fingerprint(self.tls / "analyser.pem"))
        self.policy = POLICY.replace("routes:", accounts + "routes:")
        super()._make()

    def ftps_port(self, listener: str = EXPLICIT) -> int:
        return self.ports[1 + LISTENERS.index(listener)]

    @property
    def authority(self) -> Path:
        return self.tls / "ca.pem"

    def context(self, version: ssl.TLSVersion | None = None, certificate: str | None = None) -> ssl.SSLContext:
        """A client's settings: of one TLS version where one is given, with a client certificate or without."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if version:
            context.minimum_version = context.maximum_version = version
        if version and version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        if certificate:
            context.load_cert_chain(self.tls / f"{certificate}.pem", self.tls / f"{certificate}.key")
        return context
