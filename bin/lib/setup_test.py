"""bin/setup: what it answers to a wrong word, and to a user who may not install. Run by bin/test scripts."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]


def shell(command, **env):
    return subprocess.run(["bash", "-c", command], cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True)


class Setup(unittest.TestCase):
    def test_an_unknown_part_is_refused_with_the_known_ones(self):
        result = shell("bin/setup jaava")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no part 'jaava'; there are: java go helm cluster images envoy checks bench all", result.stderr)

    def test_help_names_every_part(self):
        text = shell("bin/setup --help").stdout
        for part in ("java", "go", "helm", "cluster", "images", "envoy", "checks", "bench"):
            self.assertIn(part, text)

    def test_what_is_there_by_command_or_by_path_is_not_wanted(self):
        result = shell(
            "set -u; . bin/lib/say.sh; . bin/lib/packages.sh; "
            "need bash bash; need passwd /etc/passwd; need gone no-such-command /no/such/file; echo ${wanted_packages[*]}"
        )
        self.assertEqual(result.stdout.strip(), "gone")

    def test_without_root_it_says_what_root_would_install(self):
        result = shell(". bin/lib/say.sh; . bin/lib/packages.sh; id() { echo 1000; }; wanted_packages=(runc nftables); install_wanted")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("sudo apt-get install -y --no-install-recommends runc nftables", result.stderr)

    def test_a_java_that_is_no_jdk_25_is_passed_over(self):
        with tempfile.TemporaryDirectory() as cache:
            for name, version, has_javac in (("17", "17.0.1", True), ("25-jre", "25.0.1", False), ("25-jdk", "25.0.1", True)):
                home = pathlib.Path(cache, "jdk", name)
                (home / "bin").mkdir(parents=True)
                (home / "release").write_text(f'JAVA_VERSION="{version}"\n')
                if has_javac:
                    (home / "bin/javac").touch(mode=0o755)
            found = shell(". bin/lib/jdk.sh; find_jdk25", ZONEFLEET_CACHE=cache, JAVA_HOME="").stdout.strip()
        self.assertEqual(found, f"{cache}/jdk/25-jdk")


if __name__ == "__main__":
    unittest.main()
