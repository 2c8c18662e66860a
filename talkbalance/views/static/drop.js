// Hands a file over to the kernel in slices, each acknowledged before the next is read. A plain ES module: it loads nothing.

const MB = 1e6;

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  Object.assign(node, attributes);
  node.append(...children);
  return node;
}

/** A number of seconds as people say what is left: "40 s", "3 min". */
function left(seconds) {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** One file on its way; `tell` hears how far it is. */
class Handover {
  constructor(model, file, tell) {
    this.model = model;
    this.file = file;
    this.tell = tell;
    this.id = `${file.name}|${file.size}|${file.lastModified}`;
    this.sent = -1; // where the slice begins that is not acknowledged yet
    this.asked = 0;
    this.began = performance.now();
    this.over = false;
    this.say({ do: "begin", name: file.name, size: file.size });
  }

  say(content, buffers) {
    this.model.send({ file: this.id, ...content }, undefined, buffers);
    this.watch();
  }

  /** Ask how far it got if nothing is heard for a while: the channel may have been away. */
  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.tell({ waiting: true });
      this.asked += 1;
      this.say({ do: "where", again: this.asked });
    }, this.model.get("patience") * 1000);
  }

  heard(message) {
    if (message.file !== this.id) return;
    if (message.failed || message.there) this.end(message);
    else if (this.over) return;
    else if (message.got > this.sent || message.again === this.asked) this.next(message.got);
  }

  async next(at) {
    if (this.sent < 0) [this.first, this.began] = [at, performance.now()];
    this.sent = at;
    this.asked += 1; // an older answer must not send this slice twice
    clearTimeout(this.timer);
    const rate = (at - this.first) / Math.max(1, performance.now() - this.began);
    this.tell({ got: at, size: this.file.size, seconds: rate > 0 ? (this.file.size - at) / rate / 1000 : null });
    if (at >= this.file.size) return; // what is there is handed on now
    try {
      const slice = await this.file.slice(at, at + this.model.get("slice")).arrayBuffer();
      if (!this.over && this.sent === at) this.say({ do: "slice", at }, [slice]);
    } catch {
      this.cancel();
      this.tell({ failed: this.model.get("labels").unreadable });
    }
  }

  cancel() {
    this.say({ do: "cancel" });
    this.end(null);
  }

  end(message) {
    this.over = true;
    clearTimeout(this.timer);
    if (message) this.tell(message);
  }
}

function render({ model, el }) {
  const label = (key) => model.get("labels")[key];
  const input = make("input", { type: "file", hidden: true });
  const words = make("p", { className: "tb-drop-words" });
  const choose = make("button", { type: "button", className: "tb-drop-choose" });
  const note = make("p", { className: "tb-drop-note" });
  const place = make("div", { className: "tb-drop-place" }, words, choose, input, note);
  const bar = make("progress", { max: 1, value: 0 });
  const state = make("span", { className: "tb-drop-state" });
  const cancel = make("button", { type: "button" });
  const way = make("div", { className: "tb-drop-way", hidden: true }, bar, state, cancel);
  const path = make("input", { type: "text", spellcheck: false, autocomplete: "off" });
  const pathLabel = make("label", {}, make("span"), path);
  const open = make("button", { type: "submit" });
  const form = make("form", { className: "tb-drop-path" }, pathLabel, open);
  const said = make("p", { className: "tb-drop-said", hidden: true });
  said.setAttribute("role", "status");
  const root = make("div", { className: "tb-drop" }, place, way, form, said);
  el.append(root);

  let handover = null, last = null;

  function write() {
    words.textContent = label("drop");
    choose.textContent = label("choose");
    note.textContent = label("private");
    cancel.textContent = label("cancel");
    pathLabel.firstChild.textContent = label("path");
    path.placeholder = label("path_hint");
    open.textContent = label("open");
    bar.setAttribute("aria-label", label("drop"));
    root.classList.toggle("tb-drop-compact", model.get("compact"));
    if (last) show(last);
  }

  function say(message, wrong = false) {
    said.textContent = message;
    said.hidden = !message;
    said.classList.toggle("tb-drop-wrong", wrong);
  }

  /** Show how far a file is; the place to drop one gives way to its bar. */
  function show(found) {
    last = found;
    const busy = Boolean(handover && !handover.over);
    place.hidden = form.hidden = busy;
    way.hidden = !busy;
    if (found.failed) say(found.failed, true);
    else if (found.there) say(fill(label("there"), { name: found.name }));
    else if (found.waiting) state.textContent = label("waiting");
    else {
      say("");
      bar.value = found.size ? found.got / found.size : 1;
      const seconds = found.seconds === null ? label("soon") : left(found.seconds);
      const [got, size] = [found.got, found.size].map((bytes) => Math.ceil(bytes / MB));
      state.textContent = fill(label("handing"), { name: handover.file.name, got, size, left: seconds });
    }
  }

  function give(files) {
    if ((handover && !handover.over) || !files.length) return;
    if (files.length > 1) {
      say(label("one"), true);
      return;
    }
    const [file] = files;
    handover = new Handover(model, file, (found) => show(found.there ? { ...found, name: file.name } : found));
    show({ got: 0, size: file.size, seconds: null });
    cancel.focus();
  }

  function heard(message) {
    if (message.file !== null) handover?.heard(message);
    else if (message.failed) say(message.failed, true);
    else say(""); // a path was taken
  }

  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    give([...input.files]);
    input.value = ""; // so that the same file can be chosen once more
  });
  for (const kind of ["dragenter", "dragover"]) {
    root.addEventListener(kind, (event) => {
      event.preventDefault();
      root.classList.add("tb-drop-over");
    });
  }
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(event.relatedTarget)) root.classList.remove("tb-drop-over");
  });
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    root.classList.remove("tb-drop-over");
    give([...event.dataTransfer.files]);
  });
  cancel.addEventListener("click", () => {
    handover.cancel();
    last = null;
    say("");
    place.hidden = form.hidden = false;
    way.hidden = true;
    choose.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.send({ do: "path", file: null, path: path.value });
  });
  root.addEventListener("keydown", (event) => event.stopPropagation()); // the notebook has keys of its own
  model.on("msg:custom", heard);
  for (const key of ["labels", "compact"]) model.on(`change:${key}`, write);
  write();
  return () => {
    model.off("msg:custom", heard);
    for (const key of ["labels", "compact"]) model.off(`change:${key}`, write);
    handover?.end(null);
  };
}

export default { render };
