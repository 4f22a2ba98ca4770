// Every page, wide and narrow, light and dark: axe finds nothing, and nothing is wider than the window.
"use strict";

const { WIDE, NARROW, assert, check, visitor, member, go, settled, picture, accessible, uncut, api, main, CONSOLE } = require("./browser.js");

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

const PLACES = [
  ["overview", "/"],
  ["buckets", "/buckets"],
  ["buckets-create", "/buckets?create=1"],
  ["objects", "/bucket?name=photos"],
  ["objects-prefix", "/bucket?name=photos&prefix=2025%2F"],
  ["versions", "/bucket?name=photos&tab=versions"],
  ["uploads", "/bucket?name=photos&tab=uploads"],
  ["settings-of-bucket", "/bucket?name=photos&tab=settings"],
  ["settings-of-locked", "/bucket?name=archive&tab=settings"],
  ["empty-bucket", "/bucket?name=archive"],
  ["object-image", "/bucket?name=photos&key=pic.png"],
  ["object-text", "/bucket?name=photos&key=readme.md"],
  ["users", "/users"],
  ["users-create", "/users?create=1"],
  ["user", "/user?name=alice"],
  ["groups", "/groups"],
  ["groups-create", "/groups?create=1"],
  ["group", "/group?name=editors"],
  ["policies", "/policies"],
  ["policies-create", "/policies?create=1"],
  ["policy", "/policy?name=team-photos"],
  ["policy-version", "/policy?name=team-photos&version=1"],
  ["policy-ready-made", "/policy?name=ReadOnlyAccess"],
  ["simulator", "/simulator?principal=alice"],
  ["accounts", "/accounts"],
  ["accounts-create", "/accounts?create=1"],
  ["account", "/account?name=partner"],
  ["audit", "/audit"],
  ["events", "/events"],
  ["lifecycle", "/lifecycle"],
  ["jobs", "/jobs"],
  ["jobs-start", "/jobs?start=1"],
  ["encryption", "/encryption"],
  ["encryption-create", "/encryption?create=1"],
  ["encryption-key", "/encryption?key=photos"],
  ["encryption-key-disabled", "/encryption?key=retired%2F2019"],
  ["settings", "/settings"],
  ["profile", "/profile"],
  ["not-found", "/nowhere"],
];

const LOOKS = [
  ["wide-light", { size: WIDE, scheme: "light" }],
  ["wide-dark", { size: WIDE, scheme: "dark" }],
  ["narrow-light", { size: NARROW, scheme: "light", locale: "de-DE" }],
  ["narrow-dark", { size: NARROW, scheme: "dark", locale: "de-DE" }],
];

async function seed() {
  const { call, put } = await api();
  await call("POST", "buckets", { name: "photos", versioning: true, quota: { bytes: 50 * 2 ** 30, objects: null } });
  await call("POST", "buckets", { name: "archive", versioning: true, object_lock: true });
  await call("POST", "buckets", { name: "website" });
  for (let at = 0; at < 40; at += 1) await put("photos", `2025/summer/IMG_${1000 + at}.png`, PNG, { "content-type": "image/png" });
  await put("photos", "pic.png", PNG, { "content-type": "image/png", "x-amz-meta-camera": "X100V" });
  await put("photos", "readme.md", "# Photos\n\nEverything since 2009.\n", { "content-type": "text/markdown" });
  await put("photos", "readme.md", "# Photos\n\nEverything since 2010.\n", { "content-type": "text/markdown" });
  await call("POST", "s3/photos/half-done.iso?uploads");
  await call("PUT", "buckets/photos/config/lifecycle", { Rules: [{ ID: "tidy", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 7 } }] });
  await call("PUT", "buckets/photos/config/cors", { CORSRules: [{ AllowedOrigins: ["https://app.example.com"], AllowedMethods: ["GET"] }] });
  await call("POST", "users", { name: "alice", password: "correct horse battery" });
  await call("POST", "users", { name: "ci-runner" });
  await call("POST", "users/alice/keys", { description: "laptop" });
  await call("POST", "accounts", { name: "partner", email: "ops@partner.example" });
  await call("POST", "groups", { name: "editors" });
  await call("PUT", "groups/editors/members/alice");
  await call("POST", "groups", { name: "Everybody" });
  await call("PUT", "groups/Everybody/members/alice");
  await api("alice", "correct horse battery");
  await call("POST", "policies", { name: "team-photos", description: "Reads the photos", document: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::photos/*" }] } });
  await call("PUT", "policies/team-photos", { document: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:GetObject", "s3:GetObjectTagging"], Resource: "arn:aws:s3:::photos/*" }] } });
  await call("PUT", "users/alice/attached/team-photos");
  await call("PUT", "accounts/partner/attached/team-photos");
  await put("website", "index.html", "<h1>Hello</h1>", { "x-amz-server-side-encryption": "AES256" });
  await call("POST", "kms/keys", { id: "photos" });
  await call("POST", "kms/keys/photos/rotate");
  await call("POST", "kms/keys", { id: "retired/2019" });
  await call("POST", "kms/keys/retired%2F2019/disable");
}

let seeded;
const once = () => (seeded ??= seed());

for (const [look, options] of LOOKS) {
  check(`pages_are_accessible_${look}`, async () => {
    await once();
    const { page, close } = await visitor(options);
    await page.goto(CONSOLE);
    await page.waitForSelector("form");
    await accessible(page, `login-${look}`);
    await close();
    const here = await member(options);
    const wrong = [];
    for (const [name, place] of PLACES) {
      await go(here.page, place);
      await accessible(here.page, `${name}-${look}`).catch((error) => wrong.push(error.message));
    }
    assert.deepEqual(wrong, []);
    await here.page.keyboard.press("Control+k");
    await here.page.waitForSelector("[role=listbox]");
    await accessible(here.page, `palette-${look}`);
    await here.close();
  });
}

// Half a screen, tablets, phones: each look is another way to run out of room.
const WIDTHS = [1280, 1120, 1024, 900, 768, 721, 500, 360];

check("nothing_is_cut_off_at_any_width", async () => {
  await once();
  const { page, close } = await member({ locale: "de-DE" });
  const wrong = [];
  for (const [name, place] of PLACES) {
    await page.setViewportSize(WIDE);
    await go(page, place);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      // What watches its own size is told of it with the next picture.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      if ([1024, 768].includes(width)) await picture(page, `${name}-${width}`);
      await uncut(page, `${name} at ${width}`).catch((error) => wrong.push(error.message));
    }
  }
  assert.deepEqual(wrong, []);
  await close();
});

check("views_of_an_object_are_accessible", async () => {
  await once();
  for (const [look, options] of [LOOKS[0], LOOKS[3]]) {
    const { page, close } = await member(options);
    for (const [bucket, key] of [["photos", "readme.md"], ["photos", "pic.png"]]) {
      await go(page, `/bucket?name=${bucket}&key=${key}`);
      const views = page.locator(".views button");
      for (let at = 0; at < (await views.count()); at += 1) {
        await views.nth(at).click();
        await settled(page);
        await accessible(page, `${key}-${at}-${look}`);
      }
    }
    await close();
  }
});

check("first_paint_and_change_of_page_are_measured", async () => {
  await once();
  const { page, close } = await visitor();
  await page.goto(CONSOLE);
  await page.waitForSelector("form");
  const paint = async () => {
    const entry = await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    return Math.round(await entry.jsonValue());
  };
  console.log(`        first paint, nothing cached: ${await paint()} ms`);
  await page.reload();
  await page.waitForSelector("form");
  console.log(`        first paint, again: ${await paint()} ms`);
  await close();
  const here = await member();
  const times = [];
  for (const place of ["/users", "/policies", "/audit", "/buckets", "/bucket?name=photos", "/"]) {
    const took = await here.page.evaluate(async (place) => {
      const link = document.createElement("a");
      link.href = place;
      document.body.append(link);
      const before = document.querySelector("h1");
      const began = performance.now();
      link.click();
      while (document.querySelector("h1") === before) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      link.remove();
      return Math.round(performance.now() - began);
    }, place);
    times.push(`${place} ${took} ms`);
  }
  console.log(`        change of page: ${times.join(", ")}`);
  assert.equal(times.length, 6);
  await here.close();
});

void main();
