// The findings by severity and standing, and the way from a finding to its resource.
{
  const findings = [...document.querySelectorAll(".finding")];
  const chosen = (name) => document.querySelector(`input[name=${name}]:checked`)?.value ?? "";
  const filter = () => {
    let shown = 0;
    for (const each of findings) {
      const wanted = ["severity", "standing"].every((name) => !chosen(name) || each.dataset[name] === chosen(name));
      each.hidden = !wanted;
      shown += wanted;
    }
    byId("findings").hidden = !shown;
    byId("finding-count").textContent = shown === findings.length
      ? plural(shown, "finding") : `${shown} of ${plural(findings.length, "finding")}`;
  };
  if (findings.length) {
    document.querySelectorAll("input[name=severity], input[name=standing]").forEach((each) => each.addEventListener("input", filter));
    filter();
  }
  document.querySelectorAll(".finding button[data-position]").forEach((button) =>
    button.addEventListener("click", () => openResource(Number(button.dataset.position))));
}
