// Builds elements. Text is always text: nothing that comes from a job is ever parsed as HTML.
const svgSpace = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, action] of Object.entries(value)) node.addEventListener(event, action);
    else if (name === "style") Object.assign(node.style, value);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter(child => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(svgSpace, name), attributes, children);

// Keeps one node for each item, in order, and lets it be brought up to date: what is pointed at or focused stays where it is.
export function keep(parent, items, keyOf, make, update) {
  const known = new Map([...parent.children].map(node => [node.keptAs, node]));
  items.forEach((item, i) => {
    const key = keyOf(item);
    let node = known.get(key);
    if (!node) { node = make(item); node.keptAs = key; }
    known.delete(key);
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
    update(node, item);
  });
  for (const node of known.values()) node.remove();
}

// Replaces the content of a node only when what it shows has changed, so that focus and selection stay.
export function show(node, key, build) {
  const text = JSON.stringify(key);
  if (node.shown === text) return;
  node.shown = text;
  node.replaceChildren(...[build()].flat(3).filter(Boolean));
}
