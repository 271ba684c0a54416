"""paho-mqtt as its README shows it; its windows are set to fit the case."""
import paho.mqtt.client as mqtt


def receive(setting, tally):
    client = mqtt.Client(protocol=mqtt.MQTTv311)

    def on_connect(client, userdata, flags, code):
        client.subscribe(setting['filter'], setting['qos'])

    def on_message(client, userdata, message):
        tally.take(len(message.topic) + len(message.payload))

    client.on_connect = on_connect
    client.on_message = on_message
    client.connect('127.0.0.1', setting['port'])
    client.loop_forever()


def publish(setting, source, tally):
    client = mqtt.Client(protocol=mqtt.MQTTv311)
    client.max_inflight_messages_set(setting['window'])

    def next_one():
        for topic, payload in source:
            client.publish(topic, payload, setting['qos'])
            return

    def on_connect(client, userdata, flags, code):
        for _ in range(setting['window']):
            next_one()

    def on_publish(client, userdata, mid):
        tally.take()
        next_one()

    client.on_connect = on_connect
    client.on_publish = on_publish
    client.connect('127.0.0.1', setting['port'])
    client.loop_forever()
