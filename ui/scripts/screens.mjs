// Pictures of every screen: `npm run screens -- DIR [NAME…]`; LOOKS=light,dark,small,large chooses how.
import { mkdir } from "node:fs/promises";
import { visitScreens } from "./window.mjs";

const [dir = "screens", ...only] = process.argv.slice(2);
const looks = (process.env.LOOKS ?? "light,dark,small,large").split(",");

await mkdir(dir, { recursive: true });
await visitScreens(looks, only, async (page, name, look) => {
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (wide > 0) console.error(`${name} (${look}): ${wide} px wider than the window`);
  await page.screenshot({ path: `${dir}/${name}-${look}.png` });
});
