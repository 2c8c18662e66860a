// A piece of a page made in Python, where everything people said was escaped. A plain ES module: it loads nothing.

/** Where an element stands, so that the one in its place can be found again after the content has changed. */
function place(node) {
  return node?.dataset?.act ? ["act", node.dataset.act] : node?.id ? ["id", node.id] : null;
}

function found(root, [key, value]) {
  if (key === "id") return root.querySelector(`#${CSS.escape(value)}`);
  return [...root.querySelectorAll("[data-act]")].find((one) => one.dataset.act === value);
}

function render({ model, el }) {
  const root = document.createElement("div"), live = document.createElement("p");
  root.className = "tb-pane";
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // the notebook has keys of its own
  live.className = "tb-live";
  live.setAttribute("role", "status");
  el.append(root, live);

  function show() {
    const active = root.contains(document.activeElement) ? place(document.activeElement) : null;
    const open = new Set([...root.querySelectorAll("details[open]")].map((one) => one.id));
    const kept = new Map([...root.querySelectorAll("[data-keep]")].map((one) => [one.dataset.keep, [one.scrollTop, one.scrollLeft]]));
    root.innerHTML = model.get("html");
    for (const one of root.querySelectorAll("details[id]")) one.open ||= open.has(one.id);
    for (const one of root.querySelectorAll("[data-keep]")) [one.scrollTop, one.scrollLeft] = kept.get(one.dataset.keep) || [0, 0];
    if (active) found(root, active)?.focus({ preventScroll: true });
    const here = root.querySelector("[data-here]"), box = here?.closest("[data-keep]");
    if (box && !kept.has(box.dataset.keep)) box.scrollTop = here.offsetTop - box.clientHeight / 3;
  }

  const say = () => { live.textContent = model.get("status"); };
  const bring = () => root.scrollIntoView({ block: "nearest", behavior: "smooth" });
  const send = (node) => model.send({ act: JSON.parse(node.dataset.act) });

  /** Arrows go from one part of a group to the next; only one of them is a stop of the tab key. */
  function go(node, step) {
    const group = [...node.closest("[data-rove]").querySelectorAll("[data-act]")];
    const next = group[(group.indexOf(node) + step + group.length) % group.length];
    for (const one of group) one.setAttribute("tabindex", one === next ? "0" : "-1");
    next.focus();
    if (next.getAttribute("role") === "tab") send(next);
  }

  root.addEventListener("click", (event) => {
    const node = event.target.closest("[data-act]");
    if (node && !node.hasAttribute("disabled")) send(node);
  });
  root.addEventListener("keydown", (event) => {
    const node = event.target.closest("[data-act]");
    if (!node) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const plain = node.tagName !== "BUTTON" && (event.key === "Enter" || event.key === " ");
    if (step && node.closest("[data-rove]")) go(node, step);
    else if (plain) send(node);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const heeded = [["change:html", show], ["change:status", say], ["change:reveal", bring]];
  for (const [event, act] of heeded) model.on(event, act);
  show();
  say();
  return () => { for (const [event, act] of heeded) model.off(event, act); };
}

export default { render };
