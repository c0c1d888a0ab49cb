"""What the server is configured with: taken as written, or refused with a sentence that names key, expectation and finding."""

import json
import os
import subprocess

import pytest

from obhut import ROOT

BINARY = os.environ.get("OBHUT", str(ROOT / ".build/debug/obhut"))


def config(*flags, file=None, tmp_path=None, **environment):
    """`obhut config`: exit code, what each key is now, what was said on standard error."""
    arguments = [BINARY, "config"]
    if file is not None:
        path = tmp_path / "obhut.json"
        path.write_text(file if isinstance(file, str) else json.dumps(file))
        arguments += ["--config", str(path)]
    for flag in flags:
        arguments += ["--set", flag]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OBHUT")}
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, env={**clean, **environment})
    now, key = {}, None
    for line in done.stdout.splitlines():
        if not line.startswith(" "):
            key = line
        elif "; now: " in line:
            now[key] = line.split("; now: ", 1)[1]
    return done.returncode, now, done.stderr


def test_numbers_booleans_and_lists_of_the_file_are_taken(tmp_path):
    file = {"http": {"port": 9000, "body_timeout_seconds": "5", "host": None}, "workers": {"enabled": False}, "regions": ["eu-central", "eu-north"]}
    code, now, said = config(file=file, tmp_path=tmp_path)
    assert (code, said) == (0, "")
    assert now["http.port"] == "9000" and now["http.body_timeout_seconds"] == "5" and now["workers.enabled"] == "false"
    assert now["regions"] == "eu-central,eu-north"


def test_flags_beat_the_environment_which_beats_the_file(tmp_path):
    file = {"http": {"port": 1111, "host": "127.0.0.2"}, "log": {"level": "error"}}
    code, now, _ = config("http.port=3333", file=file, tmp_path=tmp_path, OBHUT_HTTP_PORT="2222", OBHUT_LOG_LEVEL="debug", OBHUT_HTTP_HOST="")
    assert code == 0 and now["http.port"] == "3333" and now["log.level"] == "debug"
    assert now["http.host"] == "127.0.0.2", "an empty variable is none"


@pytest.mark.parametrize(("file", "key", "expected", "found"), [
    ({"http": {"prt": 9000}}, "http.prt", "a key that obhut config lists", "an unknown one; did you mean http.port?"),
    ({"htp": 1}, "htp", "a key that obhut config lists", "an unknown one"),
    ({"region": {"eu-central": {"plce": "Bonn"}}}, "region.eu-central.plce", "a key that obhut config lists", "did you mean region.eu-central.place?"),
    ({"region": {"eu-central": {"plugin": "cloud", "bucket": "b"}}}, "region.eu-central.plugin", "one of self-hosted", '"cloud"'),
    ({"region": {"eu-central": {"place": 5}}}, "region.eu-central.place", "text", "a number"),
    ({"http": {"port": "many"}}, "http.port", "a whole number from 1 to 65535", '"many"'),
    ({"http": {"port": 0}}, "http.port", "a whole number from 1 to 65535", '"0"'),
    ({"http": {"port": 80.5}}, "http.port", "a whole number from 1 to 65535", '"80.5"'),
    ({"http": {"port": True}}, "http.port", "a whole number from 1 to 65535", "a boolean"),
    ({"http": {"port": {}}}, "http.port", "a whole number from 1 to 65535", "an object"),
    ({"http": {"host": 5}}, "http.host", "text", "a number"),
    ({"regions": [1]}, "regions", "a list separated by commas", "an array"),
    ({"workers": {"enabled": "perhaps"}}, "workers.enabled", "true or false", '"perhaps"'),
    ({"log": {"level": "verbose"}}, "log.level", "one of trace, debug, info, notice, warning, error, critical", '"verbose"'),
    ({"http": {"public_url": "obhut.example.org"}}, "http.public_url", "a URL that starts with https://", '"obhut.example.org"'),
    ({"http": {"public_url": "https://obhut.example.org/"}}, "http.public_url", "no slash at the end", '"https://obhut.example.org/"'),
    ({"http": {"public_url": "https:///x"}}, "http.public_url", "a host", '"https:///x"'),
])
def test_what_is_not_right_in_the_file_is_named(tmp_path, file, key, expected, found):
    code, now, said = config(file=file, tmp_path=tmp_path)
    assert code == 1 and not now, said
    assert said.count("\n") == 1 and said.startswith(f"Error: {key} ("), said
    assert expected in said and f"found {found}" in said or (expected in said and found in said), said
    assert "obhut.json" in said


def test_what_is_not_right_elsewhere_is_named_too(tmp_path):
    assert "http.prt (--set)" in config("http.prt=1")[2]
    assert 'log.level (--set): expected one of trace' in config("log.level=verbose")[2]
    assert "--set http.port: expected key=value" in config("http.port")[2]
    code, _, said = config(OBHUT_HTTP_PORT="many")
    assert code == 1 and 'http.port (OBHUT_HTTP_PORT): expected a whole number from 1 to 65535, found "many"' in said
    for file, words in [("{", "is not JSON"), ("[]", "holds an array, not an object"), ('{"http":{"port":1},"http.port":2}', "gives http.port twice")]:
        code, _, said = config(file=file, tmp_path=tmp_path)
        assert code == 1 and words in said and said.count("\n") == 1, said
    done = subprocess.run([BINARY, "config", "--config", "/nowhere.json"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "/nowhere.json cannot be read" in done.stderr


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    code, _, said = config("log.level=loud", file={"http": {"port": "x", "hst": "y"}}, tmp_path=tmp_path)
    assert code == 1 and len(said.splitlines()) == 3, said


def test_a_variable_that_is_no_setting_is_warned_of():
    code, now, said = config(OBHUT_HTTP_PROT="9000", OBHUT_SOMETHING_ELSE="x")
    assert code == 0 and now["http.port"] == "8080"
    assert said.splitlines() == [
        "warning: OBHUT_HTTP_PROT in the environment is no setting and is not used; did you mean OBHUT_HTTP_PORT?",
        "warning: OBHUT_SOMETHING_ELSE in the environment is no setting and is not used"]


def test_the_keys_of_regions_are_listed_and_secrets_are_not_shown(tmp_path):
    file = {"regions": "eu-central", "control": {"url": "postgresql://u:geheim@h/d"},
            "region": {"eu-central": {"country": "DE", "app_url": "postgresql://u:geheim@h/d"}}}
    code, now, said = config(file=file, tmp_path=tmp_path, OBHUT_REGION_EU_CENTRAL_PLACE="Bonn")
    assert code == 0 and said == ""
    assert now["region.eu-central.plugin"] == "self-hosted" and now["region.eu-central.country"] == "DE"
    assert now["region.eu-central.place"] == "Bonn" and now["region.eu-central.operator"] == "(not set)"
    assert now["region.eu-central.app_url"] == now["control.url"] == "(set)"
    assert "geheim" not in str(now)


def test_a_wrong_secret_is_not_repeated(tmp_path):
    _, _, said = config(file={"control": {"url": ["geheim"]}, "region": {"a": {"app_url": 5}}}, tmp_path=tmp_path)
    assert "control.url" in said and "region.a.app_url" in said and "geheim" not in said


def test_serve_does_not_start_with_a_wrong_setting():
    done = subprocess.run([BINARY, "serve", "--set", "http.port=none"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and done.stderr.startswith("Error: http.port (--set): expected"), done.stderr
