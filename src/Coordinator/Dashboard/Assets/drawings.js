import { el, svg } from "./dom.js";
import { color } from "./charts.js";
import * as format from "./format.js";

export const phases = ["data_wait", "augment", "forward", "exchange_embeddings", "loss", "backward", "exchange_gradients", "commit", "apply", "hash", "digest"];
const titles = {
  data_wait: "wait for data", exchange_embeddings: "exchange embeddings", exchange_gradients: "exchange gradients", other: "rest",
};
export const phaseTitle = phase => titles[phase] ?? phase;
const order = [6, 1, 0, 2, 3, 4, 5, 7, 9, 8, 10];
export const phaseColor = phase => phases.includes(phase) ? color(order[phases.indexOf(phase)]) : "var(--faint)";

// Drawn as wide as there is room, so that letters keep their size.
const widthOf = () => Math.max(440, document.getElementById("main").clientWidth - 66);

// One bar of where the time of a step goes: [{phase, seconds}].
export function timeBar(parts) {
  const total = parts.reduce((sum, part) => sum + part.seconds, 0);
  if (total <= 0) return el("p", { class: "hint" }, "No steps yet.");
  const text = part => `${phaseTitle(part.phase)} ${format.milliseconds(part.seconds * 1000)}, ${format.percent(part.seconds / total)}`;
  return [
    el("div", { class: "stack", role: "img", "aria-label": parts.map(text).join("; ") }, parts.map(part =>
      el("span", { title: text(part), style: { width: `${part.seconds / total * 100}%`, background: phaseColor(part.phase) } }))),
    el("ul", { class: "legend" }, parts.map(part => el("li", {},
      el("span", { class: "dot", style: { background: phaseColor(part.phase) } }), phaseTitle(part.phase),
      el("b", {}, format.milliseconds(part.seconds * 1000)), format.percent(part.seconds / total)))),
  ];
}

// Who took part when; lost workers end in a cross.
export function timeline(members, recoveries, job, now) {
  const joined = members.filter(member => member.joined);
  if (members.length === 0) return el("p", { class: "hint" }, "No worker has taken part yet.");
  const begin = Math.min(...joined.map(member => member.joined), job.started || now);
  const end = Math.max(job.ended || now, begin + 1000, ...joined.map(member => member.left));
  const [left, width, row] = [widthOf() < 560 ? 92 : 132, widthOf(), 26];
  const x = time => left + (time - begin) / (end - begin) * (width - left - 16);
  const lost = member => recoveries.some(loss => loss.worker === member.worker) && member.left > 0 && member.left < end - 1 && member.reason !== "Succeeded"
    && !/asked|leav|paus|balance/i.test(member.reason);
  const rows = members.map((member, i) => {
    const y = i * row + 5;
    const isOut = lost(member);
    const what = member.joined === 0 ? `${member.status.toLowerCase() || "joining"}: catches up`
      : `${format.clock(member.joined)} to ${member.left ? `${format.clock(member.left)}, ${member.reason}` : "now"}; ${format.count(member.shards)} shards`;
    const from = member.joined ? x(member.joined) : x(end) - 46;
    const to = member.left ? x(member.left) : x(end);
    return svg("g", {}, svg("title", {}, `${member.worker}: ${what}`),
      svg("text", { class: "row-name", x: 0, y: y + 13 }, member.worker.length > 18 ? `${member.worker.slice(0, 17)}…` : member.worker),
      svg("rect", {
        x: from, y: y + 2, width: Math.max(3, to - from), height: 14, rx: 4,
        style: { fill: member.joined === 0 ? "var(--warn-back)" : member.left ? "var(--c8)" : "var(--c0)", stroke: member.joined === 0 ? "var(--warn)" : "none", opacity: member.left ? 0.55 : 1 },
      }),
      member.joined === 0 ? svg("text", { x: from - 6, y: y + 13, "text-anchor": "end" }, "catches up") : null,
      member.note === "straggler" ? svg("text", { x: from + 8, y: y + 13 }, "straggler") : null,
      isOut ? svg("path", { d: `M${to - 5} ${y + 4}l10 10m0 -10l-10 10`, style: { stroke: "var(--bad)", strokeWidth: 2.4, fill: "none" } }) : null);
  });
  const height = members.length * row + 26;
  const marks = [0, 0.5, 1].map(share => svg("g", {},
    svg("line", { class: "axis", x1: x(begin + share * (end - begin)), x2: x(begin + share * (end - begin)), y1: 0, y2: height - 20 }),
    svg("text", { x: x(begin + share * (end - begin)), y: height - 4, "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle" },
      format.clock(begin + share * (end - begin)))));
  return el("div", { class: "scroll" }, svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Workers of the job over time" }, marks, rows));
}

// The spans of a traced step: a bar for each worker, its phases below.
export function waterfall(trace) {
  const isWide = trace.parts.length <= 3;
  const [left, width, row] = [widthOf() < 560 ? 118 : 150, widthOf(), 19];
  const x = time => left + time / Math.max(trace.milliseconds, 0.001) * (width - left - 60);
  const nodes = [];
  let y = 20;
  const bar = (name, start, length, fill, isHead) => {
    nodes.push(svg("text", { class: isHead ? "row-name" : "", x: isHead ? 0 : 12, y: y + 12 }, name.length > 21 ? `${name.slice(0, 20)}…` : name));
    return (start2, length2, title) => nodes.push(svg("rect", { x: x(start2), y: y + 2, width: Math.max(1.5, x(start2 + length2) - x(start2)), height: 13, rx: 2, style: { fill } },
      svg("title", {}, title)));
  };
  for (const part of trace.parts) {
    bar(part.worker, part.start, part.milliseconds, "var(--c8)", true)(part.start, part.milliseconds, `worker.step ${part.worker}: ${format.milliseconds(part.milliseconds)}, ${part.shards} shards`);
    nodes.push(svg("text", { x: x(part.start + part.milliseconds) + 6, y: y + 12 }, format.milliseconds(part.milliseconds)));
    y += row;
    if (isWide) {
      for (const name of phases.filter(phase => part.phases.some(each => each.phase === phase))) {
        const draw = bar(phaseTitle(name), 0, 0, phaseColor(name), false);
        for (const each of part.phases.filter(each => each.phase === name)) draw(each.start, each.milliseconds, `${phaseTitle(name)}: ${format.milliseconds(each.milliseconds)}`);
        y += row;
      }
    } else {
      for (const each of part.phases) {
        nodes.push(svg("rect", { x: x(each.start), y: y - row + 4, width: Math.max(1, x(each.start + each.milliseconds) - x(each.start)), height: 9, style: { fill: phaseColor(each.phase) } },
          svg("title", {}, `${phaseTitle(each.phase)}: ${format.milliseconds(each.milliseconds)}`)));
      }
    }
    y += 6;
  }
  const marks = [0, 0.25, 0.5, 0.75, 1].map(share => svg("g", {},
    svg("line", { class: "axis", x1: x(share * trace.milliseconds), x2: x(share * trace.milliseconds), y1: 16, y2: y }),
    svg("text", { x: x(share * trace.milliseconds), y: 10, "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle" }, format.milliseconds(share * trace.milliseconds))));
  return el("div", { class: "scroll" }, svg("svg", { viewBox: `0 0 ${width} ${y + 4}`, role: "img", "aria-label": `Step ${trace.step}: ${format.milliseconds(trace.milliseconds)} on ${trace.parts.length} workers` }, marks, nodes));
}
