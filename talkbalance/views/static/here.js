// "Here was one": a button that says at which second the player of the same page is.

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button tb-here";
  const label = () => { button.textContent = model.get("label"); };
  button.addEventListener("click", () => {
    const player = el.closest(".tb-lesson")?.querySelector(".tb-player");
    model.send({ at: Number(player?.dataset.time || 0) });
  });
  model.on("change:label", label);
  label();
  el.append(button);
  return () => model.off("change:label", label);
}

export default { render };
