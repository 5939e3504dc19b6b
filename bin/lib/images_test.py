"""bin/images: what it is built from decides when it is built again. Run by bin/test scripts."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]


def shell(command, cwd=ROOT, **env):
    return subprocess.run(["bash", "-c", command], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True)


class Images(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = pathlib.Path(folder.name, "zonefleet")
        skipped = shutil.ignore_patterns("target", ".git", "node_modules")
        for name in ("bin", "images", "crds", "operator", "inference-pod", "examples"):
            shutil.copytree(ROOT / name, self.copy / name, ignore=skipped)
        shutil.copy(ROOT / "pom.xml", self.copy)

    def tar(self, name):
        return shell(f". bin/lib/images.sh; tar_of {name}", cwd=self.copy, ZONEFLEET_CACHE="/cache").stdout

    def test_a_change_moves_the_image_made_from_it_and_no_other(self):
        names = ("operator", "inference-pod", "gateway", "weights-tiny")
        before = {name: self.tar(name) for name in names}
        changes = {
            "operator/src/main/resources/application.properties": {"operator"},
            "crds/pom.xml": {"operator"},
            "inference-pod/src/main/resources/application.properties": {"inference-pod"},
            "bin/lib/envoy.sh": {"gateway"},
            "examples/models/tiny-r1/r1/config.json": {"weights-tiny"},
            "images/jre.sh": {"operator", "inference-pod"},
            "images/Containerfile": set(names),
        }
        for file, expected in changes.items():
            with self.subTest(file):
                path = self.copy / file
                content = path.read_bytes()
                path.write_bytes(content + b"\n")
                self.assertEqual({name for name in names if self.tar(name) != before[name]}, expected)
                path.write_bytes(content)

    def test_a_test_or_a_built_file_moves_none(self):
        before = self.tar("operator")
        (self.copy / "operator/target").mkdir()
        (self.copy / "operator/target/x.jar").touch()
        (self.copy / "operator/src/test").mkdir(exist_ok=True)
        (self.copy / "operator/src/test/NewTest.java").touch()
        self.assertEqual(self.tar("operator"), before)

    def test_an_unknown_image_is_refused_with_the_known_ones(self):
        result = shell("bin/images gatway")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no image 'gatway'; there are: operator inference-pod gateway weights-tiny", result.stderr)


if __name__ == "__main__":
    unittest.main()
