// Adds a button that copies what stands in an element, where the browser lets pages do so.
const texts = document.getElementById("texts").dataset;

for (const source of navigator.clipboard ? document.querySelectorAll("code[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = texts.copy;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = texts.copied;
    } catch {
      // Refused: what is to be copied is selected, for the keyboard.
      getSelection().selectAllChildren(source);
    }
  });
  source.after(button, said);
}
