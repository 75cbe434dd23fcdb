"""`make check` chooses the tests of what changed: by name, by import, by mention; and not all tests for one file."""

import subprocess

from tests.tools.changed import MANY, belonging, changed_files, read_test_modules

TESTS = {
    "tests/sdk/test_retry.py": "import botmesh\n",
    "tests/sdk/test_links.py": "from botmesh.transport.link_client import LinkClient\n",
    "tests/sdk/test_work.py": "from botmesh.transport import link_server, link_client\n",
    "tests/readme/test_readme.py": 'README = ROOT / "README.md"\n',
    **{f"tests/many/test_{number}.py": "from botmesh.settings import load\n" for number in range(MANY + 1)},
}


def test_a_changed_test_module_is_run():
    assert belonging(["tests/sdk/test_retry.py"], TESTS)[0] == {"tests/sdk/test_retry.py"}


def test_a_module_is_tested_by_the_module_of_its_name():
    assert belonging(["clients/python/botmesh/calling/retry.py"], TESTS)[0] == {"tests/sdk/test_retry.py"}


def test_a_module_is_tested_by_those_that_import_it():
    chosen, partly = belonging(["clients/python/botmesh/transport/link_client.py"], TESTS)
    assert chosen == {"tests/sdk/test_links.py", "tests/sdk/test_work.py"}
    assert not partly


def test_a_page_is_tested_by_those_that_name_it():
    assert belonging(["README.md"], TESTS)[0] == {"tests/readme/test_readme.py"}


def test_a_module_that_many_tests_import_does_not_select_them_all():
    changed = "clients/python/botmesh/settings.py"
    assert belonging([changed], TESTS) == (set(), {changed})


def test_what_differs_from_the_main_branch_is_changed(tmp_path):
    def git(*words):
        author = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch", "main")
    (tmp_path / "first.py").write_text("")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    assert changed_files(tmp_path) == []
    (tmp_path / "second.py").write_text("")
    git("add", ".")
    git("commit", "--quiet", "-m", "second")
    assert changed_files(tmp_path) == ["second.py"], "on the main branch: the last commit"
    (tmp_path / "third.py").write_text("")
    assert changed_files(tmp_path) == ["third.py"], "or what is not committed yet"
    git("switch", "--quiet", "--create", "topic")
    git("add", ".")
    git("commit", "--quiet", "-m", "third")
    (tmp_path / "first.py").write_text("1\n")
    assert changed_files(tmp_path) == ["first.py", "third.py"]


def test_every_test_module_is_known():
    assert "tests/tools/test_changed.py" in read_test_modules()
