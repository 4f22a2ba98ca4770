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
    const saved = page.waitForRequest((request) => request.method() === "PUT" && /config\/lifecycle$/.test(request.url()));
    await button(card, "Save").click();
    const { Rules: sent } = (await saved).postDataJSON();
    await toast(page, "Saved");
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

void main();
