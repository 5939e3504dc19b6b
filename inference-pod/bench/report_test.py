"""Which rows of an earlier run a page keeps: python3 -m unittest discover -s inference-pod/bench -p '*_test.py'."""

import json
import pathlib
import statistics
import tempfile
import unittest
from unittest import mock

import report


def row(server, clients, model="tiny-int8", rounds=3, **figures):
    if rates := figures.pop("rates", None):
        figures |= {"tokensPerSecondOfRounds": rates, "tokensPerSecond": statistics.median(rates)}
    return {"server": server, "model": model, "clients": clients, "rounds": rounds, "seconds": 8, **figures}


class Earlier(unittest.TestCase):
    def kept(self, rows, measured, unchanged=True):
        document = {"machine": "any", "commit": "0123abc", "rows": rows}
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(report, "unchanged_since", return_value=unchanged):
            file = pathlib.Path(folder, "inference.json")
            file.write_text(json.dumps(document))
            return report.earlier(file, measured)

    def test_rows_of_other_models_and_loads_are_kept(self):
        others = [row("zonefleet", 16), row("zonefleet", 1, "qwen2-0.5b-int8")]
        self.assertEqual(others, self.kept([row("zonefleet", 1), *others], [row("zonefleet", 1)]))

    def test_a_run_replaces_those_of_the_same_servers_and_fewer(self):
        again = [row("zonefleet", 1, rounds=9), row("genai-engine", 1, rounds=9)]
        self.assertEqual([], self.kept([row("zonefleet", 1), row("genai-engine", 1)], again))
        self.assertEqual([], self.kept([row("zonefleet", 1)], again))

    def test_a_run_of_fewer_servers_stands_beside_the_others(self):
        all_servers = [row("zonefleet", 1), row("ort-loop", 1), row("genai-engine", 1)]
        self.assertEqual(all_servers, self.kept(all_servers, [row("zonefleet", 1, rounds=9), row("ort-loop", 1, rounds=9)]))

    def test_a_run_of_fewer_rounds_stands_beside_the_others(self):
        pairs = [row("zonefleet", 16, rounds=12), row("ort-loop", 16, rounds=12)]
        self.assertEqual(pairs, self.kept(pairs, [row("zonefleet", 16, rounds=1), row("ort-loop", 16, rounds=1)]))

    def test_no_server_of_one_run_is_shown_beside_those_of_another(self):
        self.assertEqual([], self.kept([row("zonefleet", 1), row("genai-engine", 1)], [row("zonefleet", 1)]))

    def test_changed_code_is_measured_anew(self):
        self.assertEqual([], self.kept([row("zonefleet", 16)], [row("zonefleet", 1)], unchanged=False))

    def test_what_had_changes_beside_its_commit_is_measured_anew(self):
        self.assertFalse(report.unchanged_since("0123abc-dirty"))


class Machines(unittest.TestCase):
    def test_rows_of_several_machines_say_where_they_ran(self):
        rows = [
            row("zonefleet", 1, machine="one", readGiBPerSecond=16.1),
            row("genai-engine", 1, machine="one", readGiBPerSecond=16.1),
            row("zonefleet", 16, machine="another", readGiBPerSecond=9.5),
        ]
        lines = report.where(rows).splitlines()
        self.assertEqual(["- closed 1: one; memory read 16.1 GiB/s.", "- closed 16: another; memory read 9.5 GiB/s."], lines)


class Goals(unittest.TestCase):
    def test_figures_of_a_line_are_of_one_run(self):
        rows = [
            row("zonefleet", 16, "qwen2-0.5b-int8", rates=[30.0]),
            row("ort-loop", 16, "qwen2-0.5b-int8", rates=[40.0]),
            row("genai-engine", 16, "qwen2-0.5b-int8", rates=[10.0]),
            row("zonefleet", 16, "qwen2-0.5b-int8", rounds=9, rates=[39.0]),
            row("ort-loop", 16, "qwen2-0.5b-int8", rounds=9, rates=[40.0]),
        ]
        lines = report.goals(rows)
        self.assertIn("| 3.000 × | yes |", lines)
        self.assertIn("| 2.5% | yes |", lines)
        self.assertNotIn("25.0%", lines)

    def test_a_server_that_answered_nobody_takes_no_page_from_the_others(self):
        for pod, peer in ((9.0, None), (None, 9.0)):
            rows = [row("zonefleet", 0, ttftP99Millis=pod), row("genai-engine", 0, ttftP99Millis=peer)]
            self.assertNotIn("open load", report.goals(rows))

    def test_servers_are_compared_within_a_round(self):
        rows = [
            row("zonefleet", 1, rates=[10.0, 20.0, 22.0]),
            row("genai-engine", 1, rates=[5.0, 10.0, 21.0]),
            row("genai-generator", 1, rates=[0.0, 16.0, 16.0]),
        ]
        self.assertIn("| 1.375 × | yes |", report.goals(rows))

    def test_a_peer_that_wrote_nothing_proves_nothing(self):
        rows = [row("zonefleet", 16, rates=[9.0]), row("genai-engine", 16, rates=[0.0])]
        self.assertNotIn("16 clients", report.goals(rows))

    def test_what_http_costs_the_tiny_model_is_stated_only(self):
        rows = [row("zonefleet", 1, rates=[8.0]), row("ort-loop", 1, rates=[10.0])]
        self.assertIn("| tiny-int8 | 20.0% | stated only |", report.goals(rows))

    def test_a_pod_that_wrote_nothing_misses_its_goal(self):
        rows = [row("zonefleet", 16, rates=[0.0]), row("genai-engine", 16, rates=[10.0])]
        self.assertIn("| 0.000 × | **no** |", report.goals(rows))


if __name__ == "__main__":
    unittest.main()
