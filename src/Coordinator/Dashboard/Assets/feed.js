// Server-sent events over fetch: a token can be sent, a refusal can be read, and a stream that breaks is taken up where it was.
const longestWait = 8000;

export class Feed {
  constructor(handle, say) {
    this.handle = handle;
    this.say = say;
    this.stop = new AbortController();
    this.token = sessionStorage.getItem("token") ?? "";
  }

  // Follows jobs, each from a step on: {id: step}.
  follow(positions) {
    this.stop.abort();
    this.stop = new AbortController();
    this.position = Object.entries(positions).map(([id, step]) => `${id}:${step}`).join(",");
    this.run(this.stop.signal);
  }

  async run(signal) {
    let wait = 500;
    while (!signal.aborted) {
      try {
        const answer = await fetch(`/api/events?from=${encodeURIComponent(this.position)}`, {
          signal, cache: "no-store",
          headers: { Accept: "text/event-stream", "Last-Event-ID": this.position, ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}) },
        });
        if (answer.status === 401 || answer.status === 403) {
          this.say("away", "not signed in");
          this.token = await this.handle("refused", { status: this.token ? answer.status : 0 });
          sessionStorage.setItem("token", this.token);
          continue;
        }
        if (!answer.ok) throw new Error(`the coordinator answers ${answer.status}`);
        wait = 500;
        this.say("live", "live");
        await this.read(answer.body.pipeThrough(new TextDecoderStream()).getReader(), signal);
      } catch (error) {
        if (signal.aborted) return;
      }
      if (signal.aborted) return;
      this.say("away", "connecting");
      await new Promise(resolve => setTimeout(resolve, wait));
      wait = Math.min(longestWait, wait * 2);
    }
  }

  async read(reader, signal) {
    let rest = "";
    while (!signal.aborted) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  take(block) {
    let type = "message", data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("event:")) type = line.slice(6).trim();
      else if (line.startsWith("data:")) data += line.slice(5).trim();
      else if (line.startsWith("id:")) this.position = line.slice(3).trim();
    }
    if (data) this.handle(type, JSON.parse(data));
  }
}
