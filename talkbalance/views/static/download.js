// A button that fetches a file made by Python, in pieces, and hands it to the browser as a download.

function render({ model, el }) {
  const button = document.createElement("button"), said = document.createElement("span");
  button.type = "button";
  button.className = "tb-download";
  said.setAttribute("role", "status");
  said.className = "tb-download-said";
  el.append(button, said);
  let pieces = [];

  const write = () => {
    button.textContent = model.get("label");
    button.disabled = !model.get("ready");
  };

  const heard = (message, buffers) => {
    if (message.said !== undefined) said.textContent = message.said;
    if (message.done) button.disabled = false;
    if (message.piece === undefined) return;
    const { buffer, byteOffset, byteLength } = buffers[0];
    pieces[message.piece] = new Uint8Array(buffer, byteOffset, byteLength).slice();
    if (message.piece + 1 < message.of) {
      model.send({ want: message.piece + 1 });
      return;
    }
    const url = URL.createObjectURL(new Blob(pieces, { type: message.mime }));
    const link = document.createElement("a");
    link.href = url;
    link.download = message.name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    pieces = [];
    button.disabled = false;
  };

  button.addEventListener("click", () => {
    button.disabled = true;
    pieces = [];
    model.send({ want: 0 });
  });
  model.on("msg:custom", heard);
  model.on("change:label", write);
  model.on("change:ready", write);
  write();
  return () => {
    model.off("msg:custom", heard);
    model.off("change:label", write);
    model.off("change:ready", write);
  };
}

export default { render };
