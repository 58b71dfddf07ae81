/** Menus: one is open at a time, a press elsewhere or Escape closes it, and it opens to where there is room. */

const MENU = "details.menu";
const root = document.documentElement;

const open = () => document.querySelectorAll(`${MENU}[open]`);

/** Where the page ends for the eye: at what lies over it at the bottom. */
function floor() {
  const over = [...document.querySelectorAll(".player, .rail nav")].map((bar) => bar.getBoundingClientRect()).filter(({ height, top }) => height && top > innerHeight / 2);
  return Math.min(innerHeight, ...over.map(({ top }) => top));
}

/** What a card's menu offers is the same for all of a kind. */
function fill(menu) {
  const { menu: kind, id } = menu.dataset;
  const items = document.importNode(document.getElementById(`${kind}-menu`).content.firstElementChild, true);
  for (const button of items.querySelectorAll("button")) button.value = id;
  for (const link of items.querySelectorAll("a")) link.search = new URLSearchParams({ [kind]: id });
  menu.append(items);
  htmx.process(items);
}

function place(menu) {
  const [button, items] = [menu.querySelector("summary"), menu.querySelector(".menu__items")].map((part) => part.getBoundingClientRect());
  menu.toggleAttribute("data-up", items.bottom > floor() && button.top > items.height);
  menu.toggleAttribute("data-onwards", items.left < 0 || items.right > root.clientWidth);
}

/** With the focus where the menu was opened; what is in no menu stays as it is. */
export function closeMenuAround(item) {
  const menu = item.closest("details");
  menu?.removeAttribute("open");
  menu?.querySelector("summary").focus();
}

document.addEventListener(
  "toggle",
  ({ target: menu }) => {
    if (!menu.matches?.(MENU)) return;
    for (const way of ["data-up", "data-onwards"]) menu.removeAttribute(way);
    if (!menu.open) return;
    for (const other of open()) if (other !== menu) other.open = false;
    if (!menu.querySelector(".menu__items")) fill(menu);
    place(menu);
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  for (const menu of open()) if (!menu.contains(target)) menu.open = false;
});

// Before whoever else closes something by it.
document.addEventListener(
  "keydown",
  (event) => {
    const [menu] = open();
    if (event.key !== "Escape" || !menu) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  },
  true,
);
