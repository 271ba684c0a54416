"""asyncio-mqtt as its README shows it; the window of the paho client inside of it is set to fit the case."""
import asyncio
import logging

from asyncio_mqtt import Client

# It warns at every publish while more than ten are on their way.
logging.getLogger('mqtt').setLevel(logging.ERROR)


def receive(setting, tally):
    asyncio.run(_receive(setting, tally))


async def _receive(setting, tally):
    async with Client('127.0.0.1', setting['port']) as client:
        async with client.messages() as messages:
            await client.subscribe(setting['filter'], setting['qos'])
            async for message in messages:
                tally.take(len(message.topic.value) + len(message.payload))


def publish(setting, source, tally):
    asyncio.run(_publish(setting, source, tally))


async def _publish(setting, source, tally):
    async with Client('127.0.0.1', setting['port']) as client:
        client._client.max_inflight_messages_set(setting['window'])

        async def worker():
            for topic, payload in source:
                await client.publish(topic, payload, setting['qos'])
                tally.take()

        await asyncio.gather(*(worker() for _ in range(setting['window'])))
