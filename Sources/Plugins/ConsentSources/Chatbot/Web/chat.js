// The chatbot on a page.
//
// One script tag puts a button on the page. When it is pressed, the box opens and asks: the same questions as in the messenger, one after
// the other, by the server's dialogue. What a page carries from one question to the next is sealed, and stays in this page's memory. How
// things are loaded, and what is left alone, stands in PluginKit's `Pages/Web/parts.js`, which is put in below.
//
// Read as it stands here; the server leaves out comments and indentation, and fills in what is marked /*@…*/.
(() => {
  "use strict";

  const TAG = "obhut-chat";
  /*@parts*/

  // --- The conversation, for as long as the page is open: closing the box does not end it.

  let state;
  const log = make("div", { role: "log", class: "log", tabindex: "0", "aria-labelledby": "heading" });
  const answers = make("div", { role: "group", class: "answers" });
  const alert = make("p", { role: "alert", class: "missing" });
  const field = make("input", { id: "field", maxlength: 500, autocomplete: "off", enterkeyhint: "send" });
  const name = make("label", { for: "field" });
  const send = make("button", { type: "submit" });
  const form = make("form", { submit: (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) say({ write: text }, text);
    else field.focus();
  } }, name, field, send);

  const step = async (act) => {
    const response = await load(new URL("step", base), {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        ...act, state, language: pageLanguage || undefined, spoken: config && config.language, page: here, qr: scans(),
      }),
    });
    return response.json();
  };

  // Addresses become links and what stands between stars alone on a line is bold, as in the messenger; all else is text.
  const written = (text) =>
    text.split("\n").flatMap((line, index) => {
      const bold = /^\*([^*]+)\*$/.exec(line);
      const parts = line.split(/(https:\/\/[^\s<>"]*[^\s<>".,;:!?)])/);
      return [index ? "\n" : "", ...(bold ? [make("strong", {}, bold[1])] : parts.map((part, at) => (at % 2 ? link(part, part) : part)))];
    });

  const entry = (speaker, kind, ...content) =>
    make("div", { class: kind, tabindex: "-1" }, make("span", { class: "away" }, speaker + ": "), ...content);

  // - Returns: the first of what is new.
  const take = (answer) => {
    config = { words: words(), ...answer };
    state = answer.state;
    const said = words();
    name.textContent = said.field;
    send.textContent = said.send;
    answers.setAttribute("aria-label", said.answers);
    let buttons = [];
    const fresh = answer.messages.map((message) => {
      buttons = message.buttons || [];
      return entry(answer.controller, "theirs", ...written(message.text), message.footer && make("small", {}, message.footer));
    });
    if (answer.go_on) fresh[fresh.length - 1].append(...wayIn(answer.go_on));
    log.append(...fresh);
    // Declining is as easy as agreeing: the buttons look the same. The second press of a double one answers no question that came since.
    answers.replaceChildren(...buttons.map(({ id, title }) =>
      make("button", { type: "button", click: (event) => event.detail < 2 && say({ press: id }, title) }, title)));
    if (!state && !answer.go_on) answers.append(make("button", { type: "button", click: () => begin() }, said.again));
    form.hidden = !state;
    if (dialog) {
      const sheet = dialog.firstChild;
      sheet.lang = answer.language;
      sheet.dir = answer.dir;
      sheet.querySelector("h2").textContent = said.title;
    }
    return fresh[0];
  };

  const look = (at) => {
    log.scrollTop += at.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
  };

  const begin = async (news) => {
    state = undefined;
    await work(async () => {
      const answer = await step({});
      log.replaceChildren();
      take(answer);
      alert.textContent = news || "";
      look(log.firstChild);
      if (!news) log.firstChild.focus();
    });
  };

  let busy = false;
  const work = async (act) => {
    busy = true;
    log.setAttribute("aria-busy", "true");
    answers.classList.add("waits");
    alert.textContent = "";
    let isOver = false;
    try {
      await act();
    } catch (error) {
      isOver = Boolean(state) && error.kind === "changed";
      if (!isOver) alert.replaceChildren(explain(error), " ", wayOut() || "");
    }
    busy = false;
    log.removeAttribute("aria-busy");
    answers.classList.remove("waits");
    if (isOver) await begin(words().changed);
  };

  // What was typed stays there until it has arrived.
  const say = (act, text) =>
    busy || work(async () => {
      const typed = root.activeElement === field;
      const answer = await step(act);
      if (act.write) field.value = "";
      log.append(entry(words().you, "mine", text));
      const first = take(answer);
      look(first);
      // Never onto a button: whoever presses twice is not to agree to what comes next.
      if (!typed || form.hidden) first.focus({ preventScroll: true });
    });

  // --- The box

  const prepare = async () => {
    const style = wear();
    if (!config) take(await step({}));
    await style;
  };

  const ask = () => {
    show(words().title, log, answers, alert, form);
    look(log.lastChild);
  };
})();
