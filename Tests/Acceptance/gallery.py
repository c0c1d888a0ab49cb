"""The console's pages as static files, served with the headers the server sends, in a browser of Debian's."""

import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("CONSOLE_GALLERY", str(ROOT / ".build/debug/ConsoleGallery"))
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


class Gallery:
    def __init__(self, folder):
        subprocess.run([PROGRAM, str(folder)], check=True, stdout=subprocess.DEVNULL)
        self.folder = folder
        manifest = json.loads((folder / "manifest.json").read_text())
        self.pages = manifest["pages"]

        class Handler(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, path):
                # The one part of a page that a script fetches, for every tenant.
                if path.split("?")[0].endswith("/channels/health"):
                    return str(folder / "pages/en/channel-health.html")
                return super().translate_path(path)

            def end_headers(self):
                # Assets have their own type, and pages are read in a language each.
                for name, value in manifest["headers"].items():
                    if name not in ("content-type", "content-language", "cache-control"):
                        self.send_header(name, value)
                super().end_headers()

            def log_message(self, *arguments):
                pass

        handler = functools.partial(Handler, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, page):
        return self.origin + page["path"]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def launch(playwright):
    # Root has no sandbox of its own in a container, and needs none for pages of ours.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=BROWSER, args=options)
