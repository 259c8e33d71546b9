// A table that is wider than its page scrolls. People without a mouse scroll what they can focus.
const focusWide = () => {
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap")) {
    each.tabIndex = each.scrollWidth > each.clientWidth ? 0 : -1;
  }
};
addEventListener("load", focusWide);
addEventListener("resize", focusWide);
