// The sign-up button and its dialog.
//
// One script tag puts a button on the page. Nothing else is loaded before it is pressed; then come the texts, the settings and the
// dialog's style. How that is done, and what it leaves alone, stands in PluginKit's `Pages/Web/parts.js`, which is put in below.
//
// Read as it stands here; the server leaves out comments and indentation, and fills in what is marked /*@…*/.
(() => {
  "use strict";

  const TAG = "obhut-signup";
  /*@parts*/

  // Both at once, and each only once a page: the second press finds them here.
  const prepare = async (again) => {
    const style = wear();
    if (!config || again) {
      const asked = new URL("config", base);
      asked.searchParams.set("lang", wanted.join(","));
      const response = await load(asked, again ? { cache: "reload" } : {});
      config = await response.json();
      paint(config.colours);
    }
    await style;
  };

  // --- The dialog

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
      const qr = scans();
      try {
        const response = await load(new URL("agree", base), {
          method: "POST", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({
            purposes: boxes.filter((box) => box.input.checked).map((box) => box.name),
            age: age ? true : undefined, language: config.language, qr, shown: config.shown,
            page: here,
          }),
        });
        const entry = await response.json();
        if (dialog) proceed(entry, qr);
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

  const proceed = (entry, qr) => {
    show(words().doneHeading, make("p", {}, words().done),
      ...wayIn(entry, make("button", { type: "button", click: shut }, words().close)));
    // On a phone the press has already said where to go. Where the browser refuses, the link stands there.
    if (!qr && isWeb(entry.link)) window.open(entry.link, "_blank", "noopener");
  };
})();
