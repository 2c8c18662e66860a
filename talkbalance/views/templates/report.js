"use strict";
// Plays the moments of a report, one at a time; the sound lies in the page.
let playing = null;
function stop() {
  if (!playing) return;
  playing.audio.pause();
  playing.button.textContent = "▶";
  playing.button.setAttribute("aria-pressed", "false");
  playing = null;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-sound]");
  if (!button) return;
  const again = playing && playing.button === button;
  stop();
  if (again) return;
  const audio = new Audio(button.dataset.sound);
  playing = { audio, button };
  button.textContent = "■";
  button.setAttribute("aria-pressed", "true");
  audio.addEventListener("ended", stop);
  audio.play().catch(stop);
});
