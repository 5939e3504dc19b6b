"""bin/bench: which benchmarks there are, and what it answers to a wrong word. Run by bin/test scripts."""

import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).parents[2]
NAMES = sorted(script.stem.removeprefix("bench_") for script in (ROOT / "bin/lib").glob("bench_*.sh"))


def bench(*arguments):
    return subprocess.run([ROOT / "bin/bench", *arguments], capture_output=True, text=True)


class Bench(unittest.TestCase):
    def test_help_lists_every_benchmark_with_what_it_is(self):
        text = bench("--help").stdout
        self.assertTrue(NAMES)
        for name in NAMES:
            self.assertRegex(text, rf"(?m)^  {name} +\w+")

    def test_an_unknown_name_is_refused_with_the_known_ones(self):
        for wrong in ("failovr", "../bench_failover"):
            result = bench(wrong)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(f"no benchmark '{wrong}'", result.stderr)
            self.assertIn(NAMES[0], result.stderr)

    def test_each_tells_its_options(self):
        for name in NAMES:
            self.assertIn(f"bin/bench {name}", bench(name, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
