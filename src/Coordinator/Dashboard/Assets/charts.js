import { el } from "./dom.js";

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const color = index => `var(--c${index % 12})`;
const open = new Set();
const short = value => Math.abs(value) >= 10000 ? value.toLocaleString("en") : String(Number(value.toPrecision(4)));

// A line chart over steps. update takes [{name, steps, values}]; several are drawn over each other.
export class Chart {
  constructor(title, format, isWhole = false) {
    this.format = format;
    this.isWhole = isWhole;
    this.value = el("output", { "aria-live": "off" });
    this.box = el("div", { class: "plot" });
    this.legend = el("ul", { class: "legend" });
    this.node = el("section", { class: "card chart" }, el("h2", {}, el("span", {}, title), this.value), this.box, this.legend);
    this.title = title;
    this.lines = [];
    this.observer = new ResizeObserver(() => this.plot?.setSize({ width: this.box.clientWidth, height: 170 }));
    this.observer.observe(this.box);
    open.add(this);
  }

  close() {
    this.observer.disconnect();
    this.plot?.destroy();
    open.delete(this);
  }

  update(lines) {
    const isSame = this.plot && lines.length === this.lines.length && lines.every((line, i) => line.name === this.lines[i].name);
    this.lines = lines;
    const data = this.data();
    if (isSame) this.plot.setData(data);
    else this.draw(data);
    this.showNewest();
  }

  data() {
    if (this.lines.length === 0) return [[], []];
    return this.lines.length === 1 ? [this.lines[0].steps, this.lines[0].values] : uPlot.join(this.lines.map(line => [line.steps, line.values]));
  }

  showNewest() {
    const line = this.lines[0];
    this.value.textContent = this.lines.length === 1 && line.values.length ? this.format(line.values.at(-1)) : "";
    this.box.setAttribute("role", "img");
    this.box.setAttribute("aria-label", `${this.title}: ${this.lines.map(each => `${each.name} ${each.values.length ? this.format(each.values.at(-1)) : "no steps"}`).join(", ")}`);
  }

  draw(data) {
    this.plot?.destroy();
    const axis = { stroke: () => style("--soft"), grid: { stroke: () => style("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    this.plot = new uPlot({
      width: this.box.clientWidth || 320, height: 170, padding: [8, 8, 0, 0],
      cursor: { y: false, sync: { key: "steps" }, points: { size: 6 } }, legend: { show: false }, scales: { x: { time: false } },
      axes: [{ ...axis, size: 22, space: 70 }, { ...axis, size: 56, values: (_, splits) => splits.map(short), ...(this.isWhole ? { incrs: [1, 2, 5, 10, 20, 50, 100, 1000] } : {}) }],
      series: [{}, ...(this.lines.length ? this.lines : [{ name: "" }]).map((line, i) => ({
        label: line.name, stroke: () => style(`--c${(line.color ?? i) % 12}`), width: 1.6, spanGaps: true, points: { show: line.steps?.length === 1 },
      }))],
      hooks: { setCursor: [plot => this.hover(plot)] },
    }, data, this.box);
    this.legend.replaceChildren(...(this.lines.length < 2 ? [] : this.lines.map((line, i) =>
      el("li", {}, el("span", { class: "dot", style: { background: color(line.color ?? i) } }), el("b", {}, line.name)))));
  }

  hover(plot) {
    const at = plot.cursor.idx;
    if (at === null || at === undefined) { this.showNewest(); return; }
    const values = plot.data.slice(1).map(values => values[at]).filter(value => value !== null && value !== undefined);
    this.value.textContent = `step ${plot.data[0][at].toLocaleString("en")} · ${values.map(this.format).join(" / ")}`;
  }
}

export const redraw = () => { for (const chart of open) chart.draw(chart.data()); };
