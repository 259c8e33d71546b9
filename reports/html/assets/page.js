"use strict";
// What every part of the page uses: the data, elements without markup, numbers, the theme.
const DATA = JSON.parse(document.getElementById("data").textContent);
DATA.resources.forEach((each, position) => {
  each.position = position;
  each.words = `${each.name} ${each.type} ${each.component} ${each.part}`.toLowerCase();
});

const byId = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const money = (amount) => (amount === null || amount === undefined ? "–" : cents.format(amount));
const plural = (count, one, many = `${one}s`) => `${whole.format(count)} ${count === 1 ? one : many}`;

function options(select, all, names) {
  select.replaceChildren(element("option", { value: "" }, all));
  for (const name of names) select.append(element("option", { value: name }, name));
}

const distinct = (values) => [...new Set(values)].sort((a, b) => a.localeCompare(b, "en"));

{
  // A file opened from a disk may have no storage; the theme then holds until the page is closed.
  const stored = {
    read() { try { return localStorage.getItem("mlplatform-theme") || ""; } catch { return ""; } },
    write(theme) { try { localStorage.setItem("mlplatform-theme", theme); } catch { /* without storage */ } },
  };
  const select = byId("theme");
  const apply = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  select.value = stored.read();
  apply(select.value);
  select.addEventListener("change", () => { stored.write(select.value); apply(select.value); });
}

{
  const links = new Map([...document.querySelectorAll(".bar nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const [id, link] of links) {
        if (id === entry.target.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  document.querySelectorAll("main > section").forEach((section) => seen.observe(section));
}
