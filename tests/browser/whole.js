// What the admin interface can do and the console did not: how jobs are run and what they found, governance
// that is bypassed, and lists that are narrowed.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { NARROW, WIDE, assert, check, member, routed, go, toast, accessible, uncut, api, unique, main } = require("./browser.js");

const inDialog = (page) => page.locator("dialog[open]").last();
const press = (place, name) => place.getByRole("button", { name, exact: true }).click();
const field = (place, label) => place.getByLabel(label, { exact: true });

/** Looks at what is shown, wide and light and on a phone in the dark. */
async function looked(page, name) {
  await uncut(page, `${name}-wide`);
  await accessible(page, `${name}-wide`);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(NARROW);
  await uncut(page, `${name}-narrow`);
  await accessible(page, `${name}-narrow`);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDE);
}

check("jobs_are_started_with_all_that_they_take", async () => {
  const { page, close } = await member();
  const asked = () => page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/v1/jobs")).then((request) => request.postDataJSON());
  const to = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "cairn-browser-")), "backup");
  await go(page, "/jobs?start=1");
  await inDialog(page).getByRole("radio", { name: /^Backup/ }).check();
  await field(inDialog(page), "Folder").fill(to);
  await field(inDialog(page), "Read of the copy once it is made").selectOption("heads");
  await inDialog(page).getByText("other damage of the copy is not noticed").waitFor();
  await field(inDialog(page), "At most, in MiB per second").fill("fast");
  await inDialog(page).getByText("A whole number").waitFor();
  assert.ok(await inDialog(page).getByRole("button", { name: "Start a job" }).isDisabled());
  await field(inDialog(page), "At most, in MiB per second").fill("200");
  await looked(page, "start-backup");
  const backup = asked();
  await press(inDialog(page), "Start a job");
  assert.deepEqual(await backup, { kind: "backup", rate_mib: 200, to, verify: "heads" });
  await page.locator("article:has-text('Backup') .badge.good:text-is('done')").waitFor();
  await go(page, "/jobs?start=1");
  await inDialog(page).getByRole("radio", { name: /^Check/ }).check();
  await field(inDialog(page), "At most, in MiB per second").fill("0");
  const checking = asked();
  await press(inDialog(page), "Start a job");
  assert.deepEqual(await checking, { kind: "check", rate_mib: 0, read_data: false });
  await page.locator("article:has-text('Check') .badge.good:text-is('done')").waitFor();
  fs.rmSync(path.dirname(to), { recursive: true });
  await close();
});

check("a_report_shows_all_that_was_found_and_how_much_more_there_is", async () => {
  const { page, close } = await routed();
  const damaged = Array.from({ length: 100 }, (_, at) => ({ damage: `chunk ${at} of segment 7: its checksum is another`, affected: [`photos/${"a-long-name-".repeat(9)}${at}.jpg`] }));
  const report = { bytes: 5_000_000, records: 812, damaged_unneeded: 2, damaged_total: 160, damaged, next: null };
  const time = new Date().toISOString();
  const job = { id: "7", kind: "scrub", state: "done", is_cancelling: false, bucket: null, to: null, started: time, ended: time, by: "arn:aws:iam::1:root", progress: { doing: "scrub", done: 1, total: 1, unit: "bytes" }, rate: null, seconds_left: null, report, error: null, problems: 160 };
  await page.route(/\/api\/v1\/jobs\?/, (route) => route.fulfill({ json: { items: [job], next: null } }));
  await go(page, "/jobs");
  const found = page.getByRole("region", { name: "Scrub: What is damaged" });
  await found.waitFor();
  assert.equal(await found.locator("li").count(), 100);
  await found.getByText("photos/", { exact: false }).last().scrollIntoViewIfNeeded();
  await page.getByText("And 60 more, which the report does not list.").waitFor();
  await page.getByText("Damaged, and needed by nothing").waitFor();
  assert.equal(await page.getByText("damaged_total").count(), 0);
  await looked(page, "report");
  await close();
});

/** A bucket with one version that governance keeps. */
async function governed() {
  const { call, put } = await api();
  const bucket = unique("governed");
  await call("POST", "buckets", { name: bucket, object_lock: true });
  await put(bucket, "kept.txt", "kept", { "content-type": "text/plain" });
  const until = new Date(Date.now() + 86_400_000).toISOString();
  await call("PUT", `buckets/${bucket}/object/retention?key=kept.txt`, { mode: "GOVERNANCE", until });
  const left = async () => (await call("GET", `buckets/${bucket}`)).usage.versions;
  return { call, put, bucket, left };
}

const BYPASS = "Also what is locked in governance mode";

check("governance_is_bypassed_by_who_may_and_says_so_each_time", async () => {
  const { bucket, left } = await governed();
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}&tab=versions`);
  await page.getByLabel("Select kept.txt").check();
  await press(page, "Delete");
  // As ever: what is locked stays.
  await press(inDialog(page), "Delete");
  await toast(page, "1 could not be deleted");
  await page.getByLabel("Select kept.txt").check();
  await press(page, "Delete");
  await inDialog(page).getByLabel(BYPASS).check();
  const yes = inDialog(page).getByRole("button", { name: "Delete", exact: true });
  assert.ok(await yes.isDisabled());
  await looked(page, "bypass-delete");
  await inDialog(page).getByLabel(`Type “${bucket}” to confirm`).fill(bucket);
  await yes.click();
  await toast(page, "1 object deleted");
  assert.equal(await left(), 0);
  await close();
});

check("a_version_and_a_whole_bucket_go_over_governance", async () => {
  const one = await governed();
  // Nothing is left of the object that is looked at.
  const { page, close } = await member({ expected: [[404, /\/object$/]] });
  await go(page, `/bucket?name=${one.bucket}&key=kept.txt&view=versions`);
  await inDialog(page).getByRole("button", { name: "Delete this version" }).click();
  await inDialog(page).getByLabel(BYPASS).check();
  await inDialog(page).getByLabel(/^Type “/).fill(one.bucket);
  await press(inDialog(page), "Delete");
  await toast(page, "Version deleted");
  assert.equal(await one.left(), 0);
  const all = await governed();
  await go(page, `/bucket?name=${all.bucket}&tab=settings&section=empty`);
  await press(page, "Empty bucket");
  await inDialog(page).getByLabel(/^Type “/).fill(all.bucket);
  await press(inDialog(page), "Empty bucket");
  await page.getByRole("region", { name: "Emptying a bucket: What stays, and why" }).getByText("kept.txt: AccessDenied").waitFor();
  assert.equal(await all.left(), 1);
  await press(page, "Empty bucket");
  await inDialog(page).getByLabel(BYPASS).check();
  await looked(page, "bypass-empty");
  await inDialog(page).getByLabel(/^Type “/).fill(all.bucket);
  await press(inDialog(page), "Empty bucket");
  await toast(page, `${all.bucket} is empty`);
  assert.equal(await all.left(), 0);
  await close();
});

check("bypassing_governance_is_not_offered_to_who_may_not", async () => {
  const { call, bucket } = await governed();
  const [name, password] = [unique("careful"), "correct horse battery"];
  await call("POST", "users", { name, password });
  const Statement = [
    { Effect: "Allow", Action: "s3:*", Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] },
    { Effect: "Deny", Action: "s3:BypassGovernanceRetention", Resource: "*" },
  ];
  await call("PUT", `users/${name}/policies/all`, { Version: "2012-10-17", Statement });
  const { page, close } = await member({ name, password, expected: [[403, /\/api\/v1\//]] });
  await go(page, `/bucket?name=${bucket}&tab=versions`);
  await page.getByLabel("Select kept.txt").check();
  await press(page, "Delete");
  await inDialog(page).getByRole("button", { name: "Delete", exact: true }).waitFor();
  assert.equal(await inDialog(page).getByLabel(BYPASS).count(), 0);
  await press(inDialog(page), "Cancel");
  await go(page, `/bucket?name=${bucket}&key=kept.txt&view=lock`);
  await inDialog(page).getByLabel("How", { exact: true }).selectOption("");
  await inDialog(page).getByText("it takes a permission that you do not have").waitFor();
  assert.equal(await inDialog(page).getByLabel("Bypass governance").count(), 0);
  await looked(page, "bypass-lock");
  await page.keyboard.press("Escape");
  await go(page, `/bucket?name=${bucket}&tab=settings&section=empty`);
  await press(page, "Empty bucket");
  await inDialog(page).getByLabel(/^Type “/).waitFor();
  assert.equal(await inDialog(page).getByLabel(BYPASS).count(), 0);
  await close();
});

check("the_audit_log_leads_from_an_entry_to_all_of_its_credential", async () => {
  const { call } = await api();
  const [one, other] = [unique("mine"), unique("theirs")];
  await call("POST", "buckets", { name: one });
  await (await api()).call("POST", "buckets", { name: other });
  const { page, close } = await member();
  await go(page, `/audit?target=${one}`);
  await page.locator(".when").first().click();
  await press(page, "Only this credential");
  await field(page, "Target").fill("");
  await page.waitForFunction(() => new URLSearchParams(location.search).get("credential")?.startsWith("session/") && !location.search.includes("target"));
  const cell = (text) => page.locator("tbody tr.entry", { hasText: text });
  await cell(one).waitFor();
  assert.equal(await cell(other).count(), 0);
  await looked(page, "audit-credential");
  await page.reload();
  await cell(one).waitFor();
  assert.match(await field(page, "Credential").inputValue(), /^session\//);
  assert.equal(await cell(other).count(), 0);
  await close();
});

check("the_audit_log_is_asked_for_a_request_and_an_address", async () => {
  const { call } = await api();
  const name = unique("asked");
  await call("POST", "buckets", { name });
  await call("PUT", `buckets/${name}/quota`, { bytes: 1000, objects: null });
  const { page, close } = await member();
  const rows = (count) => page.waitForFunction((count) => document.querySelectorAll("tbody tr.entry").length === count, count);
  await go(page, `/audit?target=${name}`);
  await rows(2);
  await page.locator(".when").first().click();
  await press(page, "Only this address");
  await page.waitForFunction(() => location.search.includes("address="));
  await rows(2);
  assert.equal(await field(page, "From").inputValue(), "127.0.0.1");
  await field(page, "From").fill("10.");
  await page.getByText("No such entry").waitFor();
  await field(page, "From").fill("");
  await rows(2);
  await page.locator(".when").first().click();
  await press(page, "Only this request");
  await field(page, "Target").fill("");
  await rows(1);
  await looked(page, "audit-request");
  await close();
});

check("what_was_given_up_is_thrown_away_by_who_says_which", async () => {
  const { page, close } = await routed();
  const letter = { webhook: "orders", id: "1", event: "ObjectCreated:Put", bucket: "photos", key: "a.jpg", at: new Date().toISOString(), attempts: 12, last_error: "connection refused" };
  const hook = { name: "orders", is_configured: false, waiting: 0, waiting_since: null, given_up: 7, trouble: null };
  const asked = [];
  await page.route(/\/api\/v1\/events/, (route) => {
    if (route.request().method() === "GET") return route.fulfill({ json: { items: asked.length ? [] : [letter], next: null, webhooks: asked.length ? [] : [hook] } });
    asked.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
    return route.fulfill({ json: { deleted: 7 } });
  });
  await go(page, "/events");
  await looked(page, "events-given-up");
  await press(page, "Throw away");
  const yes = inDialog(page).getByRole("button", { name: "Throw away", exact: true });
  assert.ok(await yes.isDisabled());
  await looked(page, "events-throw-away");
  await inDialog(page).getByLabel("Type “orders” to confirm").fill("orders");
  await yes.click();
  await toast(page, "7 events for orders thrown away");
  assert.deepEqual(asked, ["DELETE /api/v1/events/orders"]);
  await page.getByText("No webhooks").waitFor();
  await close();
});

check("an_administrator_sees_where_a_user_is_logged_in_and_ends_it", async () => {
  const { call } = await api();
  const [name, password] = [unique("roaming"), "correct horse battery"];
  await call("POST", "users", { name, password });
  const own = await api(name, password);
  const { page, close } = await member();
  await go(page, `/user?name=${name}`);
  const part = page.locator("section[aria-labelledby=logins]");
  await part.getByText("127.0.0.1").waitFor();
  await part.scrollIntoViewIfNeeded();
  await looked(page, "user-logins");
  await part.getByRole("button", { name: /^End: / }).click();
  await inDialog(page).getByText("has to log in again").waitFor();
  await press(inDialog(page), "End session");
  await toast(page, "Session ended");
  await part.getByText("Nowhere at the moment.").waitFor();
  await assert.rejects(own.call("GET", "profile"), /401/);
  await close();
});

check("uploads_and_policies_are_narrowed", async () => {
  const { call } = await api();
  const [bucket, own] = [unique("half"), unique("own")];
  await call("POST", "buckets", { name: bucket });
  for (const key of ["in/a.bin", "in/b.bin", "out/c.bin"]) await call("POST", `s3/${bucket}/${key}?uploads`);
  await call("POST", "policies", { name: own, document: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:ListBucket", Resource: "*" }] } });
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}&tab=uploads`);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
  await field(page, "Keys that begin with …").fill("in/");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  await looked(page, "uploads-narrowed");
  await field(page, "Keys that begin with …").fill("b");
  await page.getByText("No unfinished upload has a key that begins with b.").waitFor();
  await go(page, "/policies");
  await field(page, "Kind").selectOption("own");
  await page.locator("a.name", { hasText: own }).waitFor();
  assert.equal(await page.locator("tbody tr .badge:not(.good)").count(), 0);
  await looked(page, "policies-own");
  await field(page, "Kind").selectOption("ready_made");
  await page.locator("a.name", { hasText: "AmazonS3FullAccess" }).waitFor();
  assert.equal(await page.locator("a.name", { hasText: own }).count(), 0);
  await close();
});

check("a_link_says_that_it_is_a_file", async () => {
  const { call, put } = await api();
  const bucket = unique("files");
  await call("POST", "buckets", { name: bucket });
  await put(bucket, "in/Müll 1.txt", "text", { "content-type": "text/plain" });
  const { page, close } = await member();
  await go(page, `/bucket?name=${bucket}&key=${encodeURIComponent("in/Müll 1.txt")}&view=link`);
  await inDialog(page).getByLabel("Save it as a file").check();
  await looked(page, "link-to-file");
  await press(inDialog(page), "Make link");
  const url = await inDialog(page).getByLabel("Link", { exact: true }).inputValue();
  const answer = await fetch(url);
  assert.equal(answer.headers.get("content-disposition"), "attachment; filename*=UTF-8''M%C3%BCll%201.txt");
  await close();
});

void main();
