// Looks for barriers (WCAG 2.2 A and AA) on every screen: `npm run axe [-- NAME…]`.
import { AxeBuilder } from "@axe-core/playwright";
import { visitScreens } from "./window.mjs";

const only = process.argv.slice(2);
// Every pair of theme, language and size of text. All screens take turns with them; one that is named, and all with
// LOOKS=…, are seen in each.
const inTurn = process.env.LOOKS === undefined && only.length === 0;
const looks = process.env.LOOKS ?? "light,germanDark,large,largeDark";
let found = 0;

await visitScreens(looks.split(","), only, check, inTurn);

async function check(page, name, look) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  for (const { id, help, nodes } of violations) {
    found += 1;
    console.error(`${name} (${look}): ${id}: ${help}`);
    for (const node of nodes.slice(0, 4)) {
      console.error(`    ${node.target.join(" ")}: ${node.any[0]?.message ?? node.failureSummary}`);
    }
  }
}

console.log(found === 0 ? "No barriers found." : `${found} barriers found.`);
process.exit(found === 0 ? 0 : 1);
