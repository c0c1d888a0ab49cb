// What a script of a source on a tenant's page begins with: small parts, how it asks the server, its button, and its dialog.
//
// It is put into each source's script in place of its mark, so that one `integrity` pins all of it. It wants `TAG`, the element's name,
// and finds in the script `prepare`, which gets what the dialog shows, and `ask`, which shows it.
//
// Nothing is loaded before the button is pressed; then from where the script came from and from nowhere else. Nothing is kept on the
// device: no cookie, no storage. No markup is written as text (so `require-trusted-types-for 'script'` holds) and no style attribute (so
// 'unsafe-inline' is not needed).

  // Words that are needed before the server was asked, by language.
  const EARLY = /*@early*/ {};
  const BUTTON_STYLE = /*@buttonStyle*/ "";
  const DIALOG_STYLE = /*@dialogStyle*/ { file: "", integrity: "" };

  const script = document.currentScript;
  if (!script) return;
  const setting = (name) => script.getAttribute("data-" + name) || "";
  const base = new URL("../../s/" + encodeURIComponent(setting("setup")) + "/", script.src);

  // The page's language counts more than the browser's: the dialog belongs to the page.
  const pageLanguage = setting("lang") || document.documentElement.lang;
  const wanted = [pageLanguage, ...(navigator.languages || [])].filter(Boolean);
  const early = EARLY[wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => EARLY[tag]) || "en"];

  // --- Small parts

  // An element; a function as an attribute's value listens to the event of that name.
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value || value === 0) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter(Boolean));
    return element;
  };

  const drawing = (viewBox, shapes, attributes) => {
    const shape = (name, given) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(given)) element.setAttribute(key, value);
      return element;
    };
    const svg = shape("svg", { viewBox, ...attributes });
    svg.append(...shapes.map(([name, given]) => shape(name, given)));
    return svg;
  };

  const bubble = () =>
    drawing("0 0 24 24", [["path", { d: "M12 2a10 10 0 0 0-8.7 14.9L2 22l5.2-1.3A10 10 0 1 0 12 2zM7 9h10v1.8H7zm0 3.6h7v1.8H7z" }]],
      { "aria-hidden": "true", class: "icon" });

  // The picture comes as an SVG document. Only plain shapes are taken out of it, attribute by attribute; all else stays behind.
  const picture = (text, label) => {
    const attributes = (source) =>
      Object.fromEntries([...source.matchAll(/\s(d|x|y|width|height|fill)="([-\w#.,\s]*)"/g)].map(([, key, value]) => [key, value]));
    const shapes = [...text.matchAll(/<(path|rect)(\s[^>]*)>/g)].map(([, name, source]) => [name, attributes(source)]);
    const viewBox = (/viewBox="([\d.\s]+)"/.exec(text) || [])[1];
    return viewBox && drawing(viewBox, shapes, { role: "img", "aria-label": label, class: "code", "shape-rendering": "crispEdges" });
  };

  const dress = (css) => {
    // A browser that cannot take a sheet so (before 2023) shows the parts plainly, and they work.
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch {}
  };

  // Colours come as four: fill and text on light ground, fill and text on dark ground.
  const paint = (colours) => {
    const found = /^(#[0-9a-f]{6}) (#[0-9a-f]{6}) (#[0-9a-f]{6}) (#[0-9a-f]{6})$/i.exec(colours || "");
    if (found) dress(`:host{--fill:${found[1]};--on:${found[2]};--fill-dark:${found[3]};--on-dark:${found[4]}}`);
  };

  const isWeb = (url) => /^https?:/i.test(url || "");

  // --- Talking to the server

  // `kind` is one of the words for errors.
  class Trouble extends Error {
    constructor(kind, minutes) {
      super(kind);
      this.kind = kind;
      this.minutes = minutes;
    }
  }

  const load = async (url, options) => {
    let response;
    try {
      response = await fetch(url, {
        mode: "cors", credentials: "omit", referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout && AbortSignal.timeout(20000), ...options,
      });
    } catch {
      throw new Trouble(navigator.onLine === false ? "offline" : "trouble");
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    // What was shown holds no more.
    if (response.status === 409) throw new Trouble("changed");
    if (response.status === 429) {
      throw new Trouble("limit", Math.ceil((Number(response.headers.get("Retry-After")) || 300) / 60));
    }
    const gone = [403, 404, 410].includes(response.status) || problem.code === "no_chat";
    throw new Trouble(gone ? "unavailable" : "trouble");
  };

  // The dialog's style, pinned by its digest; once a page.
  let styled;
  const wear = () => {
    styled = styled || load(new URL(DIALOG_STYLE.file, script.src), { integrity: DIALOG_STYLE.integrity })
      .then((response) => response.text()).then(dress);
    styled.catch(() => (styled = undefined));
    return styled;
  };

  // A code to scan is for those who sit at another device than their phone.
  const scans = () => matchMedia("(hover: hover) and (pointer: fine)").matches;

  // Where this is, and never what follows the path: a query may tell more than the place.
  const here = location.origin + location.pathname;

  // What the server said last that is shown: language, direction, words.
  let config;

  // --- The button

  const host = make(TAG, {
    "data-mode": setting("mode") || "floating", "data-corner": setting("corner") || "bottom-end", "data-scheme": setting("scheme"),
  });
  const root = host.attachShadow({ mode: "open" });
  const label = () => {
    const own = wanted.map((tag) => setting("label-" + tag.toLowerCase()) || setting("label-" + tag.toLowerCase().split("-")[0]));
    return setting("label") || own.find(Boolean) || early.button;
  };
  const status = make("span", { role: "status", class: "away" });
  const button = make("button", { type: "button", class: "open", "aria-haspopup": "dialog", click: () => open() },
    bubble(), make("span", {}, label()));
  dress(BUTTON_STYLE);
  paint(setting("colours"));
  root.append(button, status);

  let opening = false;
  const open = async () => {
    if (opening) return;
    opening = true;
    button.setAttribute("aria-busy", "true");
    status.textContent = early.loading;
    try {
      await prepare();
      ask();
    } catch (error) {
      fail(error);
    } finally {
      opening = false;
      button.removeAttribute("aria-busy");
      status.textContent = "";
    }
  };

  // --- The dialog

  let dialog;
  const words = () => (config && config.words) || early;

  // The dialog with other content. It is the browser's own: focus stays in it, Escape closes it, what is behind is inert.
  const show = (heading, ...content) => {
    const isNew = !dialog;
    if (isNew) {
      // Whoever closes it leaves nothing behind: what was ticked is gone with the element.
      dialog = make("dialog", { "aria-labelledby": "heading", close: () => {
        dialog.remove();
        dialog = undefined;
        button.focus();
      } });
      root.append(dialog);
    }
    const title = make("h2", { id: "heading", tabindex: "-1", autofocus: true }, heading);
    // The dialog itself stands as the page runs, what is in it as its language runs.
    dialog.replaceChildren(make("div", { class: "sheet", lang: config ? config.language : early.language, dir: config ? config.dir : "ltr" },
      make("header", {}, bubble(), title, make("button", { type: "button", class: "close", "aria-label": words().close, click: shut }, "✕")),
      ...content.filter(Boolean)));
    if (isNew) dialog.showModal();
    dialog.scrollTop = 0;
    title.focus();
  };

  const shut = () => dialog.close();

  // A link that leaves the page says so to everybody, not only to the eye.
  const link = (text, href, more) =>
    isWeb(href) && make("a", { href, target: "_blank", rel: "noopener noreferrer", ...more }, text,
      make("span", { class: "away" }, " " + words().newTab));

  const explain = (error) => {
    const kind = error instanceof Trouble ? error.kind : "trouble";
    return (words()[kind] || early.trouble).replace("{minutes}", error.minutes);
  };

  // Other ways to reach the site's owner, when the snippet or the set-up names any.
  const wayOut = () => {
    const contact = setting("contact") || (config && config.contact) || "";
    if (isWeb(contact)) return link(words().contact, contact);
    return /^(mailto|tel):/i.test(contact) && make("a", { href: contact }, words().contact);
  };

  const fail = (error) => {
    show(words().problem,
      make("p", { role: "alert" }, explain(error)),
      make("p", { class: "actions" },
        make("button", { type: "button", class: "primary", click: () => open() }, words().retry), wayOut()));
  };

  // How it goes on in the chat: for a phone's camera, by a link, and the code for whoever wonders.
  const wayIn = (entry, ...more) => {
    const said = words();
    const until = new Intl.DateTimeFormat(config.language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(entry.expires));
    const code = entry.qr && picture(entry.qr, said.qrLabel);
    return [
      code && make("figure", {}, code, make("figcaption", {}, said.scan)),
      make("p", { class: "actions" },
        link(code ? said.openHere : said.open, entry.link, { class: code ? "secondary" : "primary" }), ...more),
      make("p", { class: "fine" }, said.code + " ", make("bdi", { class: "entry" }, entry.code), ". " + said.until.replace("{time}", until)),
    ].filter(Boolean);
  };

  // Onto the page.
  const place = () => {
    const target = setting("target") && document.querySelector(setting("target"));
    if (target) target.append(host);
    else if (host.dataset.mode === "inline") script.after(host);
    else document.body.append(host);
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
