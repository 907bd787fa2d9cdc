"""A server of the OpenSSL that Python's cryptography brings along, which may be newer than the machine's: for
what only that has, such as ML-KEM.

    modern.py ADDRESS PORT PEM KEY GROUPS    answers each ClientHello with one flight, and closes
    modern.available(GROUPS)                 whether it is there, and has these groups
"""
import socket
import sys


def _context(groups):
    """OpenSSL's functions, and an SSL_CTX for these groups; None where there is none."""
    try:
        from cryptography.hazmat.bindings.openssl.binding import Binding
        ssl = Binding()
        context = ssl.lib.SSL_CTX_new(ssl.lib.TLS_server_method())
        if ssl.lib.SSL_CTX_set1_curves_list(context, groups.encode()) == 1:
            return ssl, context
        ssl.lib.ERR_clear_error()
    except (ImportError, AttributeError):
        pass
    return None


def available(groups):
    return _context(groups) is not None


def _answer(ssl, context, client):
    lib = ssl.lib
    session, into, out = lib.SSL_new(context), lib.BIO_new(lib.BIO_s_mem()), lib.BIO_new(lib.BIO_s_mem())
    lib.SSL_set_bio(session, into, out)
    lib.SSL_set_accept_state(session)
    while hello := client.recv(65536):
        lib.BIO_write(into, hello, len(hello))
        lib.SSL_do_handshake(session)
        flight = ssl.ffi.new("char[]", 65536)
        size = lib.BIO_read(out, flight, 65536)
        if size > 0:
            client.sendall(ssl.ffi.buffer(flight, size)[:])
            break
    lib.SSL_free(session)
    lib.ERR_clear_error()


def main():
    address, port, pem, key, groups = sys.argv[1:]
    ssl, context = _context(groups)
    lib = ssl.lib
    if lib.SSL_CTX_use_certificate_chain_file(context, pem.encode()) != 1:
        sys.exit("no certificate")
    if lib.SSL_CTX_use_PrivateKey_file(context, key.encode(), lib.SSL_FILETYPE_PEM) != 1:
        sys.exit("no key")
    with socket.create_server((address, int(port))) as listener:
        while True:
            client, _ = listener.accept()
            with client:
                _answer(ssl, context, client)


if __name__ == "__main__":
    main()
