// The settings of a bucket: what a form shows it keeps, and what it cannot show it leaves alone.
"use strict";

const { NARROW, assert, check, member, go, settled, toast, accessible, api, unique, main } = require("./browser.js");

const section = (page, kind) => page.locator("section.set", { has: page.locator(`#set-${kind}`) });
const button = (place, name) => place.getByRole("button", { name, exact: true });

async function bucketWith(kind, document, options = {}) {
  const { call } = await api();
  const name = unique("settings");
  await call("POST", "buckets", { name, ...options });
  if (document) await call("PUT", `buckets/${name}/config/${kind}`, document);
  return { name, call, get: () => call("GET", `buckets/${name}/config/${kind}`) };
}

const rule = (ID, more) => ({ ID, Status: "Enabled", Filter: {}, ...more });
const DAYS = { Expiration: { Days: 2 } };

/** Of each thing that a rule can say one at least. */
const DOCUMENTS = {
  filters: [
    rule("all", DAYS),
    rule("empty-prefix", { Filter: { Prefix: "" }, ...DAYS }),
    rule("prefix", { Status: "Disabled", Filter: { Prefix: "logs/" }, ...DAYS }),
    rule("tag", { Filter: { Tag: { Key: "k", Value: "" } }, ...DAYS }),
    rule("larger", { Filter: { ObjectSizeGreaterThan: 0 }, ...DAYS }),
    rule("smaller", { Filter: { ObjectSizeLessThan: 5_000_000_000_000 }, ...DAYS }),
    rule("tags", { Filter: { And: { Tags: [{ Key: "k", Value: "v" }, { Key: "l", Value: "" }] } }, ...DAYS }),
    rule("and", { Filter: { And: { Prefix: "p", Tags: [{ Key: "k", Value: "v" }], ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 9 } }, ...DAYS }),
  ],
  actions: [
    rule("date", { Expiration: { Date: "2030-01-01T00:00:00.000Z" }, Transitions: [{ Date: "2029-01-01T00:00:00.000Z", StorageClass: "GLACIER_IR" }] }),
    rule("markers", { Expiration: { ExpiredObjectDeleteMarker: true } }),
    rule("kept", { Expiration: { ExpiredObjectDeleteMarker: false } }),
    rule("moves", { Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }, { Days: 60, StorageClass: "GLACIER" }], Expiration: { Days: 61 } }),
    rule("old", {
      NoncurrentVersionTransitions: [{ NoncurrentDays: 3, NewerNoncurrentVersions: 2, StorageClass: "DEEP_ARCHIVE" }, { NoncurrentDays: 0, StorageClass: "INTELLIGENT_TIERING" }],
      NoncurrentVersionExpiration: { NoncurrentDays: 4, NewerNoncurrentVersions: 2 },
    }),
    rule("uploads", { Filter: { Prefix: "in/" }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
  ],
  older: [
    { ID: "one", Status: "Enabled", Prefix: "a/", Expiration: { Days: 3 } },
    { ID: "two", Status: "Enabled", Prefix: "b/", Expiration: { Days: 3 }, NoncurrentVersionExpiration: { NoncurrentDays: 9 } },
  ],
};

check("lifecycle_rules_are_saved_by_the_form_as_they_were", async () => {
  const { page, close } = await member();
  for (const [of, Rules] of Object.entries(DOCUMENTS)) {
    const { name, get, call } = await bucketWith("lifecycle", { Rules });
    const before = await get();
    await go(page, `/bucket?name=${name}&tab=settings`);
    const card = section(page, "lifecycle");
    await button(card, "Edit").click();
    assert.equal(await card.locator("fieldset.rule").count(), Rules.length);
    assert.equal(await card.locator(".notice").count(), 0, of);
    // A change that is taken back, so that it is the form that writes the document.
    await card.getByLabel("Name of the rule").first().fill("another");
    await card.getByLabel("Name of the rule").first().fill(Rules[0].ID);
    const answered = page.waitForResponse((answer) => answer.request().method() === "PUT" && /config\/lifecycle$/.test(answer.url()));
    await button(card, "Save").click();
    const saved = await answered;
    assert.ok(saved.ok(), `${saved.status()}`);
    const { Rules: sent } = saved.request().postDataJSON();
    await button(card, "Edit").waitFor();
    assert.deepEqual(sent, before.Rules, of);
    assert.deepEqual(await get(), before, of);
    await call("DELETE", `buckets/${name}/config/lifecycle`);
  }
  await close();
});

check("a_lifecycle_rule_is_made_with_everything_it_can_say", async () => {
  const { name, get } = await bucketWith("lifecycle", undefined, { versioning: true });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&tab=settings`);
  const card = section(page, "lifecycle");
  await button(card, "Set up").click();
  await card.getByLabel("Name of the rule").fill("tidy");
  await card.getByLabel("Keys that begin with").fill("tmp/");
  await card.getByLabel("Larger than (bytes)").fill("1048576");
  await card.getByText("That is 1 MiB").waitFor();
  await button(card, "Tag").click();
  await button(card, "Save").isDisabled().then((is) => assert.ok(is, "a tag without a name cannot be saved"));
  await card.getByText("A tag has a name").waitFor();
  await card.getByLabel("Name", { exact: true }).fill("class");
  await card.getByLabel("Value", { exact: true }).fill("scratch");
  await card.getByLabel("Delete", { exact: true }).selectOption("date");
  await card.getByText("Choose a date").waitFor();
  await card.getByLabel("Date", { exact: true }).fill("2031-05-01");
  await button(card, "Change storage class").click();
  await card.getByLabel("Storage class").selectOption("DEEP_ARCHIVE");
  await card.getByLabel("Date", { exact: true }).nth(1).fill("2031-04-01");
  await card.getByLabel("Delete after days").fill("14");
  await card.getByLabel("Keep the newest").fill("3");
  await button(card, "Change storage class of older versions").click();
  await card.getByLabel("Days", { exact: true }).fill("14");
  await card.getByText("What is deleted must change its class before").waitFor();
  await card.getByLabel("Days", { exact: true }).fill("7");
  // Uploads have no tags: that would be refused.
  await card.getByLabel("Drop after days").fill("5");
  await card.getByText("make a rule of its own for them").waitFor();
  await accessible(page, "lifecycle-edit-wide");
  await card.getByLabel("Drop after days").fill("");
  await button(card, "Save").click();
  await toast(page, "Saved");
  assert.deepEqual((await get()).Rules, [{
    ID: "tidy",
    Status: "Enabled",
    Filter: { And: { Prefix: "tmp/", Tags: [{ Key: "class", Value: "scratch" }], ObjectSizeGreaterThan: 1048576 } },
    Expiration: { Date: "2031-05-01T00:00:00.000Z" },
    Transitions: [{ Date: "2031-04-01T00:00:00.000Z", StorageClass: "DEEP_ARCHIVE" }],
    NoncurrentVersionExpiration: { NoncurrentDays: 14, NewerNoncurrentVersions: 3 },
    NoncurrentVersionTransitions: [{ NoncurrentDays: 7, StorageClass: "GLACIER" }],
  }]);
  await accessible(page, "lifecycle-read-wide");
  await close();
  const narrow = await member({ size: NARROW, locale: "de-DE", scheme: "dark" });
  await go(narrow.page, `/bucket?name=${name}&tab=settings&section=lifecycle`);
  await settled(narrow.page);
  await button(section(narrow.page, "lifecycle"), "Bearbeiten").click();
  await section(narrow.page, "lifecycle").locator("h2").scrollIntoViewIfNeeded();
  await accessible(narrow.page, "lifecycle-edit-narrow");
  await section(narrow.page, "lifecycle").getByLabel("Die neuesten behalten").last().scrollIntoViewIfNeeded();
  await accessible(narrow.page, "lifecycle-moves-narrow");
  await narrow.close();
});

check("a_rule_that_the_form_cannot_show_is_left_as_it_is", async () => {
  const { name, get } = await bucketWith("lifecycle", { Rules: [rule("shown", DAYS)] });
  const { page, close } = await member({ expected: [[400, /config\/lifecycle$/]] });
  await go(page, `/bucket?name=${name}&tab=settings`);
  const card = section(page, "lifecycle");
  await button(card, "Edit").click();
  await button(card, "JSON").click();
  const odd = rule("odd", { Expiration: { Date: "2030-01-01T10:00:00Z" } });
  await card.locator("textarea").fill(JSON.stringify({ Rules: [rule("shown", DAYS), odd] }));
  await button(card, "Form").click();
  await card.getByText("leaves it as it is: Expiration.Date").waitFor();
  await card.getByLabel("Days", { exact: true }).fill("5");
  await accessible(page, "lifecycle-unshown");
  const sent = page.waitForRequest((request) => request.method() === "PUT");
  await button(card, "Save").click();
  assert.deepEqual((await sent).postDataJSON().Rules, [rule("shown", { Expiration: { Days: 5 } }), odd]);
  // It is the server that knows what it takes: what was typed stays to be mended.
  await card.getByText("must be at midnight").waitFor();
  await button(card, "Remove rule 2").click();
  await button(card, "Save").click();
  await toast(page, "Saved");
  assert.deepEqual((await get()).Rules, [rule("shown", { Expiration: { Days: 5 } })]);
  await close();
});

check("what_was_typed_stays_until_it_is_saved_or_given_up", async () => {
  const { name, call, get } = await bucketWith("lifecycle", { Rules: [rule("one", DAYS)] });
  const { page, close } = await member();
  const left = [];
  page.on("dialog", (dialog) => left.push(dialog.type()));
  await go(page, `/bucket?name=${name}&tab=settings`);
  await button(section(page, "lifecycle"), "Edit").click();
  await go(page, `/bucket?name=${name}`);
  await go(page, `/bucket?name=${name}&tab=settings`);
  await button(section(page, "lifecycle"), "Edit").click();
  await section(page, "lifecycle").getByLabel("Days", { exact: true }).fill("77");
  await button(section(page, "cors"), "Set up").click();
  await button(section(page, "cors"), "JSON").click();
  await section(page, "cors").locator("textarea").fill('{ "CORSRules": [ half');
  await section(page, "quota").getByRole("textbox").first().fill("12");
  // Another tab, another page, and back in the history.
  await page.getByRole("link", { name: "Objects", exact: true }).click();
  await toast(page, "What you typed in “Lifecycle” is kept, but not saved");
  await go(page, "/users");
  await go(page, `/bucket?name=${name}&tab=settings`);
  await section(page, "lifecycle").getByText("Begun earlier and not saved yet").waitFor();
  assert.equal(await section(page, "lifecycle").getByLabel("Days", { exact: true }).inputValue(), "77");
  assert.equal(await section(page, "cors").locator("textarea").inputValue(), '{ "CORSRules": [ half');
  assert.equal(await section(page, "quota").getByRole("textbox").first().inputValue(), "12");
  await accessible(page, "draft-earlier-wide");
  // Somebody else has set something meanwhile: that is said before it is replaced.
  await call("PUT", `buckets/${name}/config/lifecycle`, { Rules: [rule("other", DAYS)] });
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await section(page, "lifecycle").getByText("has changed since this was begun").waitFor();
  assert.equal(await section(page, "lifecycle").getByLabel("Days", { exact: true }).inputValue(), "77");
  await page.setViewportSize(NARROW);
  await section(page, "lifecycle").locator("h2").scrollIntoViewIfNeeded();
  await accessible(page, "draft-moved-narrow");
  await page.setViewportSize({ width: 1280, height: 800 });
  // The browser asks before all of it goes, and not when there is nothing.
  await page.reload();
  assert.deepEqual(left, ["beforeunload"]);
  await settled(page);
  await section(page, "lifecycle").getByLabel("Name of the rule").waitFor();
  assert.equal(await section(page, "lifecycle").getByLabel("Name of the rule").inputValue(), "other");
  await button(section(page, "lifecycle"), "Edit").click();
  await section(page, "lifecycle").getByLabel("Days", { exact: true }).fill("78");
  // Logging out asks, too; given up or saved, nothing is left to ask about.
  await page.locator("nav .who").click();
  await page.locator("dialog").getByRole("button", { name: "Log out" }).click();
  await page.getByText("Log out and lose what is not saved?").waitFor();
  await page.locator("dialog[open]").last().getByRole("button", { name: "Cancel" }).click();
  await button(section(page, "lifecycle"), "Save").click();
  await toast(page, "Saved");
  assert.equal((await get()).Rules[0].Expiration.Days, 78);
  await button(section(page, "lifecycle"), "Edit").click();
  await section(page, "lifecycle").getByLabel("Days", { exact: true }).fill("79");
  await button(section(page, "lifecycle"), "Cancel").click();
  await page.reload();
  assert.deepEqual(left, ["beforeunload"]);
  await settled(page);
  await close();
});

check("a_policy_that_is_being_typed_stays_that_of_its_own_page", async () => {
  const { call } = await api();
  const [one, two] = [unique("draft"), unique("draft")];
  const document = (Sid) => ({ Version: "2012-10-17", Statement: [{ Sid, Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] });
  await call("POST", "policies", { name: one, document: document("One") });
  await call("POST", "policies", { name: two, document: document("Two") });
  const { page, close } = await member();
  await go(page, `/policy?name=${one}`);
  await page.locator("textarea").fill(JSON.stringify(document("Typed")));
  await go(page, `/policy?name=${two}`);
  await page.waitForFunction(() => document.querySelector("textarea")?.value.includes("Two"));
  await go(page, `/policy?name=${one}`);
  await page.waitForFunction(() => document.querySelector("textarea")?.value.includes("Typed"));
  await button(page, "Save").first().click();
  await page.locator(".toast.good").waitFor();
  assert.equal((await call("GET", `policies/${one}`)).document.Statement[0].Sid, "Typed");
  assert.equal((await call("GET", `policies/${two}`)).document.Statement[0].Sid, "Two");
  await close();
});

void main();
