"""Which rows of an earlier run a page keeps: python3 -m unittest discover -s inference-pod/bench -p '*_test.py'."""

import json
import pathlib
import tempfile
import unittest
from unittest import mock

import report


def row(server, clients, model="tiny-int8"):
    return {"server": server, "model": model, "clients": clients}


class Earlier(unittest.TestCase):
    def kept(self, rows, measured, machine=None, unchanged=True):
        document = {"machine": machine or report.machine(), "commit": "0123abc", "rows": rows}
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(report, "unchanged_since", return_value=unchanged):
            file = pathlib.Path(folder, "inference.json")
            file.write_text(json.dumps(document))
            return report.earlier(file, measured)

    def test_rows_of_other_models_and_loads_are_kept(self):
        others = [row("zonefleet", 16), row("zonefleet", 1, "qwen2-0.5b-int8")]
        self.assertEqual(others, self.kept([row("zonefleet", 1), *others], [row("zonefleet", 1)]))

    def test_servers_are_compared_within_one_run(self):
        self.assertEqual([], self.kept([row("zonefleet", 0), row("genai-engine", 0)], [row("zonefleet", 0)]))

    def test_another_machine_measures_anew(self):
        self.assertEqual([], self.kept([row("zonefleet", 16)], [row("zonefleet", 1)], machine="another one"))

    def test_changed_code_is_measured_anew(self):
        self.assertEqual([], self.kept([row("zonefleet", 16)], [row("zonefleet", 1)], unchanged=False))

    def test_what_had_changes_beside_its_commit_is_measured_anew(self):
        self.assertFalse(report.unchanged_since("0123abc-dirty"))


if __name__ == "__main__":
    unittest.main()
