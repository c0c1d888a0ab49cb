// The sign-up button and its dialog.
//
// One script tag puts a button on the page. Nothing else is loaded before it is pressed; then come the texts, the settings and the
// dialog's style, from where this script came from and from nowhere else. The script keeps nothing on the device: no cookie, no storage.
// It writes no markup as text (so `require-trusted-types-for 'script'` holds) and no style attribute (so 'unsafe-inline' is not needed).
//
// Read as it stands here; the server leaves out comments and indentation, and fills in what is marked /*@…*/.
(() => {
  "use strict";

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
    if (problem.code === "texts_changed") throw new Trouble("changed");
    if (response.status === 429) {
      throw new Trouble("limit", Math.ceil((Number(response.headers.get("Retry-After")) || 300) / 60));
    }
    const gone = [403, 404, 410].includes(response.status) || problem.code === "no_chat";
    throw new Trouble(gone ? "unavailable" : "trouble");
  };

  // Both at once, and each only once a page: the second press finds them here.
  let config;
  let styled;
  const prepare = async (again) => {
    const style = styled || (styled = load(new URL(DIALOG_STYLE.file, script.src), { integrity: DIALOG_STYLE.integrity })
      .then((response) => response.text()).then(dress));
    style.catch(() => (styled = undefined));
    if (!config || again) {
      const asked = new URL("config", base);
      asked.searchParams.set("lang", wanted.join(","));
      const response = await load(asked, again ? { cache: "reload" } : {});
      config = await response.json();
      paint(config.colours);
    }
    await style;
  };

  // --- The button

  const host = make("obhut-signup", {
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
    dialog.lang = config ? config.language : early.language;
    dialog.dir = config ? config.dir : "ltr";
    const title = make("h2", { id: "heading", tabindex: "-1", autofocus: true }, heading);
    dialog.replaceChildren(
      make("header", {}, bubble(), title, make("button", { type: "button", class: "close", "aria-label": words().close, click: shut }, "✕")),
      ...content.filter(Boolean));
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

  // One box to tick. The sentence that is agreed to describes it; the whole card can be pressed.
  const card = (id, item) => {
    const input = make("input", { type: "checkbox", id, "aria-describedby": item.text && id + "-text" });
    const tag = item.tag && make("span", { class: item.needed ? "tag needed" : "tag" }, item.tag);
    return {
      ...item, input,
      element: make("div", { class: item.explicit ? "card special" : "card" },
        input, make("label", { for: id }, item.title, tag),
        item.text && make("p", { id: id + "-text" }, item.explicit && make("strong", {}, item.explicit + " "), item.text),
        make("p", { id: id + "-missing", class: "missing" })),
    };
  };

  // - Parameter news: why it is asked anew.
  const ask = (news) => {
    const said = words();
    const boxes = config.purposes.map((purpose, index) => card("purpose-" + index,
      { ...purpose, tag: purpose.needed ? said.needed : said.voluntary }));
    const age = config.age && card("age", { title: config.age, needed: true });
    const alert = make("p", { role: "alert", class: "missing" });
    const submit = make("button", { type: "submit", class: "primary" }, said.agree);
    // What was found missing goes as soon as something is done about it.
    const mend = () => {
      for (const box of boxes.concat(age || [])) if (box.input.checked || !box.needed) mark(box);
      alert.textContent = "";
    };
    const form = make("form", { novalidate: true, change: mend, submit: (event) => { event.preventDefault(); send(); } },
      make("fieldset", {}, make("legend", {}, said.purposes), ...boxes.map((box) => box.element)),
      age && age.element,
      make("p", { class: "fine" }, config.withdrawal),
      make("p", { class: "fine links" }, link(said.notice, config.notice), link(said.imprint, config.imprint)),
      alert,
      make("p", { class: "actions" }, submit, make("button", { type: "button", click: shut }, said.cancel)));
    show(config.heading, news && make("p", { role: "alert", class: "news" }, news), make("p", {}, config.introduction), form);

    const mark = (box, problem) => {
      const id = box.input.id;
      form.querySelector("#" + id + "-missing").textContent = problem || "";
      box.input.setAttribute("aria-invalid", Boolean(problem));
      box.input.setAttribute("aria-describedby", [box.text && id + "-text", problem && id + "-missing"].filter(Boolean).join(" "));
    };

    // What is missing, at the box where it is missing. Without it nothing is sent.
    const complain = () => {
      const wrong = boxes.filter((box) => box.needed && !box.input.checked).map((box) => [box, said.neededMissing]);
      if (age && !age.input.checked) wrong.push([age, said.ageMissing]);
      const nothing = !boxes.some((box) => box.input.checked);
      if (nothing && !wrong.some(([box]) => box !== age)) wrong.unshift([boxes[0], said.nothingTicked]);
      for (const box of boxes.concat(age || [])) mark(box, (wrong.find(([other]) => other === box) || [])[1]);
      alert.textContent = nothing ? said.nothingTicked : wrong.length ? said.incomplete : "";
      if (wrong.length) wrong[0][0].input.focus();
      return wrong.length > 0;
    };

    let sending = false;
    const send = async () => {
      if (sending || complain()) return;
      sending = true;
      submit.setAttribute("aria-disabled", "true");
      submit.textContent = said.sending;
      // A code to scan is for those who sit at another device than their phone.
      const scans = matchMedia("(hover: hover) and (pointer: fine)").matches;
      try {
        const response = await load(new URL("agree", base), {
          method: "POST", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({
            purposes: boxes.filter((box) => box.input.checked).map((box) => box.name),
            age: age ? true : undefined, language: config.language, qr: scans, shown: config.shown,
            // Never what follows the path: a query may tell more than the place.
            page: location.origin + location.pathname,
          }),
        });
        const entry = await response.json();
        if (dialog) proceed(entry, scans);
      } catch (error) {
        if (!dialog) return;
        if (error.kind === "changed") return renew();
        alert.replaceChildren(explain(error), " ", wayOut() || "");
      } finally {
        sending = false;
        submit.removeAttribute("aria-disabled");
        submit.textContent = said.agree;
      }
    };
  };

  // The texts have changed since they were fetched: what was ticked belongs to other words, so it is asked anew.
  const renew = async () => {
    try {
      await prepare(true);
      if (dialog) ask(words().changed);
    } catch (error) {
      if (dialog) fail(error);
    }
  };

  const proceed = (entry, scans) => {
    const said = words();
    const until = new Intl.DateTimeFormat(config.language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(entry.expires));
    const code = scans && picture(entry.qr || "", said.qrLabel);
    show(said.doneHeading,
      make("p", {}, said.done),
      code && make("figure", {}, code, make("figcaption", {}, said.scan)),
      make("p", { class: "actions" },
        link(code ? said.openHere : said.open, entry.link, { class: code ? "secondary" : "primary" }),
        make("button", { type: "button", click: shut }, said.close)),
      make("p", { class: "fine" }, said.code + " ", make("bdi", { class: "entry" }, entry.code), ". " + said.until.replace("{time}", until)));
    // On a phone the press has already said where to go. Where the browser refuses, the link stands there.
    if (!scans && isWeb(entry.link)) window.open(entry.link, "_blank", "noopener");
  };

  // --- Onto the page

  const place = () => {
    const target = setting("target") && document.querySelector(setting("target"));
    if (target) target.append(host);
    else if (host.dataset.mode === "inline") script.after(host);
    else document.body.append(host);
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
