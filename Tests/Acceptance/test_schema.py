"""The API does what its OpenAPI document says: Schemathesis makes right and wrong requests from it and checks every answer. An instance of
its own, as these requests suspend tenants and revoke keys."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
import requests

from obhut import Instance
from wording import wording

HERE = pathlib.Path(__file__).parent / "schemathesis_run"
# The same requests each time. Another seed finds other things: OBHUT_SCHEMA_SEED=7 OBHUT_SCHEMA_EXAMPLES=500.
SEED = os.environ.get("OBHUT_SCHEMA_SEED", "20261124")
EXAMPLES = os.environ.get("OBHUT_SCHEMA_EXAMPLES", "20")


@pytest.fixture(scope="module")
def own():
    running = Instance()
    try:
        yield running.start()
    finally:
        running.remove()


def facts(instance, tenant):
    handset, contact = tenant.talk()
    message = tenant.api.get("/messages")["data"][0]
    victim = instance.new_tenant()
    asker = instance.new_tenant()
    for each in (tenant, asker):
        each.terms()
    source = tenant.set_up()
    asset = re.search(r"/sources/signup-widget/([^\"]+)", source["snippet"])[1]
    instance.admin.post("/agreement-texts", wording("tried"), expect=201)
    return {
        "base": instance.ready["base_url"], "sandbox": instance.ready["sandbox_url"], "phone": handset, "verify_token": tenant.facts["verify_token"],
        "victim": {"tenant": victim.id, "agreement": victim.facts["agreement_id"], "channel": victim.facts["channel_id"]},
        "asker": {"tenant": asker.id, "channel": asker.facts["channel_id"], "source": asker.set_up()["id"]},
        "path": {
            "tenant": tenant.id, "channel": tenant.facts["channel_id"], "contact": contact, "message": message["id"],
            "conversation": message["conversation_id"], "plugin": "whatsapp-cloud", "route": tenant.ingress.rsplit("/", 1)[1],
            "version": "v23.0", "number": tenant.number, "agreement": tenant.facts["agreement_id"], "key": "",
            "source": source["id"], "purpose": "service", "setup_version": "1", "asset": asset,
            "name": "tried", "n": 1,
        },
    }


def test_the_api_does_what_its_description_says(own, tmp_path):
    tenant = own.new_tenant()
    known = facts(own, tenant)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run",
               own.ready["base_url"] + "/openapi.json", "--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES,
               "--continue-on-failure", "--report-dir", str(tmp_path)]
    environment = {**os.environ, "OBHUT_STAFF_TOKEN": own.ready["admin_token"], "OBHUT_TENANT_KEY": tenant.api.token,
                   "OBHUT_FACTS": json.dumps(known)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, cwd=HERE, env=environment)
    print(f"seed {SEED}, {EXAMPLES} examples\n{done.stdout}{done.stderr}")
    assert done.returncode == 0
    # The run's own tenant and key stood to the end, so it saw more than refusals.
    assert requests.get(own.ready["base_url"] + "/api/v1/contacts", headers={"Authorization": f"Bearer {tenant.api.token}"},
                        timeout=10).status_code == 200
    log = (own.data / "server.log").read_text()
    assert '"a request failed"' not in log
