// Fetches parts that have a page of their own and shows them in place. The link to that page stays when it fails.
const texts = document.getElementById("texts").dataset;

async function load(place) {
  const link = place.firstElementChild;
  const waiting = document.createElement("p");
  waiting.setAttribute("role", "status");
  waiting.className = "absent";
  waiting.textContent = texts.loading;
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(waiting);
  try {
    const response = await fetch(place.dataset.load, { headers: { accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = page.querySelector("main .section > :not(.section-head)");
    if (!part) throw new Error("nothing to show");
    place.replaceChildren(document.importNode(part, true));
  } catch {
    const failed = document.createElement("p");
    failed.setAttribute("role", "alert");
    failed.textContent = texts.loadFailed;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "button small";
    retry.textContent = texts.retry;
    retry.addEventListener("click", () => load(place));
    place.replaceChildren(failed, retry, link);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

for (const place of document.querySelectorAll("[data-load]")) load(place);
