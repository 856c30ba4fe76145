#include "connectors/egress.h"

#include <gtest/gtest.h>

#include "connectors/http_url.h"
#include "connectors/testing/addresses.h"

namespace herald::connectors {
namespace {

using testing::kPublic;
using testing::kSpecial;

Egress strict() {
  return Egress::make({}).value();
}

bool refused(const Egress& egress, std::string_view address, std::string_view host = "example.org") {
  return egress.refusal(IpAddress::parse(address).value(), host).has_value();
}

TEST(Egress, RefusesEveryAddressThatIsNotPublic) {
  const Egress egress = strict();
  for (const std::string_view address : kSpecial) EXPECT_TRUE(refused(egress, address)) << address;
}

TEST(Egress, LetsTheirPublicNeighboursPass) {
  const Egress egress = strict();
  for (const std::string_view address : kPublic) EXPECT_FALSE(refused(egress, address)) << address;
}

TEST(Egress, SaysWhatIsWrongWithAnAddress) {
  EXPECT_EQ(
      *strict().refusal(*IpAddress::parse("169.254.169.254"), "x"),
      "169.254.169.254 is a link-local address (cloud metadata), which is not sent to unless it is allowed");
}

TEST(Egress, AllowsNetworksThatTheOperatorNames) {
  const Egress egress = Egress::make({"10.1.0.0/16", "fd00::/8", "192.168.7.7"}).value();
  EXPECT_FALSE(refused(egress, "10.1.255.255"));
  EXPECT_FALSE(refused(egress, "::ffff:10.1.0.1"));
  EXPECT_FALSE(refused(egress, "64:ff9b::10.1.0.1"));
  EXPECT_FALSE(refused(egress, "fd12::1"));
  EXPECT_FALSE(refused(egress, "192.168.7.7"));
  EXPECT_TRUE(refused(egress, "10.2.0.0"));
  EXPECT_TRUE(refused(egress, "192.168.7.8"));
  EXPECT_TRUE(refused(egress, "fc00::1"));
}

TEST(Egress, AllowsHostsThatTheOperatorNamesWhateverTheirAddress) {
  const Egress egress = Egress::make({"CI.corp.example"}).value();
  EXPECT_FALSE(refused(egress, "10.0.0.1", "ci.corp.example"));
  EXPECT_TRUE(refused(egress, "10.0.0.1", "other.corp.example"));
  EXPECT_TRUE(refused(egress, "10.0.0.1", "ci.corp.example.evil.example"));
}

TEST(Egress, AllowsEverythingOnlyWhereTheNetworksSaySo) {
  const Egress egress = Egress::make({"0.0.0.0/0", "::/0"}).value();
  for (const std::string_view address : kSpecial) EXPECT_FALSE(refused(egress, address)) << address;
}

TEST(Egress, RefusesEntriesThatAreNeitherNetworkNorHost) {
  for (const char* entry : {"", "*", "10.0.0.0/33", "10.0.0.1/8", "::/129", "10.0.0.0/", "10.0.0.0/x",
                            "http://host", "a b", "*.example.org", "0x7f.1", "10.0.0", "host:80", "[::1]"}) {
    const auto made = Egress::make({entry});
    ASSERT_FALSE(made) << entry;
    EXPECT_EQ(made.error().cause, Cause::invalid_value);
  }
}

// ---- URLs as they are written ----

TEST(TargetUrls, AreReadWithTheirDefaults) {
  const TargetUrl url = TargetUrl::parse("HTTPS://Hooks.Example.ORG./a/b?c=d#e").value();
  EXPECT_EQ(url.origin(), "https://hooks.example.org:443");
  EXPECT_EQ(url.path, "/a/b?c=d");
  EXPECT_FALSE(url.address);
  EXPECT_EQ(TargetUrl::parse("http://h:8080")->origin(), "http://h:8080");
  EXPECT_EQ(TargetUrl::parse("http://[2606:4700::1]:81/")->origin(), "http://[2606:4700::1]:81");
}

TEST(TargetUrls, WithSpellingsThatParsersDisagreeAboutAreRefused) {
  for (const char* url : {"",
                          "example.org",
                          "//example.org",
                          "ftp://example.org",
                          "file:///etc/passwd",
                          "gopher://example.org",
                          "javascript:alert(1)",
                          "http:example.org",
                          "http:/example.org",
                          "http:///example.org",
                          "http:\\\\example.org",
                          "http://",
                          "https://",
                          "http://?x",
                          "http://#x",
                          "http://:80/",
                          "http://user@example.org/",
                          "http://user:secret@example.org/",
                          "http://example.org@127.0.0.1/",
                          "http://127.0.0.1:80@example.org/",
                          "http://@example.org/",
                          "http://exa mple.org/",
                          "http://example.org/a b",
                          "http://example.org\\@127.0.0.1/",
                          "http://example.org/\r\nx: y",
                          "http://example.org\t/",
                          "http://ex\xc3\xa4mple.org/",
                          "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/",
                          "http://127\xe3\x80\x82"
                          "0.0.1/",
                          "http://example.org:0/",
                          "http://example.org:65536/",
                          "http://example.org:http/",
                          "http://[::1",
                          "http://::1/",
                          "http://[example.org]/",
                          "http://[fe80::1%25eth0]/",
                          "http://[::1%25lo]:80/",
                          "http://[127.0.0.1]/",
                          "http://[::ffff:127.0.0.1.1]/",
                          "http://1.2.3.4.5/",
                          "http://256.0.0.1/",
                          "http://0x100000000/",
                          "http://4294967296/",
                          "http://08.0.0.1/",
                          "http://example.1/",
                          "http://a..b/",
                          "http://.example.org/",
                          "http://exa%6dple.org%00/",
                          "http://exa$mple.org/",
                          "http://example.org,127.0.0.1/",
                          "http://example.org;127.0.0.1/",
                          "http://*/",
                          "http://!/"}) {
    const auto parsed = TargetUrl::parse(url);
    EXPECT_FALSE(parsed) << url << " was read as " << (parsed ? parsed->origin() : "");
  }
}

TEST(TargetUrls, ThatAreTooLongAreRefused) {
  const auto parsed = TargetUrl::parse("http://example.org/" + std::string(3'000, 'x'));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().cause, Cause::too_large);
}

TEST(TargetUrls, RefusalsHoldNothingOfPathQueryOrCredentials) {
  for (const char* url : {"http://user:hunter2@example.org/", "ftp://example.org/hunter2",
                          "http://example.org:99999/hunter2", "http://1.2.3.4.5/?hunter2"}) {
    const auto parsed = TargetUrl::parse(url);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message.find("hunter2"), std::string::npos) << parsed.error().message;
  }
}

}  // namespace
}  // namespace herald::connectors
