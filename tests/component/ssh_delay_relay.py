"""Relays TCP with a delay each way, as a long line has: ssh_delay_relay.py PORT MILLISECONDS.

Prints the port that it listens on.
"""

import asyncio
import sys

PORT = int(sys.argv[1])
DELAY_SECONDS = int(sys.argv[2]) / 1000


async def forward(reader, writer):
    loop = asyncio.get_running_loop()
    while data := await reader.read(1 << 18):
        loop.call_later(DELAY_SECONDS, writer.write, data)
    loop.call_later(DELAY_SECONDS, writer.close)


async def serve(reader, writer):
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", PORT)
    await asyncio.gather(
        forward(reader, far_writer), forward(far_reader, writer), return_exceptions=True
    )


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
