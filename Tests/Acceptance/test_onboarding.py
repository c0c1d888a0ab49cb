"""The onboarding guide, run as it stands: from nothing to the first message with a shell and curl."""

import os
import re
import subprocess

from obhut import ROOT


def blocks(page):
    return re.findall(r"```sh\n(.*?)```", (ROOT / "Docs" / page).read_text(), re.S)


def test_the_guide_brings_a_tenant_in(instance, tmp_path):
    script = "\n".join(blocks("onboarding.md"))
    assert not re.search(r"\b(python3?|jq|obhut (?!token)|wget)\b", re.sub(r"#.*", "", script)), "nothing but a shell, curl and openssl"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=180, cwd=tmp_path,
                          env={**os.environ, "READY": str(instance.ready_file)})
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-2000:]}"
    assert done.stdout.rstrip().endswith("The first message has arrived.")
    assert (tmp_path / "agreement.pdf").read_bytes()[:5] == b"%PDF-"
