import { redraw } from "./charts.js";
import { Feed } from "./feed.js";
import { SeriesStore } from "./series.js";
import { JobPage, JobsPage, WorkersPage } from "./pages.js";

const main = document.getElementById("main");
const link = document.getElementById("link");
const root = document.documentElement;
const state = {
  fleet: null, details: new Map(), traces: new Map(), series: new SeriesStore(), gone: new Set(), chosen: new Set(), selected: null,
  open: id => { location.hash = `#/jobs/${id}`; },
  choose: id => { if (!state.chosen.delete(id)) state.chosen.add(id); page.update(); },
  compare: () => { if (state.chosen.size > 1) location.hash = `#/compare/${[...state.chosen].join(",")}`; },
};
let page = null;
let waiting = false;

function handle(type, data) {
  if (type === "refused") return signIn({ 401: "The fleet does not know this token, or it has expired.", 403: "This token may not look at jobs." }[data.status] ?? "");
  if (type === "fleet") state.fleet = data;
  else if (type === "job") { state.details.set(data.job.id, data); state.gone.delete(data.job.id); }
  else if (type === "gone") state.gone.add(data.id);
  else if (type === "trace") state.traces.set(data.id, (state.traces.get(data.id) ?? new Map()).set(data.trace.step, data.trace));
  else if (type === "steps") state.series.add(data.id, data.series);
  else if (type === "away") say("away", "store away");
  if (!waiting) {
    waiting = true;
    setTimeout(() => { waiting = false; page.update(); main.dataset.ready = "yes"; }, 30);
  }
  return null;
}

function say(kind, text) {
  link.dataset.state = kind;
  link.textContent = text;
}

// Asks for a token; says first why the one that was tried is none.
function signIn(problem) {
  const dialog = document.getElementById("sign-in");
  const refusal = document.getElementById("refusal");
  refusal.textContent = problem;
  refusal.hidden = problem === "";
  document.getElementById("token").value = "";
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(document.getElementById("token").value.trim()), { once: true }));
}

const feed = new Feed(handle, say);

function route() {
  const [where, what = ""] = location.hash.replace(/^#\/?/, "").split("/");
  const ids = what.split(",").map(decodeURIComponent).filter(id => /^[a-z0-9-]{1,63}$/.test(id)).slice(0, 12);
  page?.close?.();
  state.selected = null;
  page = where === "workers" ? new WorkersPage(state) : (where === "jobs" || where === "compare") && ids.length ? new JobPage(state, where === "jobs" ? ids.slice(0, 1) : ids) : new JobsPage(state);
  main.replaceChildren(page.node);
  for (const item of document.querySelectorAll("nav a")) {
    if (item.dataset.page === (where === "workers" ? "workers" : "jobs")) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
  document.title = where === "workers" ? "Workers – LightlyCluster" : ids.length ? `${ids.join(", ")} – LightlyCluster` : "LightlyCluster";
  window.scrollTo(0, 0);
  page.update();
  feed.follow(Object.fromEntries(page.jobs().map(id => [id, state.series.next(id)])));
}

function setTheme(theme) {
  root.dataset.theme = theme;
  redraw();
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const wanted = () => localStorage.getItem("theme") ?? (prefersDark.matches ? "dark" : "light");
prefersDark.addEventListener("change", () => setTheme(wanted()));

function toggleTheme() {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  if (theme === (prefersDark.matches ? "dark" : "light")) localStorage.removeItem("theme");
  else localStorage.setItem("theme", theme);
  setTheme(theme);
}

function move(by) {
  const rows = page.list();
  if (rows.length === 0) return;
  const at = rows.findIndex(row => row.dataset.id ? row.dataset.id === state.selected : row.getAttribute("aria-pressed") === "true");
  const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  if (row.tagName === "BUTTON") row.click();
  else { state.selected = row.dataset.id; for (const each of rows) each.setAttribute("aria-selected", each === row ? "true" : "false"); }
  (row.tagName === "BUTTON" ? page.list().find(each => each.getAttribute("aria-pressed") === "true") : row.querySelector("a"))?.focus();
  row.scrollIntoView?.({ block: "nearest" });
}

let went = false;
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=password], textarea") || document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (went) { went = false; if (key === "w") location.hash = "#/workers"; else if (key === "j") location.hash = "#/"; return; }
  if (key === "j" || key === "ArrowDown" && event.target.closest("tbody")) { move(1); event.preventDefault(); }
  else if (key === "k" || key === "ArrowUp" && event.target.closest("tbody")) { move(-1); event.preventDefault(); }
  else if (key === "Enter" && state.selected && !event.target.matches("a, button, input")) state.open(state.selected);
  else if (key === "x" && state.selected && page instanceof JobsPage) state.choose(state.selected);
  else if (key === "c") state.compare();
  else if (key === "Escape" && location.hash.length > 2) location.hash = "#/";
  else if (key === "t") toggleTheme();
  else if (key === "g") went = true;
  else if (key === "?") document.getElementById("help").showModal();
});

document.getElementById("theme").addEventListener("click", toggleTheme);
document.getElementById("keys").addEventListener("click", () => document.getElementById("help").showModal());
window.addEventListener("hashchange", () => { route(); main.focus({ preventScroll: true }); });
setTheme(wanted());
say("away", "connecting");
route();
