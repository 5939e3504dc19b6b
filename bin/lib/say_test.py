"""bin/lib/say.sh: a step fails with any of its lines, and says how long it took. Run by bin/test scripts."""

import pathlib
import subprocess
import unittest

SAY = pathlib.Path(__file__).with_name("say.sh")


def bash(script):
    return subprocess.run(["bash", "-c", f"set -euo pipefail; . {SAY}; {script}"], capture_output=True, text=True)


class Step(unittest.TestCase):
    def test_any_failing_line_of_a_function_fails_the_step_and_ends_the_script(self):
        result = bash("f() { false; echo went on; }; step 'the step' f; echo after")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("(exit status 1): the step", result.stderr)

    def test_a_caller_that_goes_on_sees_the_status(self):
        result = bash("f() { return 7; }; set +e; step x f; rc=$?; set -e; echo $rc")
        self.assertEqual((result.returncode, result.stdout), (0, "7\n"))

    def test_progress_leaves_stdout_to_the_results(self):
        result = bash("f() { echo result; }; step 'the step' f")
        self.assertEqual(result.stdout, "result\n")
        self.assertIn("==> the step", result.stderr)
        self.assertIn("done in 0 s: the step", result.stderr)

    def test_quietly_shows_the_log_of_what_failed_only(self):
        good = bash("quietly /dev/null echo fine")
        bad = bash("log=$(mktemp); f() { echo reason; return 3; }; quietly $log f")
        self.assertEqual((good.stdout, good.stderr), ("", ""))
        self.assertEqual(bad.returncode, 3)
        self.assertIn("reason", bad.stderr)


if __name__ == "__main__":
    unittest.main()
