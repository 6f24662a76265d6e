// The steps of followed jobs in columns; a long run is thinned as it grows.
const pointsMaximum = 4000;

export class SeriesStore {
  constructor() { this.jobs = new Map(); }

  next(id) { return this.jobs.get(id)?.next ?? 1; }

  of(id) { return this.jobs.get(id); }

  add(id, fresh) {
    const known = this.jobs.get(id);
    if (!known || fresh.step[0] <= (known.step[0] ?? 0)) { this.jobs.set(id, fresh); return; }
    const from = fresh.step.findIndex(step => step > known.step.at(-1));
    if (from < 0) return;
    const length = known.step.length;
    for (const name of ["step", "epoch", "loss", "learningRate", "imagesPerSecond", "workers"]) known[name] = known[name].concat(fresh[name].slice(from));
    for (const name of new Set([...Object.keys(known.phases), ...Object.keys(fresh.phases)])) {
      known.phases[name] = (known.phases[name] ?? Array(length).fill(0)).concat((fresh.phases[name] ?? Array(fresh.step.length).fill(0)).slice(from));
    }
    known.next = fresh.next;
    if (known.step.length > pointsMaximum) this.thin(known);
  }

  // Where the time of the newest steps goes.
  phaseMeans(id, stepImages) {
    const series = this.of(id);
    if (!series || series.step.length === 0) return [];
    const mean = values => { const tail = values.slice(-50); return tail.reduce((sum, value) => sum + value, 0) / tail.length; };
    const parts = Object.entries(series.phases).map(([phase, values]) => ({ phase, seconds: mean(values) })).filter(part => part.seconds > 0);
    const step = mean(series.imagesPerSecond.map(rate => rate > 0 ? stepImages / rate : 0));
    const other = step - parts.reduce((sum, part) => sum + part.seconds, 0);
    return other > 0.01 * step ? [...parts, { phase: "other", seconds: other }] : parts;
  }

  thin(series) {
    const half = (values, pick) => values.filter((_, i) => i % 2 === 1).map((value, i) => pick ? value : (value + values[2 * i]) / 2);
    for (const name of ["step", "epoch", "learningRate", "workers"]) series[name] = half(series[name], true);
    for (const name of ["loss", "imagesPerSecond"]) series[name] = half(series[name], false);
    for (const name of Object.keys(series.phases)) series.phases[name] = half(series.phases[name], false);
  }
}
