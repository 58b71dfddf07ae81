/** A cover travels from the link that was pressed to the page it leads to. Every other page is there at once: fading one into another takes as long as all the rest. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

const coverIn = (link) => (link.matches("a") ? link.querySelector(".cover") : null);

const travels = (cover) => cover?.toggleAttribute("data-travels", true);

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => (ctx.transition = !still.matches && coverIn(ctx.sourceElement) !== null));

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (!ctx.transition) return;
  // With two of them on one page, none would travel.
  for (const arrived of document.querySelectorAll("[data-travels]")) arrived.removeAttribute("data-travels");
  travels(coverIn(ctx.sourceElement));
  for (const { fragment } of tasks) travels(fragment.querySelector(".release__cover"));
});
