"""The life of `obhut dev`: starting, starting again, being stopped, being killed, and what it says when something is in the way."""

import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from obhut import Instance, eventually, free_port, new_id, new_number

ROUNDS = int(os.environ.get("OBHUT_KILLS", "6"))


@pytest.fixture
def own():
    """An instance of the test's own, not started."""
    instance = Instance()
    try:
        yield instance
    finally:
        kill_all(instance)
        instance.remove()


def kill_all(instance):
    for pid in instance.processes():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    if instance.process:
        instance.process.wait(10)


def kill(instance):
    """dev alone, with a signal it cannot hear."""
    instance.process.kill()
    instance.process.wait()


def gone(instance, seconds=20.0):
    """Nothing runs on the folder any more, and PostgreSQL ended in order."""
    eventually(lambda: not instance.processes(), f"the end of everything on {instance.folder}", seconds)
    log = (instance.data / "postgres.log")
    if log.exists() and "ready to accept connections" in log.read_text():
        assert log.read_text().rstrip().endswith("database system is shut down"), instance.logs()


def fails(instance, seconds=30, **more):
    """Runs dev until it fails; what it said."""
    done = subprocess.run(instance.command(), capture_output=True, text=True, timeout=seconds, **more)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    sentence = done.stderr.strip()
    assert sentence.startswith("Error: ") and "\n" not in sentence, sentence
    return sentence.removeprefix("Error: ")


def works(instance):
    """A person writes to each tenant and gets an answer."""
    for tenant in instance.tenants:
        handset, contact = tenant.talk()
        sent = tenant.send({"contact_id": contact}, f"Antwort {new_id()}")
        tenant.state(sent["id"], "delivered")
        assert len(tenant.on_handset(handset, sent["id"])) == 1


def edit_demo(instance, change):
    """Changes what the folder remembers of the demo tenants, as if dev had been killed before it knew more."""
    path = instance.data / "demo.json"
    tenants = json.loads(path.read_text())
    for tenant in tenants:
        change(tenant)
    path.write_text(json.dumps(tenants))


# One folder, one dev; ports


def test_a_second_start_on_a_running_folder_is_refused_and_harms_nothing(own):
    own.start()
    before = own.processes()
    second = Instance(folder=own.folder)
    second.ready_file = own.folder / "second.json"
    assert f"obhut dev (process {own.process.pid}) already runs on this folder" in fails(second)
    second.port, second.ready_file = own.port, own.ready_file
    assert "already runs on this folder" in fails(second)
    assert own.processes() == before and own.ready_file.exists() and (own.data / "ready.json").exists()
    works(own)
    assert own.stop() == 0
    own.start()


@pytest.mark.parametrize(("port", "option"), [("port", "--port"), ("sandbox_port", "--sandbox-port")])
def test_a_port_in_use_is_named_before_anything_starts(own, port, option):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        setattr(own, port, taken.getsockname()[1])
        sentence = fails(own)
        variable = {"--port": "PORT", "--sandbox-port": "SANDBOX_PORT"}[option]
        assert sentence == f"port {getattr(own, port)} is in use; choose another with {option}, or make run {variable}=…"
    assert not (own.data / "postgres").exists() and not own.processes()


def test_ports_that_cannot_be_are_refused(own):
    own.sandbox_port = own.port
    assert "--sandbox-port" in fails(own)
    own.sandbox_port = 70000
    assert "65535" in fails(own)
    assert not (own.data / "postgres").exists()


class Foreign(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ready":true,"success":true}')

    def log_message(self, *args):
        pass


@pytest.mark.parametrize(("port", "name"), [("port", "server"), ("sandbox_port", "sandbox")])
def test_a_foreign_answer_is_not_taken_for_our_own(own, port, name):
    own.spawn()
    # The ports were looked at before PostgreSQL starts; now somebody else is faster.
    eventually(lambda: (own.data / "postgres.log").exists(), "the start of PostgreSQL")
    foreign = http.server.ThreadingHTTPServer(("127.0.0.1", getattr(own, port)), Foreign)
    thread = threading.Thread(target=foreign.serve_forever, daemon=True)
    thread.start()
    try:
        assert own.process.wait(30) == 1
        said = (own.folder / "dev.log").read_text()
        assert f"the {name} ended before it was ready" in said and "in use" in said, said
        assert not own.ready_file.exists()
        gone(own)
    finally:
        foreign.shutdown()
        foreign.server_close()


def test_a_child_that_cannot_start_is_reported_at_once_with_its_reason(own):
    own.start()
    assert own.stop() == 0
    key = own.data / "regions/eu-north/keys/key-encryption-keys.json"
    away = key.rename(own.folder / "away.json")
    started = time.monotonic()
    sentence = fails(own)
    assert "the server ended before it was ready" in sentence and "key file" in sentence and "server.log" in sentence, sentence
    assert time.monotonic() - started < 15
    gone(own)
    away.rename(key)
    own.start()
    works(own)


def test_the_port_of_postgres_moves_when_somebody_took_it(own):
    own.start()
    assert own.stop() == 0
    port = json.loads((own.data / "secrets.json").read_text())["port"]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        own.start()
        works(own)


def test_settings_of_another_installation_in_the_environment_are_left_alone(own):
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    environment = {**os.environ, "OBHUT_CONTROL_URL": nowhere, "OBHUT_CONTROL_OWNER_URL": nowhere, "OBHUT_HTTP_PORT": "1",
                   "OBHUT_REGIONS": "elsewhere", "OBHUT_REGION_EU_CENTRAL_APP_URL": nowhere, "OBHUT_EGRESS_EXCEPTIONS": ""}
    own.spawn(env=environment)
    own.wait_until_ready()
    works(own)


# Starting again


def test_a_second_start_with_other_ports_works(own):
    own.start()
    works(own)
    ids = [t.id for t in own.tenants]
    assert own.stop() == 0
    own.port, own.sandbox_port = free_port(), free_port()
    own.start()
    assert [t.id for t in own.tenants] == ids
    for url in [own.ready["base_url"], *[t.ingress for t in own.tenants]]:
        assert url.startswith(f"http://127.0.0.1:{own.port}"), url
    works(own)


def test_what_was_queued_before_goes_out_through_the_new_port(own):
    own.start()
    tenant = own.tenants[0]
    handset, contact = tenant.talk()
    own.sandbox.put(f"/handsets/{handset}", {"error_code": 131016})
    sent = tenant.send({"contact_id": contact}, "später")
    tenant.state(sent["id"], "sending", "accepted")
    assert own.stop() == 0
    own.port, own.sandbox_port = free_port(), free_port()
    own.start()
    own.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    own.tenants[0].state(sent["id"], "delivered", seconds=60)


def test_a_webhook_url_that_is_not_taken_fails_the_start(own):
    own.start()
    assert own.stop() == 0
    right = json.loads((own.data / "demo.json").read_text())
    edit_demo(own, lambda tenant: tenant.update(verify_token="another"))
    sentence = fails(own)
    assert "the sandbox could not verify" in sentence and right[0]["phone_number_id"] in sentence, sentence
    gone(own)


@pytest.mark.parametrize("lost", [
    ["api_key"], ["channel_id", "ingress_url"], ["api_key", "channel_id", "ingress_url"],
    ["api_key", "channel_id", "ingress_url", "tenant_id"],
])
def test_setting_up_the_demo_goes_on_from_every_step(own, lost):
    own.start()
    ids = [t.id for t in own.tenants]
    assert own.stop() == 0
    edit_demo(own, lambda tenant: [tenant.pop(name) for name in lost])
    own.port, own.sandbox_port = free_port(), free_port()
    own.start()
    assert [t.id for t in own.tenants] == ids
    works(own)
    for tenant in own.tenants:
        keys = own.admin.get(f"/tenants/{tenant.id}/api-keys")["data"]
        assert len([k for k in keys if not k["revoked_at"]]) == 1


def test_setting_up_the_demo_goes_on_when_the_control_plane_does_not_know_the_channel_yet(own):
    own.start()
    for table in ("channel_routes", "unroutable_events", "ingress_routes"):
        own.sql(own.databases()["control"], f"DELETE FROM {table}")
    assert own.stop() == 0
    edit_demo(own, lambda tenant: [tenant.pop(name) for name in ("api_key", "channel_id", "ingress_url")])
    own.start()
    works(own)


def test_setting_up_the_demo_goes_on_without_its_file(own):
    own.start()
    ids = [t.id for t in own.tenants]
    assert own.stop() == 0
    (own.data / "demo.json").unlink()
    own.start()
    assert [t.id for t in own.tenants] == ids
    works(own)


def moment(own, when):
    """Waits for something that happens during a first start, then a little."""
    after, longest = {"any": (None, 2.0), "serving": ("server.log", 0.4), "demo": ("demo.json", 0.2)}[when]
    if after:
        eventually(lambda: (own.data / after).exists() or own.process.poll() is not None, after)
    time.sleep(random.uniform(0, longest))


@pytest.mark.parametrize("whom", ["dev", "all"])
@pytest.mark.parametrize("when", ["any", "serving", "demo"])
def test_a_first_start_that_was_killed_can_be_repeated(when, whom):
    """Killed at random moments, more than once, alone or with all its children; then it must start."""
    for _ in range(max(1, ROUNDS // 4)):
        own = Instance()
        try:
            for _ in range(3):
                own.spawn()
                moment(own, when)
                if whom == "dev":
                    kill(own)
                else:
                    kill_all(own)
                if when != "any":
                    break
            own.start()
            works(own)
            names = [t["name"] for t in own.admin.every("/tenants")]
            assert sorted(names) == ["Nordwind Bikes", "Praxis Sonnenhof"]
            assert own.stop() == 0
            gone(own)
        finally:
            kill_all(own)
            own.remove()


def test_killed_again_and_again_it_goes_on(own):
    own.start()
    sent = []
    for round in range(max(4, ROUNDS)):
        tenant = own.tenants[0]
        handset, contact = tenant.talk()
        sent.append((handset, tenant.send({"contact_id": contact}, f"Runde {round}")["id"]))
        if round % 2:
            kill_all(own)
        else:
            kill(own)
        own.start()
    tenant = own.tenants[0]
    for handset, message in sent:
        tenant.state(message, "delivered", seconds=90)
        assert len(tenant.on_handset(handset, message)) == 1


def test_a_folder_whose_cluster_is_gone_is_not_filled_anew(own):
    own.start()
    assert own.stop() == 0
    cluster = own.data / "postgres"
    cluster.rename(own.folder / "away")
    assert "PostgreSQL's data is missing" in fails(own)
    (own.folder / "away").rename(cluster)
    own.start()


@pytest.mark.skipif(os.getuid() != 0, reason="only root's cluster may have to live elsewhere")
def test_a_folder_that_postgres_cannot_reach_has_its_cluster_elsewhere(own):
    own.folder.chmod(0o700)
    cluster = pathlib.Path(f"/var/lib/postgresql/obhut-dev{str(own.data).replace('/', '-')}")
    try:
        own.start()
        works(own)
        assert cluster.exists() and not (own.data / "postgres").exists()
        kill(own)
        own.start()
        works(own)
        assert own.stop() == 0
        # Removed without it, the cluster is of no use to anybody; a new folder says so.
        shutil.rmtree(own.data)
        sentence = fails(own)
        assert f"rm -r {cluster}" in sentence, sentence
    finally:
        kill_all(own)
        shutil.rmtree(cluster, ignore_errors=True)
    own.start()
    works(own)
    assert own.stop() == 0
    shutil.rmtree(cluster)


def test_lost_passwords_are_told(own):
    own.start()
    assert own.stop() == 0
    secrets = (own.data / "secrets.json").rename(own.folder / "away.json")
    sentence = fails(own)
    assert "passwords" in sentence and "secrets.json" in sentence, sentence
    assert not (own.data / "secrets.json").exists()
    secrets.rename(own.data / "secrets.json")
    own.start()


@pytest.mark.skipif(os.getuid() != 0, reason="root is asked to use a plain user's folder")
def test_root_does_not_make_a_second_cluster_for_a_users_folder(own):
    cluster = own.data / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("15\n")
    for path in [own.data, cluster, cluster / "PG_VERSION"]:
        os.chown(path, 65534, 65534)
    own.data.chmod(0o700)
    sentence = fails(own)
    assert "belongs to nobody" in sentence and "run obhut dev as nobody" in sentence, sentence
    assert sorted(p.name for p in own.data.iterdir()) == ["postgres"]
    assert not pathlib.Path(f"/var/lib/postgresql/obhut-dev{str(own.data).replace('/', '-')}").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="needs a second user")
def test_a_plain_user_runs_it_and_is_told_of_roots_folder(own):
    own.start()
    assert own.stop() == 0
    as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    done = subprocess.run([*as_user, *own.command()], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "run obhut dev as root" in done.stderr, done.stderr
    # A folder of its own does.
    theirs = Instance(folder=own.folder / "theirs") if (own.folder / "theirs").mkdir() is None else None
    os.chown(theirs.folder, 65534, 65534)
    command = [*as_user, *theirs.command()]
    theirs.command = lambda: command
    try:
        theirs.start()
        works(theirs)
        assert theirs.stop() == 0
        gone(theirs)
    finally:
        kill_all(theirs)


# Ready files


def test_ready_files_are_there_only_while_it_is_ready(own):
    files = [own.ready_file, own.data / "ready.json"]
    own.data.mkdir()
    for file in files:
        file.write_text("{}")
    own.spawn()
    eventually(lambda: (own.data / "postgres.log").exists(), "the start of PostgreSQL")
    assert not any(file.exists() for file in files)
    own.wait_until_ready()
    eventually(lambda: all(file.exists() for file in files), "both files")
    assert files[0].read_text() == files[1].read_text() and all(f.stat().st_mode & 0o077 == 0 for f in files)
    assert own.stop() == 0
    assert not any(file.exists() for file in files)
    # Also when the start fails.
    (own.data / "postgres").rename(own.folder / "away")
    for file in files:
        file.write_text("{}")
    fails(own)
    assert not any(file.exists() for file in files)


def test_a_ready_file_that_cannot_be_written_is_named_before_anything_starts(own):
    own.ready_file = own.folder / "nowhere" / "ready.json"
    assert "nowhere" in fails(own)
    assert not (own.data / "postgres").exists()


# Being stopped


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(own, number, times):
    # Whatever runs the tests may itself be run by nohup.
    own.spawn(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
    own.wait_until_ready()
    for _ in range(times):
        own.process.send_signal(number)
    assert own.process.wait(40) == 0, own.logs()
    gone(own, 2)
    assert not own.ready_file.exists()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", own.port))


def test_ctrl_c_during_a_start_stops_everything():
    for _ in range(ROUNDS):
        own = Instance()
        try:
            own.spawn()
            # Before the folder is locked, nothing is started and Ctrl-C ends it as it ends any program.
            eventually(lambda: (own.data / "lock").exists(), "the lock")
            time.sleep(random.uniform(0, 1.8))
            own.process.send_signal(signal.SIGINT)
            assert own.process.wait(40) == 0, own.logs()
            eventually(lambda: not own.processes(), "the end of everything", 2)
            assert not own.ready_file.exists()
            own.start()
            assert own.stop() == 0
        finally:
            kill_all(own)
            own.remove()


def test_nohup_is_honoured(own):
    own.spawn(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    own.wait_until_ready()
    own.process.send_signal(signal.SIGHUP)
    works(own)
    assert own.process.poll() is None and own.stop() == 0


def test_killed_outright_it_leaves_nothing_running(own):
    own.start()
    kill(own)
    gone(own)


def test_a_postgres_that_cannot_start_is_not_left_behind(own):
    own.start()
    assert own.stop() == 0
    configuration = own.data / "postgres/postgresql.conf"
    text = configuration.read_text()
    configuration.write_text(text + "\nno_such_setting = 1\n")
    sentence = fails(own)
    assert "PostgreSQL ended before it was ready" in sentence and "postgres.log" in sentence, sentence
    eventually(lambda: not own.processes(), "the end of everything", 2)
    configuration.write_text(text)
    own.start()
    works(own)


def test_a_child_that_was_killed_comes_back(own):
    own.start()
    for name in ("server", "sandbox", "postgres"):
        pid = own.ready["pids"][name]
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: str(pid) not in map(str, own.processes()), f"the end of {name}")
        eventually(lambda: answers(own), f"{name} again")
        works(own)
    assert own.stop() == 0
    gone(own)


def answers(own):
    try:
        return own.admin.session.get(own.ready["base_url"] + "/readyz", timeout=5).status_code == 200 and \
            own.sandbox.call("GET", "/sandbox/health").status_code == 200
    except OSError:
        return False


# What the served process holds and writes


def test_the_served_process_does_not_hold_the_owners_password(own):
    own.start()
    owner = json.loads((own.data / "secrets.json").read_text())["passwords"]["obhut_owner"]
    process = pathlib.Path(f"/proc/{own.server_pid()}")
    for text in [(process / "environ").read_bytes(), (process / "cmdline").read_bytes(), (own.data / "obhut.json").read_bytes()]:
        assert owner.encode() not in text and b"owner_url" not in text
    migrate = own.data / "migrate.json"
    assert owner in migrate.read_text() and migrate.stat().st_mode & 0o777 == 0o600

    def run(config):
        return subprocess.run([own.binary, "migrate", "--config", str(config)], capture_output=True, text=True, timeout=30)

    done = run(migrate)
    assert done.returncode == 0 and done.stdout.count("up to date") == 3, done.stdout + done.stderr
    refused = run(own.data / "obhut.json")
    assert refused.returncode == 1 and "control.owner_url is not set" in refused.stderr, refused.stderr
    document = json.loads(migrate.read_text())
    del document["region"]["eu-north"]["owner_url"]
    (own.folder / "half.json").write_text(json.dumps(document))
    refused = run(own.folder / "half.json")
    assert refused.returncode == 1 and "region.eu-north.owner_url" in refused.stderr and "obhut migrate" in refused.stderr


@pytest.mark.parametrize("kind", ["full disk", "no reader"])
def test_a_log_that_cannot_be_written_stops_nothing(own, kind):
    own.start()
    port = free_port()
    command = [own.binary, "serve", "--config", str(own.data / "obhut.json"), "--set", f"http.port={port}", "--set", "log.level=trace"]
    if kind == "full disk":
        stream = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, stream = os.pipe()
        os.close(reader)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stream)
    os.close(stream)
    try:
        def ready():
            assert process.poll() is None, process.returncode
            try:
                return own.admin.session.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
            except OSError:
                return False

        eventually(ready, "the second server")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def test_log_lines_stay_whole(own):
    own.start()
    works(own)
    assert own.stop() == 0
    lines = (own.data / "server.log").read_text().splitlines()
    assert lines and all(json.loads(line)["message"] for line in lines)


# The demonstration


def test_the_demo_can_be_run_any_number_of_times(own):
    own.start()
    tenant = own.tenants[0]
    for _ in range(3):
        tenant.handset_writes(new_number(), "Guten Tag, haben Sie morgen einen Termin frei?")
        done = subprocess.run([own.binary, "demo", "--ready-file", str(own.ready_file)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "That is the whole path." in done.stdout and '"state":"read"' in done.stdout, done.stdout
        # What it read is what it wrote, not what somebody else wrote in the same words.
        written = re.search(r'"id":"(wamid[^"]+)"', done.stdout)[1]
        read = re.search(r'Now the tenant reads.*?"provider_message_id":"(wamid[^"]+)"', done.stdout, re.S)[1]
        assert written == read
