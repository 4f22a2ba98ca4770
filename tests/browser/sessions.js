// Who is logged in: in two tabs of a browser, after a logout that did not arrive, and with uploads under
// way. Run as browser.js is.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { CONSOLE, USER, PASSWORD, assert, check, member, routed, go, settled, toast, api, unique, main } = require("./browser.js");

const MIB = 1 << 20;
const dialog = (page) => page.locator("dialog[open]").last();
const SECRET = "correct horse battery";

async function newUser() {
  const { call } = await api();
  const name = unique("low");
  await call("POST", "users", { name, password: SECRET });
  return { name, call };
}

async function logOut(page) {
  await page.locator(".who").click();
  await dialog(page).getByRole("button", { name: "Log out", exact: true }).click();
}

async function logInHere(page, name, password) {
  await page.fill("input[autocomplete=username]", name);
  await page.fill("input[autocomplete=current-password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav ul");
}

check("a_tab_becomes_that_of_whoever_has_logged_in_in_another_one", async () => {
  const { name } = await newUser();
  const { page, context, close } = await member({ name, password: SECRET, expected: [[401, /./], [403, /./]] });
  const two = await context.newPage();
  await two.goto(CONSOLE);
  await two.waitForSelector("nav ul");
  await logOut(two);
  await two.waitForSelector("input[autocomplete=username]");
  await logInHere(two, USER, PASSWORD);

  // The first tab says whose session it is now, with the first answer that it gets.
  await page.bringToFront();
  await go(page, "/buckets");
  await page.locator(".who", { hasText: USER }).waitFor();
  assert.equal(await page.locator(".who", { hasText: name }).count(), 0);
  await go(page, "/users");
  await page.getByRole("link", { name, exact: true }).waitFor();
  await close();
});

check("a_logout_that_does_not_arrive_is_none", async () => {
  const { page, close } = await routed({ expected: [[503, /session$/]] });
  await page.route(/\/api\/v1\/session$/, (route) => (route.request().method() === "DELETE" ? route.fulfill({ status: 503, body: "{}" }) : route.fallback()));
  await logOut(page);
  await toast(page, "Still logged in.");
  assert.equal(await page.locator("input[autocomplete=username]").count(), 0);
  await page.unroute(/\/api\/v1\/session$/);
  await logOut(page);
  await page.waitForSelector("input[autocomplete=username]");
  await page.reload();
  await page.waitForSelector("input[autocomplete=username]");
  assert.equal(await page.locator("nav ul").count(), 0);
  await close();
});

check("uploads_questions_and_messages_stay_with_whoever_they_are_of", async () => {
  const { name, call } = await newUser();
  const bucket = unique("plans");
  await call("POST", "buckets", { name: bucket, versioning: true });
  const { page, close } = await member({ expected: [[403, /./]] });
  const line = await page.context().newCDPSession(page);
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2 * MIB });
  await go(page, `/bucket?name=${bucket}`);
  await page.locator("input[type=file][multiple]").setInputFiles([{ name: "old.txt", mimeType: "text/plain", buffer: Buffer.from("x") }]);
  await page.waitForSelector('.open:text-is("old.txt")');
  await page.getByRole("grid").focus();
  await page.keyboard.press("Delete");
  await toast(page, "1 object deleted");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cairn-plans-"));
  fs.writeFileSync(path.join(folder, "plan.bin"), Buffer.alloc(40 * MIB, 7));
  await page.locator("input[type=file][multiple]").setInputFiles(path.join(folder, "plan.bin"));
  await page.waitForFunction(() => (localStorage.getItem("cairn.uploads") ?? "").includes("plan.bin"));

  // Logging out says what it stops.
  await logOut(page);
  await dialog(page).getByText("1 upload stops.").waitFor();
  await dialog(page).getByRole("button", { name: "Log out", exact: true }).click();
  await page.waitForSelector("input[autocomplete=username]");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await page.locator(".toast").count(), 0);
  await logInHere(page, name, SECRET);
  await settled(page);
  assert.equal(await page.locator(".panel").count(), 0);
  assert.ok(!(await page.textContent("body")).includes("plan.bin"));
  await page.reload();
  await settled(page);
  assert.equal(await page.locator(".panel").count(), 0);

  // Whoever began it finds it again.
  await logOut(page);
  await page.waitForSelector("input[autocomplete=username]");
  await logInHere(page, USER, PASSWORD);
  await page.locator(".panel", { hasText: "plan.bin" }).waitFor();
  await close();
  fs.rmSync(folder, { recursive: true });
});

void main();
