// Adds to each time how long ago it is, or how soon.
const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
const steps = [
  ["minute", 60],
  ["hour", 3600],
  ["day", 86400],
];

for (const time of document.querySelectorAll("td time, dd time, .timeline-when time")) {
  const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
  // Farther away the date says more.
  if (Number.isNaN(seconds) || Math.abs(seconds) > 14 * 86400) continue;
  const [unit, length] = steps.findLast(([, length]) => Math.abs(seconds) >= length) ?? steps[0];
  const ago = document.createElement("span");
  ago.className = "ago";
  ago.textContent = format.format(Math.round(seconds / length), unit);
  time.after(" ", ago);
}
