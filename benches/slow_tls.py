#!/usr/bin/env python3
"""Puts TLS and latency in front of a server: `benches/slow_tls.py LISTEN UPSTREAM CERT KEY MILLISECONDS`.

MILLISECONDS is the round trip. A new connection waits two round trips more: one for TCP, and one for TLS 1.3.
"""

import asyncio
import ssl
import sys


async def pipe(reader, writer, delay):
    """Copies bytes from one side to the other, each `delay` seconds late."""
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()

    async def write():
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    task = asyncio.create_task(write())
    data = b"."
    while data:
        try:
            data = await reader.read(65536)
        except OSError:
            data = b""
        await queue.put((loop.time() + delay, data))
    await asyncio.gather(task, return_exceptions=True)


async def main(listen, upstream, cert, key, milliseconds):
    delay = float(milliseconds) / 2000

    async def connection(reader, writer):
        await asyncio.sleep(4 * delay)
        there, back = await asyncio.open_connection("127.0.0.1", int(upstream))
        await asyncio.gather(pipe(reader, back, delay), pipe(there, writer, delay))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = await asyncio.start_server(connection, "127.0.0.1", int(listen), ssl=context)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    asyncio.run(main(*sys.argv[1:]))
