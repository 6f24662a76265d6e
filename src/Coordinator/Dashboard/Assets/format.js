const none = "–";
const known = value => typeof value === "number" && Number.isFinite(value);

export const count = value => known(value) ? Math.round(value).toLocaleString("en") : none;
export const loss = value => known(value) ? value.toFixed(Math.abs(value) < 10 ? 4 : 2) : none;
export const percent = value => known(value) ? `${(value * 100).toFixed(1)} %` : none;
export const rate = value => !known(value) ? none : value >= 100 ? count(value) : value.toFixed(1);
export const learningRate = value => !known(value) ? none : value === 0 ? "0" : value >= 0.001 ? value.toPrecision(3) : value.toExponential(2);

export function milliseconds(value) {
  if (!known(value)) return none;
  if (value >= 10000) return `${(value / 1000).toFixed(1)} s`;
  if (value >= 100) return `${value.toFixed(0)} ms`;
  return value >= 1 ? `${value.toFixed(1)} ms` : `${value.toFixed(2)} ms`;
}

export function duration(seconds) {
  if (!known(seconds)) return none;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 172800) return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
  return `${Math.floor(whole / 86400)} days`;
}

export function age(time, now = Date.now()) {
  if (!time) return none;
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} days ago`;
}

export const clock = time => new Date(time).toLocaleTimeString("en", { hour12: false });

export function bytes(value) {
  if (!known(value) || value <= 0) return none;
  return value >= 1 << 30 ? `${(value / (1 << 30)).toFixed(2)} GiB` : `${Math.round(value / (1 << 20))} MiB`;
}

const kinds = { Running: "live", Succeeded: "good", Failed: "bad", Cancelled: "warn", Paused: "warn", Training: "live", Loading: "warn", Ready: "warn" };
export const kindOf = state => kinds[state] ?? "idle";
