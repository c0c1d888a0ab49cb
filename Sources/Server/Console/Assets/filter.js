// Hides the rows of a table that do not contain what is typed. It narrows the page that is shown, not the listing.
const texts = document.getElementById("texts").dataset;

for (const box of document.querySelectorAll("[data-filter]")) {
  const rows = [...box.parentElement.querySelectorAll("tbody tr")];
  const input = box.querySelector("input");
  const said = box.querySelector("[role=status]");
  box.hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = wanted !== "" && !row.textContent.toLocaleLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    said.textContent =
      wanted === "" ? "" : shown === 0 ? texts.noneMatch : texts.someMatch.replace("#", String(shown));
  });
}
