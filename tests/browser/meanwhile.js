// What happens while something else is under way: rows come and go, answers are late, somebody types on or
// goes elsewhere. Nothing is lost by it, shown twice, or said wrongly. Run as browser.js is.
"use strict";

const { assert, check, member, routed, go, settled, toast, keepBack, api, unique, main } = require("./browser.js");

const dialog = (page) => page.locator("dialog[open]").last();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
/** The button of the document of a policy: its limits have one, too. */
const save = (page, name = "Save") => page.locator("section", { has: page.locator("textarea.code") }).getByRole("button", { name, exact: true }).click();
const section = (page, kind) => page.locator("section.set", { has: page.locator(`#set-${kind}`) });
const statement = (action) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "arn:aws:s3:::photos/*" }] });

async function newBucket(more = {}) {
  const { call, put } = await api();
  const name = unique("meanwhile");
  await call("POST", "buckets", { name, ...more });
  return { name, call, put };
}

check("what_could_not_be_deleted_stays_in_the_list", async () => {
  const { name, call, put } = await newBucket({ versioning: true, object_lock: true });
  for (const key of ["a.txt", "locked.txt"]) await put(name, key, key);
  await call("PUT", `buckets/${name}/object/legal-hold?key=locked.txt`, { on: true });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&tab=versions`);
  // A search is not looked at again by itself.
  await page.getByLabel("How to search").selectOption("contains");
  await page.getByRole("searchbox").fill("txt");
  await page.locator("[role=grid] [role=row]", { hasText: "locked.txt" }).waitFor();
  await page.getByLabel("Select all that are loaded").check();
  await press(page, "Delete");
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await toast(page, "1 could not be deleted, the first of them locked.txt");
  await page.locator("[role=grid] [role=row]", { hasText: "a.txt" }).waitFor({ state: "detached" });
  assert.equal(await page.locator("[role=grid] .view [role=row]").count(), 1);
  await page.locator("[role=grid] [role=row]", { hasText: "locked.txt" }).waitFor();
  await close();
});

check("older_entries_of_another_filter_do_not_come_under_this_one", async () => {
  const { call } = await api();
  const who = unique("seldom");
  for (let at = 0; at < 65; at += 1) {
    await call("POST", "groups", { name: `${who}-${at}` });
    await call("DELETE", `groups/${who}-${at}`);
  }
  const { page, close } = await routed();
  await go(page, "/audit");
  // Never answered: it is not waited for any more once something else is asked for.
  await page.route(/\/api\/v1\/audit\?.*cursor=/, () => undefined);
  const dropped = page.waitForEvent("requestfailed", (request) => /cursor=/.test(request.url()));
  await press(page, "Show older");
  await page.getByLabel("Target").fill(`${who}-7`);
  await dropped;
  await page.waitForFunction(() => document.querySelectorAll("tr.entry").length < 10);
  await close();

  // Whatever an address says, the page is there.
  const here = await routed();
  await go(here.page, "/audit?from=x&to=y");
  await here.page.locator("tr.entry").first().waitFor();
  await here.close();
});

check("a_term_that_is_being_typed_is_not_made_up", async () => {
  const { name, call } = await newBucket({ versioning: true, object_lock: true });
  await call("PUT", `buckets/${name}/config/object-lock`, { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 30 } } });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&tab=settings`);
  const card = section(page, "object-lock");
  await card.getByRole("button", { name: "Edit", exact: true }).click();
  const field = card.getByLabel("For", { exact: true });
  await field.fill("");
  assert.equal(await field.inputValue(), "");
  assert.ok(await card.getByRole("button", { name: "Save", exact: true }).isDisabled());
  await field.pressSequentially("45");
  assert.equal(await field.inputValue(), "45");
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await toast(page, "Saved");
  assert.deepEqual((await call("GET", `buckets/${name}/config/object-lock`)).Rule.DefaultRetention, { Mode: "COMPLIANCE", Days: 45 });
  await close();
});

check("a_bucket_that_is_emptied_to_be_deleted_is_deleted_wherever_one_looks", async () => {
  const { name, call, put } = await newBucket();
  for (const key of ["a.txt", "b.txt"]) await put(name, key, key);
  const { page, close } = await routed();
  await go(page, `/bucket?name=${name}&tab=settings`);
  await press(page, "Empty and delete");
  await dialog(page).getByRole("textbox").fill(name);
  const late = await keepBack(page, /\/api\/v1\/jobs\//);
  await dialog(page).getByRole("button", { name: "Empty and delete" }).click();
  await page.locator("article", { hasText: name }).first().waitFor();
  await go(page, "/policies");
  await late.release();
  await toast(page, `Bucket ${name} deleted`);
  assert.equal(await page.evaluate(() => location.pathname), "/policies");
  await assert.rejects(call("GET", `buckets/${name}`), /404/);
  await close();
});

check("what_is_typed_while_something_is_saved_stays", async () => {
  const { name, call } = await newBucket();
  const policy = unique("typed");
  await call("POST", "policies", { name: policy, document: statement("s3:GetObject") });
  await call("PUT", `buckets/${name}/config/tagging`, { TagSet: [{ Key: "k", Value: "one" }] });
  const { page, close } = await routed();
  await go(page, `/policy?name=${policy}`);
  const text = page.locator("textarea.code");
  const written = async (action) => {
    await text.fill(JSON.stringify(statement(action), null, 2));
  };
  await written("s3:PutObject");
  let late = await keepBack(page, /\/api\/v1\/policies\/[^/]+$/);
  await save(page);
  await written("s3:DeleteObject");
  await late.release();
  await toast(page, `${policy} saved`);
  assert.match(await text.inputValue(), /DeleteObject/);
  assert.match(JSON.stringify((await call("GET", `policies/${policy}`)).document), /PutObject/);
  await save(page);
  await page.waitForFunction(() => ![...document.querySelectorAll("main button")].some((each) => each.textContent === "Cancel"));
  assert.match(JSON.stringify((await call("GET", `policies/${policy}`)).document), /DeleteObject/);

  await go(page, `/bucket?name=${name}&tab=settings`);
  const card = section(page, "tagging");
  await card.getByRole("button", { name: "Edit", exact: true }).click();
  await card.getByLabel("Value", { exact: true }).fill("two");
  late = await keepBack(page, /config\/tagging$/);
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await card.getByLabel("Value", { exact: true }).fill("three");
  await late.release();
  await toast(page, "Saved");
  assert.equal(await card.getByLabel("Value", { exact: true }).inputValue(), "three");
  assert.equal((await call("GET", `buckets/${name}/config/tagging`)).TagSet[0].Value, "two");
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await card.getByRole("button", { name: "Edit", exact: true }).waitFor();
  assert.equal((await call("GET", `buckets/${name}/config/tagging`)).TagSet[0].Value, "three");
  await close();
});

check("a_document_that_comes_late_does_not_replace_what_is_typed", async () => {
  const { call } = await api();
  const user = unique("late");
  await call("POST", "users", { name: user });
  await call("PUT", `users/${user}/policies/own`, statement("s3:GetObject"));
  const { page, close } = await routed();
  await go(page, `/user?name=${user}`);
  const late = await keepBack(page, /\/policies\/own$/);
  await press(page, "own");
  const text = dialog(page).locator("textarea.code");
  await text.fill(JSON.stringify(statement("s3:PutObject"), null, 2));
  await late.release();
  assert.match(await text.inputValue(), /PutObject/);
  await dialog(page).getByRole("button", { name: "Save", exact: true }).click();
  await toast(page, "own saved");
  assert.match(JSON.stringify(await call("GET", `users/${user}/policies/own`)), /PutObject/);
  await close();
});

check("a_document_deleted_meanwhile_is_told_in_both_languages", async () => {
  const { call } = await api();
  for (const [locale, said, name] of [["en-GB", "Somebody has changed or deleted it meanwhile", "Save"], ["de-DE", "Jemand hat es inzwischen geändert oder gelöscht", "Speichern"]]) {
    const policy = unique("gone");
    await call("POST", "policies", { name: policy, document: statement("s3:GetObject") });
    const { page, close } = await member({ locale, expected: [[404, /policies/]] });
    await go(page, `/policy?name=${policy}`);
    await page.locator("textarea.code").fill(JSON.stringify(statement("s3:PutObject"), null, 2));
    await call("DELETE", `policies/${policy}`);
    await save(page, name);
    await page.getByText(said).waitFor();
    await close();
  }
});

check("a_name_beyond_what_a_list_loads_is_found_and_that_there_are_more_is_said", async () => {
  const { page, close } = await routed();
  const user = (name) => ({ name, id: name, arn: `arn:aws:iam::0:user/${name}`, path: "/", created: "2026-01-01T00:00:00Z", suspended: null, groups: [], keys: 0, last_login: null, last_key_use: null });
  await page.route(/\/api\/v1\/users\?/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const at = Number(query.get("cursor") ?? 0);
    if (query.get("search")) return route.fulfill({ json: { items: [user("zoe")].filter(({ name }) => name.includes(query.get("search"))), next: null } });
    return route.fulfill({ json: { items: Array.from({ length: 1000 }, (_, one) => user(`many-${at * 1000 + one}`)), next: String(at + 1) } });
  });
  await go(page, "/users");
  await page.getByText("There are more than the first 20,000").waitFor();
  await page.getByLabel("Filter by name").fill("zoe");
  await page.getByRole("link", { name: "zoe", exact: true }).waitFor();
  await page.keyboard.press("Control+k");
  await dialog(page).getByRole("combobox").fill("zoe");
  await dialog(page).getByRole("option", { name: /zoe/ }).waitFor();
  await close();
});

check("a_file_that_has_failed_sends_no_further_part", async () => {
  const fs = require("node:fs");
  const folder = fs.mkdtempSync(require("node:path").join(require("node:os").tmpdir(), "cairn-parts-"));
  const file = `${folder}/large.bin`;
  fs.writeFileSync(file, Buffer.alloc(160 << 20, 7));
  const { name } = await newBucket({ versioning: true });
  const { page, close } = await routed({ expected: [[400, /large\.bin/]] });
  await go(page, `/bucket?name=${name}`);
  let parts = 0;
  await page.route(/large\.bin\?partNumber=/, async (route) => {
    parts += 1;
    if (parts === 2) await route.fulfill({ status: 400, body: "<Error><Code>InvalidRequest</Code><Message>no</Message></Error>" });
    else await route.fallback();
  });
  await page.locator("input[type=file][multiple]").setInputFiles(file);
  await page.locator(".panel .badge.bad").waitFor();
  const then = parts;
  // Long enough for several more.
  await page.waitForTimeout(2000);
  assert.equal(parts, then);
  await close();
  fs.rmSync(folder, { recursive: true });
});

void main();
