// [data-words]: a slider whose steps are words; the words stand beside it and are read out.
function tell(slider) {
  const word = slider.dataset.words.split("|")[Number(slider.value)] ?? slider.value;
  slider.setAttribute("aria-valuetext", word);
  const output = slider.parentElement.querySelector("output");
  if (output) output.textContent = word;
}

export function startSliders() {
  for (const slider of document.querySelectorAll("input[type=range][data-words]")) tell(slider);
  document.addEventListener("input", (event) => {
    const slider = event.target.closest("input[type=range][data-words]");
    if (slider) tell(slider);
  });
}
