// One short message at the foot of the page; the words come from the page, in its language.
let timer;

export function toast(text, bad = false) {
  const box = document.getElementById("toast");
  if (!box || !text) return;
  box.textContent = text;
  box.classList.toggle("bf-danger", bad);
  box.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    box.hidden = true;
  }, 3500);
}

export const words = () => document.getElementById("toast")?.dataset ?? {};
