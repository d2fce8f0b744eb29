// Builds the window with made-up data, serves it on this computer and opens its screens in Chromium.
import { chromium } from "playwright-core";
import { build, preview } from "vite";

/** The app's own policy; its host puts the nonce into the one style element of index.html. */
const NONCE = "bm9uY2U";
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${NONCE}'`,
  "style-src-attr 'none'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' ipc: http://ipc.localhost",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** name: [query, route, what to do there] */
export const SCREENS = {
  start: ["", ""],
  starting: ["network=starting", ""],
  home: ["as=maria", "#/"],
  homeNew: ["as=maria&new", "#/"],
  records: ["as=maria", "#/records"],
  recordsMany: [
    "as=maria&many=5000",
    "#/records",
    async (page) => {
      await page.getByTestId("timeline").waitFor();
      await page.mouse.wheel(0, 9000);
      await page.waitForTimeout(300);
    },
  ],
  recordsYear: [
    "as=maria&many=5000",
    "#/records",
    async (page) => {
      await page.getByTestId("timeline-jump").click();
      await page.getByRole("option", { name: /^2015/ }).click();
      await page.waitForTimeout(500);
    },
  ],
  lab: ["as=maria", "#/records/a1"],
  summary: ["as=maria", "#/records/a5"],
  healthSummary: ["as=maria", "#/records/summary", (page) => page.getByTestId("summary").waitFor()],
  image: ["as=maria", "#/records/a3"],
  ct: ["as=maria", "#/records/ct", painted],
  ctMeasured: ["as=maria", "#/records/ct", measure],
  ctKeys: ["as=maria", "#/records/ct", (page) => page.getByTestId("tool-help").click()],
  report: ["as=maria", "#/records/sr"],
  unknownPicture: ["as=maria", "#/records/jls"],
  holter: ["as=maria", "#/records/holter"],
  headerOnly: ["as=maria", "#/records/hea"],
  photo: ["as=maria", "#/records/photo"],
  note: ["as=maria", "#/records/a2"],
  pdf: ["as=maria", "#/records/a6", (page) => page.locator(".textLayer span").first().waitFor()],
  withheld: ["as=maria", "#/records/a8"],
  readSummary: ["as=maria", "#/records/summary-json"],
  readLab: ["as=maria", "#/records/laboratory-json"],
  readCare: ["as=maria", "#/records/care-json"],
  readLetter: ["as=maria", "#/records/discharge-xml"],
  readResults: ["as=maria", "#/records/results-hl7"],
  readMessages: ["as=maria", "#/records/messages-hl7"],
  readHealth: ["as=maria", "#/records/export-xml"],
  readGlucose: ["as=maria", "#/records/glucose-csv"],
  readTorn: ["as=maria", "#/records/torn-json"],
  proof: ["as=maria", "#/records/a1", (page) => page.getByTestId("trust-line").click()],
  people: ["as=maria", "#/people"],
  stop: ["as=maria", "#/people", (page) => page.getByTestId("grant-stop").first().click()],
  grantWho: ["as=maria", "#/people", beginGrant],
  grantWhat: ["as=maria", "#/people", chooseWhat],
  grantTerms: ["as=maria", "#/people", chooseTerms],
  grant: ["as=maria", "#/people", openGrant],
  grantRecord: [
    "as=maria",
    "#/people",
    async (page) => {
      await openGrant(page);
      await page.getByTestId("grant-preview-record").first().click();
      await page.getByTestId("grant-preview-back").waitFor();
    },
  ],
  change: [
    "as=maria",
    "#/people",
    async (page) => {
      await page.getByTestId("grant-change").first().click();
      await page.getByTestId("grant-change-form").waitFor();
    },
  ],
  person: ["as=maria", "#/people/care1haddad"],
  activityFlagged: ["as=maria", "#/activity", (page) => page.locator("label", { hasText: "(2)" }).click()],
  sharing: ["as=maria", "#/settings", (page) => openSettings(page, "sharing")],
  familySwitch: ["as=jonas", "#/shared/care1maria", (page) => page.getByTestId("patient-switch").click()],
  familyRecord: ["as=jonas", "#/shared/care1maria/a4"],
  granted: [
    "as=maria",
    "#/people",
    async (page) => {
      await openGrant(page);
      await page.getByTestId("grant-confirm").click();
      await page.waitForSelector('[data-testid="grant-sent-state"][data-state="confirmed"]');
    },
  ],
  myCard: ["as=maria", "#/people", (page) => page.getByTestId("contact-card-open").click()],
  addRelative: ["as=maria", "#/people", (page) => page.getByTestId("contact-add-open").click()],
  activity: ["as=maria", "#/activity"],
  settings: ["as=maria", "#/settings"],
  notifications: ["as=maria", "#/settings", (page) => openSettings(page, "notifications")],
  noTray: ["as=maria&notray", "#/settings", (page) => openSettings(page, "notifications")],
  network: ["as=maria", "#/settings", (page) => openSettings(page, "network")],
  verified: [
    "as=maria",
    "#/settings",
    async (page) => {
      await openSettings(page, "network");
      await page.getByTestId("verify-now").click();
      await page.getByTestId("verified").waitFor();
    },
  ],
  aboutApp: ["as=maria", "#/settings", (page) => openSettings(page, "about")],
  licences: [
    "as=maria",
    "#/settings",
    async (page) => {
      await openSettings(page, "about");
      await page.getByTestId("about-licences").click();
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    },
  ],
  offline: ["as=maria&ledger=offline", "#/"],
  linkContact: ["as=maria&link=carekey:contact%3Fcard=carecard1qqqq", "#/", linkDialog],
  linkLocked: ["link=carekey:contact%3Fcard=carecard1qqqq", "", linkDialog],
  linkInvitation: ["link=carekey:join%3Finvitation=carenet1.qqqq", "", linkDialog],
  linkUnknown: ["as=maria&link=carekey:format", "#/", linkDialog],
  news: ["as=maria&tell", "#/", (page) => page.getByTestId("news").nth(1).waitFor()],
  ledger: ["as=maria", "#/", (page) => page.getByTestId("ledger-footer").click()],
  caught: ["as=maria&ledger=caught", "#/"],
  caughtDetails: ["as=maria&ledger=caught", "#/", (page) => page.getByTestId("ledger-footer").click()],
  caughtWrong: ["as=maria&ledger=wrong", "#/records"],
  paused: ["as=maria&ledger=paused", "#/people"],
  pausedDetails: ["as=maria&ledger=paused", "#/people", (page) => page.getByTestId("ledger-footer").click()],
  untrusted: ["as=maria&ledger=untrusted", "#/"],
  add: [
    "as=maria",
    "#/records",
    async (page) => {
      await addFiles(page);
      await page.getByTestId("import-damaged").waitFor();
    },
  ],
  task: [
    "as=maria",
    "#/records",
    async (page) => {
      await addFiles(page);
      await page.getByTestId("import-confirm").click();
      await page.waitForTimeout(700);
    },
  ],
  filters: ["as=maria&many=5000", "#/records", (page) => page.getByTestId("filters-open").click()],
  entryNote: [
    "as=maria",
    "#/records",
    async (page) => {
      await page.getByTestId("record-add").click();
      await page.getByTestId("add-note").click();
      await page.getByTestId("entry-form").waitFor();
    },
  ],
  entryMeasurement: [
    "as=maria",
    "#/records",
    async (page) => {
      await page.getByTestId("record-add").click();
      await page.getByTestId("add-measurement").click();
      await page.getByTestId("entry-systolic").fill("128x");
    },
  ],
  erase: ["as=maria", "#/records/a2", (page) => page.getByTestId("record-erase").click()],
  error: ["as=maria&fault=records_list:offline", "#/records"],
  inbox: ["as=haddad", "#/"],
  appointments: ["as=haddad", "#/appointments"],
  answer: ["as=haddad", "#/appointments", (page) => page.getByTestId("appointment-answer").first().click()],
  ask: [
    "as=haddad",
    "#/shared/care1maria",
    async (page) => {
      await page.getByTestId("ask-open").click();
      await page.getByTestId("ask-collection-heart").locator("label").click();
    },
  ],
  book: [
    "as=maria",
    "#/people",
    async (page) => {
      await page.getByTestId("appointment-book").click();
      await page.getByTestId("book-person").click();
      await page.getByRole("option", { name: /Haddad/ }).click();
      await page.getByTestId("book-offer-heart").locator("label").click();
    },
  ],
  decline: ["as=maria", "#/people", (page) => page.getByTestId("request-decline").first().click()],
  inboxNew: ["as=haddad&new", "#/"],
  appointmentsNew: ["as=haddad&new", "#/appointments"],
  patients: ["as=haddad", "#/patients"],
  patient: ["as=haddad", "#/shared/care1maria"],
  patientLab: ["as=haddad", "#/shared/care1maria/a1"],
  write: ["as=haddad", "#/write?patient=care1maria"],
  writeFiles: [
    "as=haddad&lang=de",
    "#/write?patient=care1maria",
    async (page) => {
      await page.getByText("Dateien", { exact: true }).click();
      await page.getByTestId("write-choose-folder").click();
      await page.getByTestId("write-another").waitFor();
      await page.waitForSelector('[data-testid="write-file"][data-stage="ready"]');
    },
  ],
  family: ["as=jonas", "#/shared"],
  familyPerson: ["as=jonas", "#/shared/care1maria"],
  unlock: [
    "as=maria",
    "#/",
    async (page) => {
      // The button is behind the menu in a small window.
      await page.keyboard.press("Control+Shift+L");
      await page.getByTestId("unlock").waitFor();
    },
  ],
  unlockPin: ["own=pin&locked", ""],
  unlockWait: ["own=pin&locked&wait=290000", ""],
  keyringLocked: ["own=keyring&trouble=keyringLocked", ""],
  keyringMissing: ["own=pin&trouble=keyringMissing", ""],
  keyringEmptied: ["own=keyring&trouble=keyringEntryMissing", ""],
  keysOfAnother: ["own=keyring&trouble=keysOfAnother", ""],
  vaultDamaged: ["own=passphrase&trouble=vaultDamaged", ""],
  security: ["own=pin", "#/settings", openSecurity],
  securityChange: [
    "own=pin",
    "#/settings",
    async (page) => {
      await openSecurity(page);
      await page.getByTestId("custody-change").click();
      await page.getByTestId("custody-save").waitFor();
    },
  ],
  securityWords: [
    "own=pin",
    "#/settings",
    async (page) => {
      await openSecurity(page);
      await page.getByTestId("secret").fill("482915");
      await page.getByTestId("words-show").click();
      await page.getByTestId("words").scrollIntoViewIfNeeded();
    },
  ],
  join: [
    "",
    "",
    async (page) => {
      await page.getByTestId("start-create").click();
      await page.getByTestId("network-invited").click();
      await page.getByTestId("invitation").waitFor();
    },
  ],
  joinFound: [
    "",
    "",
    async (page) => {
      await page.getByTestId("start-create").click();
      await page.getByTestId("network-invited").click();
      await page.getByTestId("invitation").fill("carekey:join?carenet1.AAAA");
      await page.getByTestId("invitation-read").click();
      await page.getByTestId("network-join").waitFor();
    },
  ],
  backup: [
    "own=pin",
    "#/settings",
    async (page) => {
      await openSecurity(page);
      await page.getByTestId("backup-open").click();
      await page.getByTestId("backup-passphrase").waitFor();
    },
  ],
  restoreBackup: ["", "", (page) => page.getByTestId("start-backup").click()],
  lost: ["", "", (page) => page.getByTestId("start-lost").click()],
  lostOpen: [
    "own=pin",
    "#/settings",
    async (page) => {
      await openSecurity(page);
      await page.getByTestId("lost-open").click();
      await page.getByTestId("stop-everyone").click();
    },
  ],
  startOwn: ["own=pin&listed", "", (page) => page.getByTestId("profile-own-menu").click()],
  removeOwn: [
    "own=pin&listed",
    "",
    async (page) => {
      await page.getByTestId("profile-own-menu").click();
      await page.getByTestId("profile-remove").click();
    },
  ],
  recovery: ["as=maria", "#/settings", openRecovery],
  recoveryOwn: ["as=maria&recovery=own", "#/settings", openRecovery],
  recoveryChoose: [
    "as=maria",
    "#/settings",
    async (page) => {
      await openRecovery(page);
      await page.getByTestId("recovery-choose").click();
      await page.getByTestId("recovery-more").click();
      for (const at of [0, 1, 2]) await page.getByTestId("recovery-person").nth(at).click();
    },
  ],
  recoveryAlarm: ["as=maria&recovery=alarm", "#/"],
  recoveryStopped: ["as=maria&recovery=alarm", "#/", (page) => page.getByTestId("recovery-stop").click()],
  recoveryEntrusted: ["as=jonas&recovery=kept", "#/"],
  recoveryKept: ["as=jonas&recovery=kept", "#/people"],
  helpSomebody: [
    "as=jonas&recovery=kept",
    "#/people",
    async (page) => {
      await page.getByTestId("help-open").click();
      await page.getByTestId("help-number").fill("4111111111111111");
      await page.getByTestId("help-find").click();
      await page.getByTestId("help-found").waitFor();
    },
  ],
  callForHelp: ["", "", (page) => page.getByTestId("start-help").click()],
  callNumber: ["recovery=call", "", (page) => page.getByTestId("start-help").click()],
  callAnswered: ["recovery=answered", "", (page) => page.getByTestId("start-help").click()],
  callReady: ["recovery=ready", "", (page) => page.getByTestId("start-help").click()],
  callLocked: ["recovery=locked", "", (page) => page.getByTestId("start-help").click()],
  create: ["", "", (page) => page.getByTestId("start-create").click()],
  createNoKeyring: ["keyring=missing", "", (page) => page.getByTestId("start-create").click()],
  restore: [
    "",
    "",
    async (page) => {
      await page.getByTestId("start-restore").click();
      await page.getByTestId("restore-word-1").fill("anchor");
      await page.getByTestId("restore-word-2").fill("brdige");
      await page.getByTestId("restore-word-3").fill("canvas");
      await page.getByTestId("custody-passphrase").click();
    },
  ],
  about: ["as=maria", "#/activity", (page) => page.getByTestId("person-link").first().click()],
  familyHome: ["as=jonas", "#/"],
  words: [
    "",
    "",
    async (page) => {
      await page.getByTestId("start-create").click();
      await page.getByTestId("wallet-name").fill("Eva Lind");
      await page.getByTestId("pin").fill("482915");
      await page.getByTestId("pin-again").fill("482915");
      await page.getByTestId("wallet-create").click();
      await page.getByTestId("words").waitFor();
    },
  ],
};

export const LOOKS = {
  light: { width: 1280, height: 800, query: "theme=light&lang=en" },
  dark: { width: 1280, height: 800, query: "theme=dark&lang=en" },
  small: { width: 900, height: 600, query: "theme=light&lang=de" },
  large: { width: 640, height: 400, scale: 2, query: "theme=light&lang=en" },
  germanDark: { width: 1280, height: 800, query: "theme=dark&lang=de" },
  largeDark: { width: 640, height: 400, scale: 2, query: "theme=dark&lang=de" },
};

/** Pages that are open at the same time. */
const PAGES = 2;

/** By its tab: what follows `?` in the address belongs to the made-up host. */
async function openSettings(page, section) {
  await page.getByTestId(`settings-${section}`).click();
}

async function openSecurity(page) {
  await openSettings(page, "security");
  await page.getByTestId("security").waitFor();
}

/** The picture is there, and not only its frame. */
async function painted(page) {
  await page.getByTestId("stage").waitFor();
  await page.getByTestId("window-preset").waitFor();
  await page.waitForTimeout(300);
}

/** In the whole window, so that no bar lies over the picture in a small one. */
async function measure(page) {
  await painted(page);
  await page.getByTestId("tool-wide").click();
  await page.waitForTimeout(200);
  const stage = await page.getByTestId("stage").boundingBox();
  const at = (x, y) => [stage.x + stage.width * x, stage.y + stage.height * y];
  const drag = async (tool, from, to) => {
    await page.getByTestId(`tool-${tool}`).click();
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 4 });
    await page.mouse.up();
  };
  await drag("distance", at(0.4, 0.45), at(0.62, 0.5));
  await drag("area", at(0.52, 0.5), at(0.56, 0.58));
}

async function addFiles(page) {
  await page.getByTestId("record-add").click();
  await page.getByTestId("add-files").click();
  await page.getByTestId("import-choose").click();
  await page.getByTestId("import-title").first().waitFor();
}

async function openRecovery(page) {
  await openSettings(page, "recovery");
  await page.getByTestId("recovery").waitFor();
}

async function beginGrant(page) {
  await page.getByTestId("grant-open").first().click();
  await page.getByTestId("grant-person-search").fill("Okafor");
}

async function chooseWhat(page) {
  await beginGrant(page);
  await page.getByTestId("grant-person-row").first().click();
  await page.getByTestId("grant-collection-laboratory").check();
}

async function chooseTerms(page) {
  await chooseWhat(page);
  await page.getByTestId("grant-next").click();
  await page.getByTestId("grant-terms").waitFor();
}

async function openGrant(page) {
  await chooseTerms(page);
  await page.getByTestId("grant-next").click();
  await page.getByTestId("grant-preview").waitFor();
}

async function linkDialog(page) {
  await page.getByTestId("link-dialog").waitFor();
}

/** Calls `visit(page, name, look)` on every screen asked for, ready to be looked at: in each look, or `inTurn` in one. */
export async function visitScreens(looks, only, visit, inTurn = false) {
  await build({ mode: "fake", logLevel: "warn" });
  const server = await preview({ mode: "fake", logLevel: "warn", preview: { port: 0, strictPort: false } });
  const base = server.resolvedUrls.local[0];
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  let faults = 0;
  try {
    for (const look of looks) {
      const { width, height, scale = 1, query } = LOOKS[look];
      const context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor: scale,
        reducedMotion: "reduce",
      });
      await context.route(
        (url) => url.pathname === "/",
        async (route) => {
          const response = await route.fetch();
          const body = (await response.text()).replace('<style id="n">', `<style id="n" nonce="${NONCE}">`);
          await route.fulfill({
            response,
            body,
            headers: { ...response.headers(), "content-security-policy": POLICY },
          });
        },
      );
      const isMeant = (name, at) =>
        (only.length === 0 || only.includes(name)) && (!inTurn || looks[at % looks.length] === look);
      const waiting = Object.keys(SCREENS).filter(isMeant);
      const worker = async () => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
          const page = await context.newPage();
          try {
            await open(page, name, look, query);
            await visit(page, name, look);
          } catch (fault) {
            blame(name, look, fault.message);
          }
          await page.close();
        }
      };
      await Promise.all(Array.from({ length: PAGES }, worker));
      await context.close();
    }
  } finally {
    await browser.close();
    await new Promise((done) => server.httpServer.close(done));
  }
  if (faults > 0) throw new Error(`${faults} faults while the screens came up.`);

  function blame(name, look, words) {
    console.error(`${name} (${look}): ${words}`);
    faults += 1;
  }

  async function open(page, name, look, query) {
    const [part, route, act] = SCREENS[name];
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) blame(name, look, message.text());
    });
    page.on("pageerror", (fault) => blame(name, look, fault.message));
    await page.goto(`${base}?${part}&${query}${route}`);
    await page.waitForSelector("h1", { timeout: 20_000 });
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    await act?.(page);
    await page.waitForTimeout(300);
  }
}
