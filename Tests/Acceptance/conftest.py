import pytest

from obhut import Instance


@pytest.fixture(scope="session")
def instance():
    """One running Obhut for all tests; each test uses people and messages of its own."""
    running = Instance()
    try:
        yield running.start()
        assert running.stop() == 0, "obhut dev did not stop cleanly:\n" + running.logs()
    finally:
        running.remove()


@pytest.fixture
def tenant(instance):
    return instance.tenants[0]


@pytest.fixture
def other(instance):
    return instance.tenants[1]


@pytest.fixture
def faults(instance):
    """Lets the sandbox misbehave, and ends that after the test."""
    yield lambda **wanted: instance.sandbox.put("/sandbox/faults", wanted)
    instance.sandbox.put("/sandbox/faults", {})
