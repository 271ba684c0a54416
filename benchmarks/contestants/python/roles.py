"""The roles of roles/*.mjs for contestants in Python: the same messages, moments and samples."""
import threading
import time

TOPICS = [f'sensors/room{room}/temperature' for room in range(100)]
TICK = 0.25
PATIENCE_TICKS = 20


def units_of(count, payload_bytes=64):
    lengths = [len(topic) + payload_bytes for topic in TOPICS]
    rounds, rest = divmod(count, len(TOPICS))
    return rounds * sum(lengths) + sum(lengths[:rest])


class Tally:
    """Counts messages; the clocks run from the last one of the warm-up to the last one at all."""

    def __init__(self, warmup, messages):
        self.warmup = warmup
        self.total = warmup + messages
        self.count = 0
        self.units = 0
        self.failed = 0
        self.started_at = self.ended_at = self.cpu_at_start = self.cpu_at_end = 0
        self.finished = threading.Event()

    def take(self, units=0):
        self.units += units
        self.count += 1
        if self.count == self.warmup:
            self.started_at = time.monotonic_ns()
            self.cpu_at_start = time.process_time_ns()
        elif self.count == self.total:
            self.stop()
            self.finished.set()

    def stop(self):
        self.ended_at = time.monotonic_ns()
        self.cpu_at_end = time.process_time_ns()

    def cpu_micros(self):
        return (self.cpu_at_end - self.cpu_at_start) / 1e3


def wait(tally, link):
    """Until all is done, or nothing has moved for so many ticks."""
    last, quiet = 0, 0
    while quiet < PATIENCE_TICKS and not (tally.finished.wait(TICK) and link.reached.wait(TICK)):
        quiet = quiet + 1 if tally.count == last else 0
        last = tally.count
    if not tally.finished.is_set():
        tally.stop()


def measure_receive(contestant, setting, link):
    warmup, messages = setting['warmup'], setting['messages']
    tally = Tally(warmup, messages)
    threading.Thread(target=contestant.receive, args=(setting, tally), daemon=True).start()
    wait(tally, link)
    peer = link.report()
    received = tally.count - warmup
    seconds = (tally.ended_at - tally.started_at) / 1e9
    flaws = []
    units = units_of(tally.total, setting.get('payloadBytes', 64))
    if tally.count == tally.total and tally.units != units:
        flaws.append(f'touched {tally.units} units instead of {units}')
    if peer.get('misordered', 0) > 0:
        flaws.append(f"{peer['misordered']} acknowledgements out of order")
    succeeded = received if setting['qos'] == 0 else min(received, peer['counted'] - warmup)
    return sample_of(tally, received, seconds, succeeded, received, messages, flaws, peer)


def measure_publish_window(contestant, setting, link):
    """The contestant publishes what `messages()` gives, `window` at a time, and calls `tally.take()` for each that is acknowledged."""
    warmup, messages = setting['warmup'], setting['messages']
    tally = Tally(warmup, messages)
    payload = b'a' * 64
    source = ((TOPICS[index % len(TOPICS)], payload) for index in range(tally.total))
    threading.Thread(target=contestant.publish, args=(setting, source, tally), daemon=True).start()
    wait(tally, link)
    peer = link.report()
    counted = peer['counted'] - warmup
    seconds = max(tally.ended_at, int(peer['lastAt'])) - tally.started_at
    flaws = []
    if peer['repeated'] > 0:
        flaws.append(f"{peer['repeated']} sent again")
    if peer['counted'] > tally.total:
        flaws.append(f'the peer counted {counted} of {messages}')
    if counted == messages and peer['units'] != units_of(tally.total):
        flaws.append('topics or payloads differ at the peer')
    succeeded = min(counted, tally.count - warmup)
    return sample_of(tally, succeeded, seconds / 1e9, succeeded, messages, messages, flaws, peer)


def sample_of(tally, done, seconds, succeeded, cpu_for, expected, flaws, peer):
    return {
        'value': done / seconds,
        'cpuMicros': tally.cpu_micros() / cpu_for,
        'succeeded': succeeded,
        'expected': expected,
        'seconds': seconds,
        'flaws': flaws,
        'peer': peer,
    }
