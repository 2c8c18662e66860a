// The player of a meeting. A plain ES module: it loads nothing, and everything people said goes through textContent.

const SVG = "http://www.w3.org/2000/svg";
const LANE = 24, TOP = 16, AXIS = 20;
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const SIGNS = { taken: "▼", failed: "▽", question: "○" };
const STEPS = [1, 5, 10, 15, 30, 60, 120, 300, 600];

let playing = null; // one sound at a time, however many players a page has

function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600), minutes = Math.floor((s % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in node && key !== "list") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** Where two or more speak, as [start, end] pairs. */
export function together(spans) {
  const edges = spans.start.map((at, i) => [at, 1, i]).concat(spans.end.map((at, i) => [at, -1, i]));
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const found = [];
  let count = 0, since = 0;
  for (const [at, change] of edges) {
    if (count === 1 && change === 1) since = at;
    if (count === 2 && change === -1 && at > since) found.push([since, at]);
    count += change;
  }
  return found;
}

/** The last entry that starts at or before a moment, or -1. */
export function last(starts, at) {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The sound, fetched when it is first wanted: pieces over the widget's own channel, one after the other. */
class Sound {
  constructor(model, say) {
    this.model = model;
    this.say = say;
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.until = null;
    this.audio.addEventListener("timeupdate", () => {
      if (this.until !== null && this.audio.currentTime >= this.until) {
        this.audio.pause();
        this.until = null;
      }
    });
  }

  ready() {
    if (!this.loading) {
      this.loading = new Promise((done, failed) => {
        const pieces = [];
        this.heard = (message, buffers) => {
          if (message.state) this.say(message.state);
          if (message.failed) failed(new Error(message.failed));
          if (message.piece === undefined) return;
          const { buffer, byteOffset, byteLength } = buffers[0];
          pieces[message.piece] = new Uint8Array(buffer, byteOffset, byteLength).slice();
          if (message.piece + 1 < message.of) {
            this.model.send({ want: message.piece + 1 });
            return;
          }
          this.model.off("msg:custom", this.heard);
          this.url = URL.createObjectURL(new Blob(pieces, { type: message.mime }));
          this.audio.addEventListener("loadedmetadata", () => done(), { once: true });
          this.audio.addEventListener("error", () => failed(new Error(this.model.get("labels").unplayable)), { once: true });
          this.audio.src = this.url;
        };
        this.model.on("msg:custom", this.heard);
        this.model.send({ want: 0 });
      });
      this.loading.catch(() => this.forget());
    }
    return this.loading;
  }

  async play(from, until = null) {
    try {
      await this.ready();
      if (playing && playing !== this.audio) playing.pause();
      playing = this.audio;
      if (from !== null) this.audio.currentTime = from;
      this.until = until;
      await this.audio.play();
      this.say("");
    } catch (error) {
      this.say(error.name === "NotAllowedError" ? this.model.get("labels").press : error.message);
    }
  }

  forget() {
    this.audio.pause();
    this.audio.removeAttribute("src");
    if (this.url) URL.revokeObjectURL(this.url);
    if (this.heard) this.model.off("msg:custom", this.heard);
    this.loading = this.url = this.heard = null;
  }
}

function render({ model, el }) {
  const label = (key) => model.get("labels")[key];
  const root = make("div", { className: "tb-player", tabIndex: 0 });
  root.setAttribute("role", "region");
  const state = make("span", { className: "tb-state" });
  state.setAttribute("role", "status");
  const sound = new Sound(model, (words) => { state.textContent = words; });
  const audio = sound.audio;
  const go = make("button", { type: "button", className: "tb-go", textContent: "▶" });
  const before = make("button", { type: "button", textContent: "↑" });
  const after = make("button", { type: "button", textContent: "↓" });
  const time = make("span", { className: "tb-clock" });
  const speed = make("select", {}, ...SPEEDS.map((n) => make("option", { value: n, textContent: `${n}×`, selected: n === 1 })));
  const nearer = make("button", { type: "button", textContent: "+" });
  const farther = make("button", { type: "button", textContent: "−" });
  const names = make("div", { className: "tb-names" });
  const frame = make("div", { className: "tb-window" });
  const moments = make("div", { className: "tb-scroll" });
  const said = make("div", { className: "tb-scroll" });
  const momentsTitle = make("h4"), saidTitle = make("h4");
  const correcting = new Correcting(model, {
    lanes: frame,
    scale: () => scale,
    now: () => audio.currentTime || 0,
    listen: (start, end) => { if (model.get("sound")) sound.play(start, end); },
  });
  correcting.picture = () => frame.firstChild;
  root.append(
    make("div", { className: "tb-bar" }, go, before, after, time, speed, farther, nearer, state),
    make("div", { className: "tb-lanes" }, names, frame),
    correcting.stretch,
    make("div", { className: "tb-below" }, make("div", {}, momentsTitle, moments), make("div", {}, saidTitle, said)),
  );
  el.append(root);

  let zoom = 1, head = null, scale = 1, chosen = -1, spoken = -1;

  function write() {
    root.setAttribute("aria-label", label("player"));
    root.title = label(model.get("editable") ? "keys_editing" : "keys");
    for (const [node, key] of [[go, "play"], [before, "before"], [after, "after"], [speed, "speed"], [nearer, "nearer"], [farther, "farther"]]) {
      node.setAttribute("aria-label", label(key));
      node.title = label(key);
    }
    momentsTitle.textContent = label("moments");
    saidTitle.textContent = label("said");
    for (const node of [go, before, after, speed]) node.disabled = !model.get("sound");
    if (!model.get("sound")) state.textContent = label("silent");
    else if (state.textContent === label("silent")) state.textContent = "";
  }

  function draw() {
    const people = model.get("people"), spans = model.get("spans"), length = model.get("length");
    const width = Math.max(300, frame.clientWidth || 900) * zoom - 2;
    scale = length > 0 ? width / length : 1;
    const bottom = TOP + people.length * LANE;
    const picture = shape("svg", { width, height: bottom + 10 + AXIS, role: "img", "aria-label": label("lanes") });
    people.forEach((_, i) => picture.append(shape("rect", { class: "tb-ground", x: 0, y: TOP + i * LANE, width, height: LANE - 2 })));
    const bars = people.map(() => "");
    spans.start.forEach((start, i) => {
      const y = TOP + spans.who[i] * LANE + 3;
      bars[spans.who[i]] += `M${(start * scale).toFixed(1)} ${y}h${Math.max(0.7, (spans.end[i] - start) * scale).toFixed(1)}v${LANE - 8}h-${Math.max(0.7, (spans.end[i] - start) * scale).toFixed(1)}z`;
    });
    bars.forEach((path, i) => { const bar = shape("path", { d: path }); bar.style.fill = people[i].colour; picture.append(bar); });
    for (const [start, end] of together(spans)) {
      picture.append(shape("rect", { class: "tb-both", x: start * scale, y: bottom + 1, width: Math.max(1, (end - start) * scale), height: 5 }));
    }
    for (const [start, end] of model.get("left_out")) {
      picture.append(shape("rect", { class: "tb-out", x: start * scale, y: 0, width: Math.max(2, (end - start) * scale), height: bottom }));
    }
    mark(picture);
    const step = STEPS.find((one) => one * scale >= 70) || 1200;
    for (let at = 0; at <= length; at += step) {
      const tick = shape("text", { x: Math.min(at * scale + 2, width - 34), y: bottom + 22 });
      tick.textContent = clock(at);
      picture.append(tick);
    }
    head = shape("line", { class: "tb-head", y1: 0, y2: bottom + 8 });
    picture.append(head);
    correcting.draw(picture, bottom);
    frame.replaceChildren(picture);
    names.replaceChildren(...people.map((one) => {
      const dot = make("i");
      dot.style.background = one.colour;
      return make("div", { title: one.name }, dot, one.name);
    }));
    tick();
  }

  function mark(picture) {
    const found = model.get("moments");
    found.start.forEach((start, i) => {
      const x = start * scale, asks = found.kind[i] === "question";
      const node = asks
        ? shape("circle", { cx: x, cy: TOP - 6, r: 4 })
        : shape("path", { d: `M${x - 5} ${TOP - 11}h10l-5 9z` });
      node.setAttribute("class", found.kind[i] === "taken" ? "tb-mark" : "tb-mark tb-hollow");
      node.dataset.moment = i;
      const title = shape("title", {});
      title.textContent = `${clock(start)} ${found.text[i]}`;
      node.append(title);
      picture.append(node);
    });
  }

  function list() {
    const found = model.get("moments"), spans = model.get("spans"), people = model.get("people");
    moments.replaceChildren(...found.start.map((start, i) =>
      entry(start, `${SIGNS[found.kind[i]]} ${found.text[i]}`, "", () => play(i), (node) => correcting.judge(node, i))));
    if (!found.start.length) moments.append(make("p", { textContent: label("none") }));
    said.replaceChildren(...spans.start.map((start, i) => {
      const words = `${people[spans.who[i]].name}: ${spans.text[i] || "…"}`;
      return entry(start, words, people[spans.who[i]].colour, () => { if (model.get("sound")) sound.play(start); }, (node) => correcting.offer(node, i));
    }));
    chosen = spoken = -1;
  }

  function entry(start, words, colour, act, offer) {
    const node = make("button", { type: "button" }, make("small", { textContent: clock(start) }), words);
    node.style.borderLeftColor = colour || "transparent";
    node.addEventListener("click", act);
    node.addEventListener("focus", () => offer(node));
    node.addEventListener("pointerenter", () => offer(node));
    return node;
  }

  /** The entries of a list, without what is offered beside one of them. */
  const entries = (box) => box.querySelectorAll(":scope > button:not(.tb-small)");

  /** Play one moment with what was before and after it. */
  function play(i) {
    const found = model.get("moments");
    if (!found.start.length) return;
    const at = Math.min(Math.max(i, 0), found.start.length - 1);
    choose(at);
    if (!model.get("sound")) return;
    const around = model.get("around");
    sound.play(Math.max(0, found.start[at] - around), Math.min(model.get("length"), found.end[at] + around));
  }

  function choose(i) {
    entries(moments)[chosen]?.classList.remove("tb-now");
    chosen = i;
    show(moments, chosen);
    const x = model.get("moments").start[i] * scale;
    frame.scrollLeft = x - frame.clientWidth / 2;
  }

  function show(box, i) {
    const node = entries(box)[i];
    if (!node) return;
    node.classList.add("tb-now");
    if (node.offsetTop < box.scrollTop || node.offsetTop + node.offsetHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = node.offsetTop - box.clientHeight / 3;
    }
  }

  function tick() {
    const at = audio.currentTime || 0;
    time.textContent = `${clock(at)} / ${clock(model.get("length"))}`;
    root.dataset.time = at.toFixed(2);
    head?.setAttribute("x1", at * scale);
    head?.setAttribute("x2", at * scale);
    const now = last(model.get("spans").start, at);
    if (now !== spoken && !audio.paused) {
      entries(said)[spoken]?.classList.remove("tb-now");
      spoken = now;
      show(said, now);
    }
  }

  function toggle() {
    if (!model.get("sound")) return;
    if (audio.paused) sound.play(null);
    else audio.pause();
  }

  function zoomed(factor) {
    zoom = Math.min(60, Math.max(1, zoom * factor));
    draw();
    frame.scrollLeft = (audio.currentTime || 0) * scale - frame.clientWidth / 2;
  }

  const keys = {
    " ": toggle,
    ArrowLeft: () => { audio.currentTime = Math.max(0, audio.currentTime - 5); },
    ArrowRight: () => { audio.currentTime += 5; },
    ArrowUp: () => play(chosen - 1),
    ArrowDown: () => play(chosen + 1),
    "+": () => zoomed(2),
    "-": () => zoomed(0.5),
    "[": () => correcting.edge("["),
    "]": () => correcting.edge("]"),
    Escape: () => correcting.forget(),
  };

  root.addEventListener("keydown", (event) => {
    const act = keys[event.key], inside = event.target.closest("button, select");
    if (event.target.closest("form")) { // words are written here: no key is ours, nor the notebook's
      event.stopPropagation();
      return;
    }
    if (!act || (inside && (event.key === " " || event.target.tagName === "SELECT"))) return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has keys of its own
    act();
  });
  frame.addEventListener("click", (event) => {
    const moment = event.target.closest("[data-moment]");
    if (moment) play(+moment.dataset.moment);
    else if (model.get("sound")) sound.play((event.clientX - frame.firstChild.getBoundingClientRect().left) / scale);
  });
  go.addEventListener("click", toggle);
  before.addEventListener("click", () => play(chosen - 1));
  after.addEventListener("click", () => play(chosen + 1));
  speed.addEventListener("change", () => { audio.playbackRate = +speed.value; });
  nearer.addEventListener("click", () => zoomed(2));
  farther.addEventListener("click", () => zoomed(0.5));
  audio.addEventListener("timeupdate", tick);
  audio.addEventListener("seeked", tick);
  audio.addEventListener("play", () => { go.textContent = "❚❚"; audio.playbackRate = +speed.value; root.dataset.playing = "1"; });
  audio.addEventListener("pause", () => { go.textContent = "▶"; root.dataset.playing = "0"; });

  const other = () => { sound.forget(); write(); tick(); };
  const whole = () => {
    const read = [moments, said].map((box) => box.scrollTop);
    write();
    draw();
    list();
    [moments, said].forEach((box, i) => { box.scrollTop = read[i]; }); // a correction does not lose the reader's place
  };
  const asked = () => { const wanted = model.get("request"); if (model.get("sound") && wanted.n) sound.play(wanted.start, wanted.end); };
  const heeded = [["change:sound", other], ["change:meeting", whole], ["change:moments", whole], ["change:labels", whole], ["change:request", asked]];
  for (const [event, act] of heeded) model.on(event, act);
  const resized = new ResizeObserver(() => draw());
  write();
  draw();
  list();
  resized.observe(frame);
  return () => {
    resized.disconnect();
    for (const [event, act] of heeded) model.off(event, act);
    sound.forget();
  };
}

export default { render };
