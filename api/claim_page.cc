#include "api/claim_page.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/hex.h"

namespace herald::api {

namespace {

constexpr std::string_view kStyle = R"(
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; color: #1c1e21; }
input { font: inherit; padding: .4rem .6rem; border: 1px solid #8a8f98; border-radius: 4px; }
button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: 4px; background: #1f4fd8; color: #fff; }
code { display: block; padding: .75rem; background: #f1f3f6; border-radius: 4px; overflow-wrap: anywhere; }
[role=alert] { color: #a40e26; }
)";

constexpr std::string_view kScript = R"(
const form = document.querySelector("form"), alert = document.querySelector("[role=alert]");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  alert.textContent = "";
  const code = location.hash.slice(1), name = form.elements.name.value;
  try {
    const answer = await fetch("/v1/claim", {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({code, name})});
    const body = await answer.json();
    if (!answer.ok) { alert.textContent = body.detail; return; }
    form.hidden = true;
    document.querySelector("#token").textContent = body.token;
    document.querySelector("#command").textContent = "herald profile add mine " + location.origin;
    document.querySelector("#done").hidden = false;
    history.replaceState(null, "", location.pathname);
  } catch (failure) { alert.textContent = "The server did not answer: " + failure.message; }
});
)";

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Claim this Herald</title><style>{}</style></head><body>
<h1>Claim this Herald</h1>
<form>
<p>Whoever presses the button becomes the first administrator of this server, and from then on nobody comes in without a
token.</p>
<p><label>Your name <input name="name" value="admin" required maxlength="128" autocomplete="username"></label>
<button>Become administrator</button></p>
<p role="alert"></p>
</form>
<div id="done" hidden>
<p>This is your token. It is shown this once: keep it where you keep passwords.</p>
<code id="token"></code>
<p>To use it on the command line, run this, and paste the token when it asks:</p>
<code id="command"></code>
</div>
<noscript>This page needs JavaScript. On the command line: <code>herald claim LINK</code></noscript>
<script>{}</script></body></html>
)";

// Nothing but what stands in the page runs in it (CSP Level 3: sources by their hashes).
std::string policy() {
  const auto source = [](std::string_view text) {
    return "'sha256-" + to_base64(sha256(text).bytes()) + "'";
  };
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action "
      "'none'; "
      "frame-ancestors 'none'",
      source(kScript), source(kStyle));
}

}  // namespace

Answer claim_page() {
  return Answer{.media = "text/html; charset=utf-8",
                .body = fmt::format(fmt::runtime(kPage), kStyle, kScript),
                .headers = {{"Content-Security-Policy", policy()},
                            {"Referrer-Policy", "no-referrer"},
                            {"Cache-Control", "no-store"}}};
}

}  // namespace herald::api
