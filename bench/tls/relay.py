"""Puts TLS in front of the local load balancer.

Called with the load balancer's port, Amazon's authorities and a folder; prints its own port. Into the folder go two
lists, each with the authority that signed the relay's certificate at its end: Amazon's authorities, and those that
botocore trusts. Reading such a list is part of every client's start.
"""

import asyncio
import ssl
import sys
from pathlib import Path

import botocore
import trustme


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes, until nothing more comes."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def serve(upstream: int, amazon: Path, folder: Path) -> None:
    """Relay every connection."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    botocore_list = Path(botocore.__file__).parent / "cacert.pem"
    for name, known in {"amazon.pem": amazon, "botocore.pem": botocore_list}.items():
        (folder / name).write_bytes(known.read_bytes() + authority.cert_pem.bytes())

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_read, to_write = await asyncio.open_connection("127.0.0.1", upstream)
        await asyncio.gather(copy(reader, to_write), copy(to_read, writer), return_exceptions=True)

    server = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    # The first handshake has to load what the later ones use; the clients are not to wait for that.
    trusting = ssl.create_default_context(cafile=folder / "amazon.pem")
    _, first = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
    first.close()
    print(port, flush=True)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
