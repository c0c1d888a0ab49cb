"""A second server beside a running `obhut dev`, on the same databases, with settings of its own."""

import contextlib
import subprocess
import time

import requests

from obhut import free_port


def command(instance, **settings):
    """`obhut serve` with the settings of `obhut dev`, some of them changed: `http_port=1` is `http.port`."""
    words = [instance.binary, "serve", "--config", str(instance.folder / "data/obhut.json")]
    for name, value in {"workers_enabled": "false", **settings}.items():
        words += ["--set", f"{name.replace('_', '.', 1)}={value}"]
    return words


@contextlib.contextmanager
def served(instance, **settings):
    """Its base URL, while it runs."""
    port = free_port()
    log = open(instance.folder / f"serve-{port}.log", "ab")
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command(instance, **{"http_port": port, "http_public_url": base, **settings}), stdout=log, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 30
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("obhut serve did not become ready:\n" + open(log.name).read())
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(base + "/readyz", timeout=5).status_code == 200:
                    break
            time.sleep(0.05)
        yield base
    finally:
        process.terminate()
        assert process.wait(30) == 0, open(log.name).read()
