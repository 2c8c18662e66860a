// What is corrected in the player: an utterance, a stretch of the lanes, a moment. Every correction goes to Python as one message;
// what is shown changes only when Python sends the corrected meeting. Stands before player.js in the same module.

const ms = (seconds) => Math.round(seconds * 1000);

/** A choice of people, with more entries of one's own; values are names, "+" for a new person, "" for nobody. */
function people(model, chosen, more = []) {
  const entries = model.get("people").map((one) => [one.name, one.name]).concat(more);
  return make("select", {}, ...entries.map(([value, words]) => make("option", { value, textContent: words, selected: value === chosen })));
}

class Correcting {
  constructor(model, { lanes, scale, now, listen }) {
    Object.assign(this, { model, scale, now, listen });
    this.label = (key) => model.get("labels")[key];
    this.pen = make("button", { type: "button", className: "tb-small", textContent: "✎" });
    this.yes = make("button", { type: "button", className: "tb-small", textContent: "✓" });
    this.no = make("button", { type: "button", className: "tb-small", textContent: "✗" });
    this.stretch = make("div", { className: "tb-stretch", hidden: true });
    this.stretch.setAttribute("role", "group");
    this.marked = null; // [start, end] of the lanes, in seconds
    this.drag(lanes);
  }

  get on() { return this.model.get("editable"); }

  send(todo, about, value = null) { this.model.send({ correct: { do: todo, on: about, value } }); }

  // ---------------------------------------------------------------------------------------- an utterance

  /** Offer the pen beside an entry of what was said while it is pointed at or reached by keyboard. */
  offer(entry, i) {
    if (!this.on || entry.nextSibling === this.pen) return;
    this.pen.title = this.label("edit");
    this.pen.setAttribute("aria-label", this.label("edit"));
    this.pen.onclick = () => this.edit(entry, i);
    entry.after(this.pen);
  }

  edit(entry, i) {
    this.form?.remove();
    const spans = this.model.get("spans"), who = this.model.get("people")[spans.who[i]].name;
    const about = { speaker: who, start: ms(spans.start[i]) };
    const speaker = people(this.model, who, [["+", this.label("new_person")], ["", this.label("nobody")]]);
    const name = make("input", { type: "text", placeholder: this.label("new_name"), hidden: true });
    const words = make("textarea", { value: spans.text[i], rows: Math.min(6, 1 + Math.ceil(spans.text[i].length / 60)) });
    const save = make("button", { type: "submit", textContent: this.label("save") });
    const cancel = make("button", { type: "button", textContent: this.label("cancel") });
    speaker.setAttribute("aria-label", this.label("speaker"));
    words.setAttribute("aria-label", this.label("words"));
    speaker.onchange = () => { name.hidden = speaker.value !== "+"; if (!name.hidden) name.focus(); };
    cancel.onclick = () => { this.form.remove(); entry.focus(); };
    this.form = make("form", { className: "tb-form" }, speaker, name, words, save, cancel);
    this.form.onsubmit = (event) => {
      event.preventDefault();
      if (words.value.trim() !== spans.text[i].trim()) this.send("text", about, words.value);
      if (speaker.value === "+" && name.value.trim()) this.send("split", { ...about, end: ms(spans.end[i]) }, name.value.trim());
      else if (speaker.value !== "+" && speaker.value !== who) this.send("reassign", about, speaker.value);
      this.form.remove();
    };
    entry.after(this.form);
    words.focus();
  }

  // ---------------------------------------------------------------------------------------- a moment

  /** Offer to say that a moment is what it is taken for, or is not. */
  judge(entry, i) {
    const found = this.model.get("moments");
    if (!this.on || !found.measure[i] || entry.nextSibling === this.yes) return;
    const about = { measure: found.measure[i], speaker: found.speaker[i], start: ms(found.start[i]) };
    for (const [node, key, todo] of [[this.yes, "right", "add"], [this.no, "wrong", "reject"]]) {
      node.title = this.label(key);
      node.setAttribute("aria-label", this.label(key));
      node.onclick = () => this.send(todo, about);
    }
    entry.after(this.yes, this.no);
  }

  // ---------------------------------------------------------------------------------------- a stretch

  /** Mark a stretch by dragging over the lanes; a click without a drag stays a click. */
  drag(lanes) {
    let from = null;
    const at = (event) => Math.min(this.model.get("length"), Math.max(0, (event.clientX - lanes.firstChild.getBoundingClientRect().left) / this.scale()));
    lanes.addEventListener("pointerdown", (event) => { from = this.on && event.button === 0 ? at(event) : null; });
    lanes.addEventListener("pointermove", (event) => {
      if (from === null || Math.abs(at(event) - from) * this.scale() < 6) return;
      if (!lanes.hasPointerCapture(event.pointerId)) lanes.setPointerCapture(event.pointerId);
      this.mark(Math.min(from, at(event)), Math.max(from, at(event)));
    });
    lanes.addEventListener("pointerup", () => { from = null; });
    lanes.addEventListener("click", (event) => { // the click that ends a drag seeks nothing
      if (this.dragged) event.stopImmediatePropagation();
      this.dragged = false;
    });
  }

  mark(start, end) {
    this.dragged = true;
    this.marked = [Math.round(start * 10) / 10, Math.round(end * 10) / 10];
    this.show();
  }

  /** Begin or end the marked stretch where the sound is: for keys. */
  edge(which) {
    if (!this.on) return;
    const now = this.now(), [start, end] = this.marked || [now, Math.min(this.model.get("length"), now + 1)];
    this.marked = which === "[" ? [now, Math.max(end, now + 0.1)] : [Math.min(start, now - 0.1), now];
    this.marked[0] = Math.max(0, this.marked[0]);
    this.show();
  }

  forget() {
    this.marked = null;
    this.stretch.hidden = true;
    this.band?.remove();
  }

  /** Draw the marked stretch on a picture of the lanes. */
  draw(picture, bottom) {
    this.band?.remove();
    this.band = this.marked && shape("rect", { class: "tb-marked", x: this.marked[0] * this.scale(), y: 0, width: Math.max(2, (this.marked[1] - this.marked[0]) * this.scale()), height: bottom });
    if (this.band) picture.append(this.band);
  }

  show() {
    const picture = this.picture();
    if (picture) this.draw(picture, picture.height.baseVal.value - 20);
    const [start, end] = this.marked, stretch = { start: ms(start), end: ms(end) };
    const names = this.model.get("people").map((one) => one.name);
    const one = people(this.model, names[0]), other = people(this.model, names[1] || names[0]);
    one.setAttribute("aria-label", this.label("speaker"));
    other.setAttribute("aria-label", this.label("speaker"));
    const act = (key, todo) => {
      const button = make("button", { type: "button", textContent: this.label(key) });
      button.onclick = () => { if (todo() !== false) this.forget(); };
      return button;
    };
    this.stretch.replaceChildren(
      make("b", { textContent: `${clock(start)}–${clock(end)}` }),
      act("hear", () => { this.listen(start, end); return false; }),
      act("leave_out", () => this.send("exclude", stretch)),
      make("span", { className: "tb-pair" }, one, act("give", () => this.send("reassign", { ...stretch, speaker: one.value }, other.value)),
        act("interrupts", () => this.send("add", { measure: "interruptions", speaker: one.value, start: ms(start) }, { interrupted: other.value })), other),
      act("listens", () => this.send("add", { measure: "backchannels", speaker: one.value, start: ms(start) }, { end: ms(end) })),
      act("cancel", () => {}),
    );
    this.stretch.hidden = false;
  }
}

