"""What the peers' HTTP server must not do: python3 -m unittest discover -s inference-pod/bench -p '*_test.py'."""

import json
import socket
import unittest

from thin import Connection


def sent(prompt, tokens):
    body = json.dumps({"prompt": prompt, "max_tokens": tokens}).encode()
    return b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(body) + body


class Thin(unittest.TestCase):
    def setUp(self):
        self.client, served = socket.socketpair()
        self.connection = Connection(served)
        self.addCleanup(self.client.close)
        self.addCleanup(served.close)

    def test_an_answered_request_does_not_speak_for_the_next_one_of_its_connection(self):
        self.connection.received = sent([1, 2], 1)
        first = self.connection.request()
        first.token(7)
        self.connection.received = sent([3], 5)
        second = self.connection.request()
        self.assertTrue(first.done, "its batch goes on, but it has nothing more to say")
        self.assertEqual((second.prompt, second.left, second.done), ([3], 5, False))
        self.assertEqual(1, self.client.recv(1 << 16).count(b"data: 7"))

    def test_half_a_request_is_none_yet(self):
        whole = sent([1, 2], 1)
        self.connection.received = whole[:-3]
        self.assertIsNone(self.connection.request())
        self.connection.received = whole
        self.assertEqual([1, 2], self.connection.request().prompt)


if __name__ == "__main__":
    unittest.main()
