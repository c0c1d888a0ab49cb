"""Somebody's web page with the sign-up widget on it, under a policy as strict as a page can have."""

import http.server
import threading
import urllib.parse


class HostPage:
    """Serves one page at every path, from an origin of its own. `127.0.0.1` is the origin that set-ups allow; `localhost` is another."""

    def __init__(self, provider):
        self.provider, self.snippets = provider, {}
        self.requests = []
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                page.requests.append(self.path)
                parts = urllib.parse.urlsplit(self.path)
                asked = dict(urllib.parse.parse_qsl(parts.query))
                known = parts.path.startswith("/termine")
                body = page.html(asked.get("as", "widget"), asked.get("lang", "de")).encode() if known else b""
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", page.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def policy(self):
        return (f"default-src 'none'; script-src {self.provider}; connect-src {self.provider}; base-uri 'none'; form-action 'none'; "
                "require-trusted-types-for 'script'; trusted-types 'none'")

    def html(self, name, language):
        direction = "rtl" if language == "ar" else "ltr"
        return f"""<!doctype html>
<html lang="{language}" dir="{direction}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Praxis Morgenrot</title>
<main><h1>Praxis Morgenrot</h1><p>Lindenweg 3, Köln</p>{self.snippets.get(name, "")}</main>
</html>"""

    def url(self, name="widget", language="de", host="127.0.0.1"):
        return f"http://{host}:{self.port}/termine/neu?as={name}&lang={language}&patient=anna#oben"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
