import { el, keep, show } from "./dom.js";
import { Chart } from "./charts.js";
import { phases, timeBar, timeline, waterfall } from "./drawings.js";
import * as format from "./format.js";

const badge = (text, kind) => el("span", { class: "badge", data: { kind: kind ?? format.kindOf(text) } }, text);
const tile = (name, value, small) => el("div", { class: "tile" }, el("dt", {}, name), el("dd", {}, value, small ? el("small", {}, ` ${small}`) : null));

// A page of rows that follows no job.
class ListPage {
  constructor(state) {
    this.state = state;
    this.node = el("div");
    this.list = () => [...this.node.querySelectorAll("tbody tr")];
  }

  jobs() { return []; }
}

// The list of jobs, or what to do when there is none.
export class JobsPage extends ListPage {
  update() {
    const { fleet, chosen } = this.state;
    if (!fleet) { show(this.node, "wait", () => el("p", { class: "empty" }, "Connecting to the coordinator …")); return; }
    if (fleet.jobs.length === 0) { show(this.node, ["empty", fleet.workers.length], () => this.empty(fleet)); return; }
    show(this.node, "jobs", () => this.frame());
    this.count.textContent = `${format.count(fleet.jobCount)} in all, ${fleet.jobs.filter(job => job.state === "Running").length} running`;
    this.button.disabled = chosen.size < 2;
    this.button.textContent = chosen.size < 2 ? "Compare" : `Compare ${chosen.size}`;
    keep(this.body, fleet.jobs, job => job.id, job => this.row(job), (row, job) => this.fillRow(row, job));
  }

  empty(fleet) {
    return el("div", { class: "empty" }, el("h1", {}, "No jobs yet"),
      el("p", {}, fleet.workers.length ? `${fleet.workers.length} ${fleet.workers.length === 1 ? "worker is" : "workers are"} ready. Submit a job:` : "No worker is connected yet. Submit a job; it starts when workers come:"),
      el("code", {}, "lightly init > job.yaml\nlightly submit job.yaml --follow"));
  }

  frame() {
    return [
      el("div", { class: "head" }, el("h1", {}, "Jobs"), this.count = el("span", { class: "hint" }),
        el("span", { class: "push" }, this.button = el("button", { type: "button", on: { click: () => this.state.compare() } }, "Compare"))),
      el("div", { class: "card list" }, el("table", {},
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, el("span", { class: "hidden" }, "Compare")), el("th", { scope: "col" }, "Job"), el("th", { scope: "col" }, "State"),
          el("th", { scope: "col", class: "wide" }, "Progress"), el("th", { scope: "col", class: "number" }, "Loss"), el("th", { scope: "col", class: "number middle" }, "Images/s"),
          el("th", { scope: "col", class: "number wide" }, "Workers"), el("th", { scope: "col", class: "wide" }, "Created"))),
        this.body = el("tbody", {}))),
    ];
  }

  row(job) {
    return el("tr", { data: { id: job.id }, on: { click: event => { if (!event.target.closest("input, a")) this.state.open(job.id); } } },
      el("td", {}, el("input", { type: "checkbox", "aria-label": `Compare ${job.name}`, on: { change: () => this.state.choose(job.id) } })),
      el("td", {}, el("a", { class: "name", href: `#/jobs/${job.id}` }, job.name), el("div", { class: "id" }, `${job.method} · ${job.backbone}${job.name === job.id ? "" : ` · ${job.id}`}`)),
      el("td"), el("td", { class: "wide" }, el("progress", { "aria-label": "Progress" }), el("div", { class: "id" })),
      el("td", { class: "number" }), el("td", { class: "number middle" }), el("td", { class: "number wide" }), el("td", { class: "wide" }));
  }

  fillRow(row, job) {
    const { chosen, selected } = this.state;
    const [choice, , state, progress, loss, rate, workers, created] = row.children;
    row.setAttribute("aria-selected", job.id === selected ? "true" : "false");
    choice.firstChild.checked = chosen.has(job.id);
    show(state, job.state, () => badge(job.state));
    [progress.firstChild.max, progress.firstChild.value] = [Math.max(1, job.stepsTotal), job.step];
    progress.lastChild.textContent = `${format.count(job.step)} of ${job.stepsTotal ? format.count(job.stepsTotal) : "?"}${job.secondsLeft ? ` · ${format.duration(job.secondsLeft)} left` : ""}`;
    loss.textContent = format.loss(job.loss);
    rate.textContent = format.rate(job.imagesPerSecond);
    workers.textContent = job.workers ? format.count(job.workers) : "–";
    created.textContent = format.age(job.created);
  }
}

// One job, or several over each other.
export class JobPage {
  constructor(state, ids) {
    this.state = state;
    this.ids = ids;
    this.loss = new Chart("Loss", format.loss);
    this.rate = new Chart("Images per second", format.rate);
    this.learningRate = new Chart("Learning rate", format.learningRate);
    this.workers = new Chart("Workers", format.count, true);
    this.parts = Object.fromEntries(["head", "notes", "verdict", "tiles", "time", "timeline", "trace", "bank", "settings", "lines", "compared"].map(name => [name, el("div")]));
    const { parts } = this;
    const card = (name, title, size) => el("section", { class: `card ${size}`, "aria-label": title }, el("h2", {}, title), parts[name]);
    const charts = [this.loss, this.rate, this.learningRate, this.workers].map(chart => { chart.node.classList.add("half"); return chart.node; });
    this.bankCard = card("bank", "Memory bank", "third");
    this.node = ids.length > 1
      ? el("div", {}, parts.head, el("div", { class: "grid" }, charts, card("compared", "Jobs", "")))
      : el("div", {}, parts.head, parts.notes, parts.tiles, parts.verdict, el("div", { class: "grid" }, charts, card("time", "Where the time of a step goes", ""),
        card("timeline", "Workers over time", ""), card("trace", "Traced steps", ""), this.bankCard, card("settings", "Settings", "third"), card("lines", "Log", "third")));
    this.pinned = null;
  }

  jobs() { return this.ids; }

  list() { return [...this.node.querySelectorAll(".steps button")]; }

  close() { for (const chart of [this.loss, this.rate, this.learningRate, this.workers]) chart.close(); }

  update() {
    const details = this.ids.map(id => this.state.details.get(id));
    const lines = (pick, ids) => ids.map((id, i) => ({ name: this.state.details.get(id)?.job.name ?? id, steps: this.state.series.of(id)?.step ?? [], values: pick(this.state.series.of(id)) ?? [], color: i }));
    this.loss.update(lines(series => series?.loss, this.ids));
    this.rate.update(lines(series => series?.imagesPerSecond, this.ids));
    this.learningRate.update(lines(series => series?.learningRate, this.ids));
    this.workers.update(lines(series => series?.workers, this.ids));
    if (this.ids.length > 1) this.updateMany(details);
    else this.updateOne(details[0], this.ids[0]);
  }

  updateMany(details) {
    show(this.parts.head, "compare", () => el("div", { class: "head" }, el("h1", {}, `${this.ids.length} jobs compared`)));
    show(this.parts.compared, details, () => el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, ["Job", "State", "Step", "Loss", "Images/s", "Accuracy", "Limited by"].map(name => el("th", { scope: "col" }, name)))),
      el("tbody", {}, details.filter(Boolean).map(detail => el("tr", {}, el("td", {}, el("a", { href: `#/jobs/${detail.job.id}` }, detail.job.name)), el("td", {}, badge(detail.job.state)),
        el("td", {}, format.count(detail.job.step)), el("td", {}, format.loss(this.state.series.of(detail.job.id)?.loss.at(-1))), el("td", {}, format.rate(this.state.series.of(detail.job.id)?.imagesPerSecond.at(-1))),
        el("td", {}, format.percent(detail.accuracy)), el("td", {}, detail.verdict?.kind ?? "–")))))));
  }

  updateOne(detail, id) {
    const { parts, state } = this;
    if (!detail) {
      show(parts.head, ["none", state.gone.has(id)], () => state.gone.has(id)
        ? el("div", { class: "empty" }, el("h1", {}, "There is no such job"), el("p", {}, "It was deleted, or the address has a mistake. ", el("a", { href: "#/" }, "All jobs")))
        : el("p", { class: "empty" }, "Loading …"));
      this.node.querySelector(".grid").hidden = true;
      return;
    }
    this.node.querySelector(".grid").hidden = false;
    const { job } = detail;
    const series = state.series.of(id);
    show(parts.head, [job.name, job.state, job.id, job.method, job.backbone], () => el("div", { class: "head" }, el("h1", {}, job.name), badge(job.state),
      el("p", { class: "sub" }, `${job.id} · ${job.method} · ${job.backbone} · ${format.count(job.stepImages)} images a step`)));
    show(parts.notes, [job.message, job.reason, job.state], () => job.message ? el("p", { class: "note", role: "status", data: { kind: job.state === "Failed" ? "bad" : "" } }, job.message) : null);
    const seconds = job.started ? ((job.ended || Date.now()) - job.started) / 1000 : null;
    show(parts.tiles, [job, detail.accuracy, series?.loss.at(-1), series?.imagesPerSecond.at(-1), seconds && Math.round(seconds)], () => el("dl", { class: "tiles" },
      tile("Step", format.count(job.step), job.stepsTotal ? `of ${format.count(job.stepsTotal)}` : ""),
      tile("Epoch", job.stepsPerEpoch ? (job.step / job.stepsPerEpoch).toFixed(1) : "–", job.stepsPerEpoch ? `of ${Math.ceil(job.stepsTotal / job.stepsPerEpoch)}` : ""),
      tile("Loss", format.loss(series?.loss.at(-1))), tile("Images/s", format.rate(job.imagesPerSecond ?? series?.imagesPerSecond.at(-1))),
      tile("Accuracy", format.percent(detail.accuracy ?? detail.accuracyUntrained), detail.accuracy == null ? (detail.accuracyUntrained == null ? "" : "untrained") : detail.accuracyUntrained == null ? "" : `from ${format.percent(detail.accuracyUntrained)}`),
      tile(job.ended || job.state !== "Running" ? "Took" : "Left", job.ended || job.state !== "Running" ? format.duration(seconds) : format.duration(job.secondsLeft))));
    show(parts.verdict, detail.verdict, () => detail.verdict ? el("section", { class: "card verdict", "aria-label": "Verdict" },
      badge(detail.verdict.kind, detail.verdict.kind === "compute-bound" ? "good" : "warn"),
      el("div", {}, el("p", {}, detail.verdict.summary), el("p", {}, detail.verdict.advice), el("ul", {}, detail.verdict.evidence.map(line => el("li", {}, line))))) : null);
    const means = state.series.phaseMeans(id, job.stepImages).sort((a, b) => (phases.indexOf(a.phase) + 99) % 99 - (phases.indexOf(b.phase) + 99) % 99);
    show(parts.time, means, () => timeBar(means));
    show(parts.timeline, [detail.members, detail.recoveries, job.ended, job.ended ? 0 : Math.floor(Date.now() / 2000)], () => [timeline(detail.members, detail.recoveries, job, Date.now()), this.losses(detail)]);
    this.updateTrace(detail);
    this.bankCard.hidden = !detail.bank;
    show(parts.bank, detail.bank, () => detail.bank ? [el("progress", { value: detail.bank.filled, max: detail.bank.size, "aria-label": "Fill of the memory bank" }),
      el("dl", { class: "settings" }, el("dt", {}, "filled"), el("dd", {}, `${format.count(detail.bank.filled)} of ${format.count(detail.bank.size)} keys`), el("dt", {}, "oldest key"), el("dd", {}, `${format.count(detail.bank.oldestSteps)} steps old`),
        el("dt", {}, "new in a step"), el("dd", {}, `${format.count(detail.bank.keysPerStep)} keys`))] : null);
    show(parts.settings, [detail.settings, detail.stateHash, detail.spread], () => el("dl", { class: "settings" }, [...detail.settings, { name: "state hash", value: detail.stateHash }, { name: "spread (1 = healthy)", value: detail.spread == null ? "" : detail.spread.toFixed(3) }]
      .filter(row => row.value).map(row => [el("dt", {}, row.name), el("dd", {}, row.value)])));
    show(parts.lines, detail.lines, () => detail.lines.length ? el("ul", { class: "lines", tabindex: "0", "aria-label": "Newest lines" }, [...detail.lines].reverse().map(line =>
      el("li", { data: { level: line.level } }, el("time", {}, format.clock(line.time)), el("span", {}, line.author), el("span", {}, line.text)))) : el("p", { class: "hint" }, "Nothing was said."));
  }

  losses(detail) {
    return detail.recoveries.length === 0 ? null : el("ul", { class: "legend" }, detail.recoveries.map(loss => el("li", {}, el("b", {}, `${loss.worker} lost in step ${format.count(loss.step)}`),
      `${loss.cause}; noticed after ${loss.detectionSeconds.toFixed(2)} s${loss.seconds == null ? "" : `, next commit ${loss.seconds.toFixed(2)} s later`}`)));
  }

  updateTrace(detail) {
    const traces = [...this.state.traces.get(detail.job.id)?.values() ?? []].sort((a, b) => a.step - b.step).slice(-60);
    const trace = traces.find(each => each.step === this.pinned) ?? traces.at(-1);
    show(this.parts.trace, [traces.map(each => [each.step, each.reason]), trace], () => traces.length === 0 ? el("p", { class: "hint" }, "Each Nth step is traced, and the first of every membership. None has come since this coordinator started.") : [
      el("div", { class: "steps", role: "group", "aria-label": "Traced steps" }, [...traces].reverse().map(each => el("button", {
        type: "button", "aria-pressed": each === trace ? "true" : "false", title: { every: "each Nth step", generation: "the membership changed", slow: "over three medians" }[each.reason] ?? each.reason,
        on: { click: () => { this.pinned = each.step; this.update(); } },
      }, `${format.count(each.step)}${each.reason === "every" ? "" : ` ${each.reason === "generation" ? "membership" : each.reason}`}`))),
      waterfall(trace),
      el("p", { class: "hint" }, "trace id ", el("code", {}, trace.traceId), ` · ${format.milliseconds(trace.milliseconds)} · ${trace.parts.map(part => `${part.worker} ${format.bytes(part.memoryBytes)}`).join(", ")}`),
    ]);
  }
}

// Who is there.
export class WorkersPage extends ListPage {
  update() {
    const { fleet } = this.state;
    if (!fleet) return;
    if (fleet.workers.length === 0) { show(this.node, ["none", fleet.leader], () => this.empty(fleet)); return; }
    show(this.node, "workers", () => this.frame());
    this.count.textContent = `${fleet.workers.length} connected`;
    keep(this.body, fleet.workers, worker => worker.incarnation, () => el("tr", {}, Array.from({ length: 7 }, (_, i) => el("td", { class: ["", "", "", "number", "number middle", "wide", "wide"][i] }))),
      (row, worker) => this.fillRow(row, worker, fleet));
  }

  empty(fleet) {
    return el("div", { class: "empty" }, el("h1", {}, "No worker is connected"),
      el("p", {}, fleet.leader ? `Workers speak with the coordinator that leads, at ${fleet.leader}.` : "Start some; they register by themselves:"),
      fleet.leader ? null : el("code", {}, "lightly up --workers 2"));
  }

  frame() {
    return [el("div", { class: "head" }, el("h1", {}, "Workers"), this.count = el("span", { class: "hint" })),
      el("div", { class: "card list" }, el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Worker"), el("th", { scope: "col" }, "Status"), el("th", { scope: "col" }, "Job"),
        el("th", { scope: "col", class: "number" }, "Images/s"), el("th", { scope: "col", class: "number middle" }, "State"), el("th", { scope: "col", class: "wide" }, "Device"), el("th", { scope: "col", class: "wide" }, "Process"))),
      this.body = el("tbody", { on: { click: event => { const id = event.target.closest("tr")?.dataset.id; if (id && !event.target.closest("a")) this.state.open(id); } } })))];
  }

  fillRow(row, worker, fleet) {
    const [name, status, job, rate, step, device, process] = row.children;
    row.dataset.id = worker.job;
    show(name, [worker.id, worker.message], () => [el("span", { class: "name" }, worker.id), worker.message ? el("div", { class: "id" }, worker.message) : null]);
    show(status, [worker.status, worker.isStraggler], () => [badge(worker.status), worker.isStraggler ? el("span", {}, " ", badge("straggler", "warn")) : null]);
    const title = fleet.jobs.find(each => each.id === worker.job)?.name ?? worker.job;
    show(job, [worker.job, title], () => worker.job ? el("a", { href: `#/jobs/${worker.job}` }, title) : document.createTextNode("–"));
    rate.textContent = worker.imagesPerSecond ? format.rate(worker.imagesPerSecond) : "–";
    step.textContent = worker.step < 0 ? "–" : format.count(worker.step);
    device.textContent = worker.device;
    process.textContent = `${worker.host} · ${worker.processId}`;
  }
}
