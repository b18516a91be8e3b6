"""A client that misbehaves in one named way: ssh_hostile.py PORT WAY [ARGUMENTS].

Prints what became of it; exit code 1 where the server neither answered nor cut it off.
"""

import logging
import socket
import sys
import time

import paramiko
from paramiko.common import (
    MSG_CHANNEL_OPEN,
    MSG_CHANNEL_REQUEST,
    MSG_GLOBAL_REQUEST,
    MSG_IGNORE,
    MSG_SERVICE_REQUEST,
    MSG_USERAUTH_INFO_RESPONSE,
    MSG_USERAUTH_REQUEST,
    MSG_USERAUTH_SUCCESS,
)
from paramiko.message import Message

logging.getLogger("paramiko").setLevel(logging.CRITICAL)
PATIENCE_SECONDS = 10
PASSWORD = "open sesame"
PORT = int(sys.argv[1])


def connect():
    return socket.create_connection(("127.0.0.1", PORT))


def begin():
    transport = paramiko.Transport(connect())
    transport.start_client(timeout=PATIENCE_SECONDS)
    return transport


def logged_in(user):
    transport = begin()
    transport.auth_password(user, PASSWORD)
    return transport


def packet(kind, *strings):
    message = Message()
    message.add_byte(bytes([kind[0] if isinstance(kind, bytes) else kind]))
    for string in strings:
        message.add_string(string)
    return message


def send(transport, message):
    try:
        transport._send_message(message)
    except (OSError, EOFError, paramiko.SSHException):
        pass  # cut off already; expect_cut_off() will tell


def service(transport, name="ssh-userauth"):
    send(transport, packet(MSG_SERVICE_REQUEST, name))


def password_request(user="lab", password="x"):
    message = packet(MSG_USERAUTH_REQUEST, user, "ssh-connection", "password")
    message.add_boolean(False)
    message.add_string(password)
    return message


def expect_cut_off(transport):
    end = time.monotonic() + PATIENCE_SECONDS
    while transport.is_active() and time.monotonic() < end:
        transport.join(0.05)
    finish(not transport.is_active(), "cut off", "still connected")


def finish(good, yes, no):
    print(yes if good else no, flush=True)
    # paramiko's threads are not waited for
    import os

    os._exit(0 if good else 1)


# --- before login ---


def channel_open_before_login():
    transport = begin()
    service(transport)
    message = packet(MSG_CHANNEL_OPEN, "session")
    for number in (0, 65536, 32768):
        message.add_int(number)
    send(transport, message)
    expect_cut_off(transport)


def global_request_before_login():
    transport = begin()
    service(transport)
    message = packet(MSG_GLOBAL_REQUEST, "keepalive@openssh.com")
    message.add_boolean(True)
    send(transport, message)
    expect_cut_off(transport)


def request_without_service():
    transport = begin()
    send(transport, password_request())
    expect_cut_off(transport)


def other_service():
    transport = begin()
    service(transport, "ssh-connection")
    expect_cut_off(transport)


def many_service_requests():
    transport = begin()
    for _ in range(100):
        if not transport.is_active():
            break
        service(transport)
    expect_cut_off(transport)


def kbdint_answer_unasked():
    transport = begin()
    service(transport)
    message = packet(MSG_USERAUTH_INFO_RESPONSE)
    message.add_int(1)
    message.add_string("123456")
    send(transport, message)
    expect_cut_off(transport)


def login_success_from_the_client():
    transport = begin()
    service(transport)
    send(transport, packet(MSG_USERAUTH_SUCCESS))
    expect_cut_off(transport)


def many_requests():
    transport = begin()
    for attempt in range(100):
        try:
            transport.auth_password("lab", "wrong")
        except paramiko.AuthenticationException:
            if not transport.is_active():
                break
        except (paramiko.SSHException, EOFError):
            break
    if attempt < 30:
        finish(False, "", "cut off too early: %d" % attempt)
    expect_cut_off(transport)


def many_requests_at_once():
    transport = begin()
    service(transport)
    for _ in range(50):
        if not transport.is_active():
            break
        send(transport, password_request())
    expect_cut_off(transport)


def many_ignored():
    transport = begin()
    for _ in range(500):
        if not transport.is_active():
            break
        send(transport, packet(MSG_IGNORE, "x"))
    expect_cut_off(transport)


def long_user():
    transport = begin()
    service(transport)
    send(transport, password_request(user="u" * 256))
    expect_cut_off(transport)


def long_password():
    transport = begin()
    service(transport)
    send(transport, password_request(password="p" * 1025))
    expect_cut_off(transport)


def huge_request():
    transport = begin()
    service(transport)
    send(transport, password_request(password="p" * 200_000))
    expect_cut_off(transport)


def no_common_kex():
    transport = paramiko.Transport(connect())
    transport.get_security_options().kex = ("diffie-hellman-group1-sha1",)
    try:
        transport.start_client(timeout=PATIENCE_SECONDS)
    except (paramiko.SSHException, EOFError):
        pass
    expect_cut_off(transport)


def raw(first):
    peer = connect()
    peer.settimeout(PATIENCE_SECONDS)
    try:
        peer.sendall(first)
        while peer.recv(65536):
            pass
    except socket.timeout:
        finish(False, "", "still connected")
    except OSError:
        pass
    finish(True, "cut off", "")


def garbage_instead_of_a_banner():
    raw(b"GET / HTTP/1.0\r\n\r\n")


def endless_banner():
    raw(b"SSH-2.0-" + b"A" * 100_000)


# --- logins ---


def paramiko_key(file):
    key_class = paramiko.DSSKey if "dsa" in file else paramiko.RSAKey
    transport = paramiko.Transport(
        connect(), disabled_algorithms={"pubkeys": []} if "dsa" in file else None
    )
    transport.start_client(timeout=PATIENCE_SECONDS)
    transport.auth_timeout = PATIENCE_SECONDS
    start = time.monotonic()
    try:
        transport.auth_publickey("tiny", key_class.from_private_key_file(file))
    except (paramiko.SSHException, EOFError):
        pass
    quick = time.monotonic() - start < PATIENCE_SECONDS / 2
    finish(not transport.is_authenticated() and quick, "refused", "taken, or left hanging")


def password(text):
    transport = begin()
    try:
        transport.auth_password("lab", text)
    except paramiko.AuthenticationException:
        finish(True, "refused", "")
    finish(transport.is_authenticated(), "logged in", "hm")


def both(text, key):
    transport = begin()
    rest = transport.auth_password("both", text)
    print("partial", rest)
    transport.auth_publickey("both", paramiko.Ed25519Key.from_private_key_file(key))
    finish(transport.is_authenticated(), "logged in", "not logged in")


# --- after login ---


def packet_size(size):
    transport = logged_in("source")
    transport._sanitize_packet_size = lambda number: number
    try:
        # libssh does not answer a channel with packets of 0 bytes at all.
        channel = transport.open_session(max_packet_size=int(size), timeout=3)
        channel.settimeout(PATIENCE_SECONDS)
        channel.invoke_subsystem("sftp")
    except (paramiko.SSHException, EOFError):
        finish(True, "refused", "")
    finish(False, "", "taken")


def beyond_the_window():
    transport = logged_in("stopped")
    channel = transport.open_session()
    channel.invoke_subsystem("sftp")
    channel.out_window_size = 1 << 30
    channel.settimeout(PATIENCE_SECONDS)
    try:
        for _ in range(1000):
            channel.sendall(b"x" * 32768)
    except (OSError, EOFError, paramiko.SSHException):
        pass
    expect_cut_off(transport)


def many_refusals():
    transport = logged_in("idle")
    for _ in range(300):
        if not transport.is_active():
            break
        message = packet(MSG_GLOBAL_REQUEST, "tcpip-forward")
        message.add_boolean(False)
        message.add_string("")
        message.add_int(0)
        send(transport, message)
    expect_cut_off(transport)


def environment(transport, channel, times):
    for number in range(times):
        message = packet(MSG_CHANNEL_REQUEST)
        message.add_int(channel.remote_chanid)
        message.add_string("env")
        message.add_boolean(False)
        message.add_string("LC_%d" % number)
        message.add_string("C")
        send(transport, message)


def many_habits():
    """One sftp after another, each with an environment of its own."""
    transport = logged_in("tiny")
    for _ in range(50):
        channel = transport.open_session()
        environment(transport, channel, 15)
        channel.invoke_subsystem("sftp")
        while channel.recv(100):
            pass
        channel.close()
    finish(transport.is_active(), "lives on", "cut off")


def many_habits_at_once():
    transport = logged_in("idle")
    channel = transport.open_session()
    environment(transport, channel, 300)
    expect_cut_off(transport)


def many_channels(count):
    transport = logged_in("echo")
    opened = []
    refused = 0
    for _ in range(int(count)):
        try:
            channel = transport.open_session()
            channel.invoke_subsystem("sftp")
            opened.append(channel)
        except paramiko.ChannelException:
            refused += 1
    for number, channel in enumerate(opened):
        channel.sendall(b"hello %d" % number)
    answers = [channel.recv(100) for channel in opened]
    whole = all(answer == b"hello %d" % number for number, answer in enumerate(answers))
    opened[0].close()
    transport.open_session().close()  # there is room again
    print("opened %d refused %d" % (len(opened), refused))
    finish(whole, "all echoed", "mixed up")


def other_requests():
    """Each is refused, and the connection lives on."""
    transport = logged_in("echo")

    def refused(call):
        try:
            call()
        except paramiko.SSHException:
            return True
        return False

    transport.open_session().set_environment_variable("A", "b")  # wants no answer
    results = [
        refused(lambda: transport.open_session().get_pty()),
        refused(lambda: transport.open_session().request_x11()),
        refused(lambda: transport.open_session().invoke_shell()),
        refused(lambda: transport.open_channel("x11", src_addr=("127.0.0.1", 1))),
        refused(lambda: transport.request_port_forward("", 0)),
    ]
    channel = transport.open_session()
    channel.invoke_subsystem("sftp")
    results.append(refused(lambda: channel.invoke_subsystem("sftp")))
    finish(all(results), "all refused", repr(results))


globals()[sys.argv[2]](*sys.argv[3:])
