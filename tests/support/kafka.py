"""A real Kafka broker, started by script/kafka; `broker` in tests/conftest.py is one for the whole run, with topics told
apart by the fixture `prefix`. What consumes here is stock: confluent-kafka under read_committed."""

import contextlib
import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

REPO = Path(__file__).resolve().parents[2]
ADMIN_LIMIT_S = 20


@dataclass(frozen=True)
class Record:
    offset: int
    partition: int
    key: str
    value: bytes
    headers: dict


class Broker:
    def __init__(self, folder):
        self._folder = Path(folder)
        self._port = free_port()
        self.address = f"127.0.0.1:{self._port}"
        try:
            self.start()
        except Exception:
            self.wipe()
            raise

    def start(self):
        self._run("start")

    def crash(self):
        self._run("stop", "--kill")

    def wipe(self):
        self._run("wipe")

    @contextlib.contextmanager
    def frozen(self):
        """It neither answers nor hangs up."""
        pid = int((self._folder / "pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _run(self, command, *options):
        subprocess.run([REPO / "script" / "kafka", command, "--port", str(self._port), "--dir", self._folder, *options],
                       check=True, timeout=180, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    # ---- topics ----

    def _admin(self):
        """Keep it for as long as its answer is waited for: it gives up what is under way when it goes."""
        return AdminClient({"bootstrap.servers": self.address})

    def create_topic(self, topic, partitions=1, **config):
        admin = self._admin()
        made = admin.create_topics([NewTopic(topic, partitions, 1, config=config)])
        made[topic].result(ADMIN_LIMIT_S)

    def delete_topic(self, topic):
        admin = self._admin()
        admin.delete_topics([topic])[topic].result(ADMIN_LIMIT_S)

    def settings(self, topic):
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        admin = self._admin()
        entries = admin.describe_configs([resource])[resource].result(ADMIN_LIMIT_S)
        return {name: entry.value for name, entry in entries.items()}

    def set(self, topic, **config):
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in config.items()])
        admin = self._admin()
        admin.incremental_alter_configs([resource])[resource].result(ADMIN_LIMIT_S)

    # ---- records ----

    def consume(self, topic, count, partition=0, timeout=60):
        """The first `count` committed records, as soon as they are there."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "stock", "isolation.level": "read_committed",
                             "auto.offset.reset": "earliest", "enable.auto.commit": False})
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
        records = []
        try:
            while len(records) < count:
                messages = consumer.consume(count - len(records), timeout=timeout)
                assert messages, f"{topic}: no more than {len(records)} of {count} records came"
                for message in messages:
                    if message.error() and message.error().retriable():
                        continue
                    assert not message.error(), f"{topic}: {message.error()}"
                    records.append(Record(message.offset(), message.partition(), message.key().decode(), message.value(),
                                          {name: value.decode() for name, value in message.headers() or []}))
        finally:
            consumer.close()
        return records


def free_port():
    """Below those that the kernel gives to clients; the controller takes the port 10000 above too."""
    first = 15000 + os.getpid() % 2000
    for port in range(first, 22000):
        if is_free(port) and is_free(port + 10000):
            return port
    raise AssertionError("no port is free for a broker")


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
