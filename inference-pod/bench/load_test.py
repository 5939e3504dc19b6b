"""What a client counts as a token: python3 -m unittest discover -s inference-pod/bench -p '*_test.py'."""

import unittest

from load import Exchange, Window

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNK = b'data: {"choices":[{"finish_reason":%b,"text":"a"}]}\n\n'
TOKEN, LAST = CHUNK % b"null", CHUNK % b'"length"'
END = b"data: [DONE]\n\n\r\n0\r\n\r\n"


class Events(unittest.TestCase):
    def received(self, *pieces):
        exchange = Exchange(None, 3, 0.0)
        complete = [exchange.receive(piece, 1.0 + n) for n, piece in enumerate(pieces)]
        return exchange, complete

    def test_only_events_with_a_token_count(self):
        exchange, complete = self.received(HEAD, TOKEN, TOKEN, TOKEN, LAST + END)
        self.assertEqual((3, 2.0, 4.0), (exchange.events, exchange.first, exchange.last))
        self.assertEqual([False] * 4 + [True], complete)

    def test_however_they_are_cut(self):
        whole = HEAD + TOKEN + TOKEN + TOKEN + LAST + END
        for size in range(1, len(whole)):
            exchange, _ = self.received(whole[:100], *(whole[i : i + size] for i in range(100, len(whole), size)))
            self.assertEqual(3, exchange.events, size)

    def test_an_answer_that_a_window_cuts_off_counts_as_far_as_it_came(self):
        window = Window()
        window.open(0.0)
        for pieces in ([HEAD, TOKEN, TOKEN, TOKEN, LAST + END], [HEAD, TOKEN, TOKEN]):
            exchange, complete = self.received(*pieces)
            window.events += exchange.events
            if complete[-1]:
                window.complete(exchange)
        self.assertEqual(5, window.sample(1.0).tokens)


if __name__ == "__main__":
    unittest.main()
