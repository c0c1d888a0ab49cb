// Asks before a form that says so is sent. Without this script the form is sent at once, and the server decides.
const texts = document.getElementById("texts").dataset;

function ask(form, button) {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  question.id = "dialog-question";
  question.textContent = form.dataset.confirm;
  dialog.setAttribute("aria-labelledby", question.id);
  const end = document.createElement("div");
  end.className = "form-end";
  const confirm = document.createElement("button");
  confirm.type = "button";
  confirm.className = button ? button.className : "button";
  confirm.textContent = button ? button.firstChild.textContent.trim() : "OK";
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "button";
  cancel.textContent = texts.cancel;
  end.append(confirm, cancel);
  dialog.append(question, end);
  document.body.append(dialog);
  confirm.addEventListener("click", () => {
    form.dataset.confirmed = "yes";
    dialog.close();
    form.requestSubmit(button ?? undefined);
  });
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  cancel.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm) return;
  if (form.dataset.confirmed === "yes") {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  ask(form, event.submitter);
});
