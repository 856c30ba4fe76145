#include "connectors/secrecy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace herald::connectors {
namespace {

constexpr const char* kWithheldWhole = "[withheld: it repeats a secret in another spelling]";

automations::Outgoing sent_with_header(const std::string& value) {
  automations::Outgoing outgoing;
  outgoing.url = "https://deploy.example/hook";
  outgoing.headers = {{"authorization", value}};
  outgoing.revealed = {value};
  return outgoing;
}

automations::Outgoing sent_to(const std::string& url) {
  automations::Outgoing outgoing;
  outgoing.url = url;
  return outgoing;
}

TEST(TheSecrecyOfAnAttempt, HidesAValueAndItsPartsAsTheyWereSent) {
  const Secrecy secrecy(sent_with_header("Bearer hunter2hunter2"));
  EXPECT_EQ(secrecy.without_secrets("you sent Bearer hunter2hunter2!"), "you sent [redacted]!");
  EXPECT_EQ(secrecy.without_secrets("invalid token HUNTER2hunter2, HUNTER2hunter2"),
            "invalid token [redacted], [redacted]");
  EXPECT_EQ(secrecy.without_secrets("no such thing: käse"), "no such thing: käse");
}

TEST(TheSecrecyOfAnAttempt, HidesShortValuesThatAreSecretAsAWhole) {
  EXPECT_EQ(Secrecy(sent_with_header("pw12345")).without_secrets("wrong: pw12345"), "wrong: [redacted]");
}

TEST(TheSecrecyOfAnAttempt, HidesShorterPartsOfWhatIsSecretByItself) {
  EXPECT_EQ(Secrecy(sent_with_header("Bearer pw123456")).without_secrets("invalid token pw123456"),
            "invalid token [redacted]");
  automations::Outgoing outgoing = sent_to("https://deploy.example/hooks/k3yp4rts");
  EXPECT_EQ(Secrecy(outgoing).without_secrets("no hook k3yp4rts"), "no hook k3yp4rts");
  outgoing.url_is_secret = true;
  EXPECT_EQ(Secrecy(outgoing).without_secrets("no hook k3yp4rts"), "no hook [redacted]");
}

TEST(TheSecrecyOfAnAttempt, HidesAValueWithoutTheBlanksAroundIt) {
  EXPECT_EQ(Secrecy(sent_with_header(" \tpw12345 ")).without_secrets("wrong: pw12345!"),
            "wrong: [redacted]!");
  EXPECT_EQ(Secrecy(sent_with_header(" \t  ")).without_secrets("a \t  b"), "a \t  b");
}

TEST(TheSecrecyOfAnAttempt, LooksForEachSecretInTheTextAsItCame) {
  automations::Outgoing outgoing = sent_with_header("red");
  outgoing.revealed.push_back("act");
  EXPECT_EQ(Secrecy(outgoing).without_secrets("red act"), "[redacted] [redacted]");
  EXPECT_EQ(Secrecy(sent_with_header("abab")).without_secrets("ababab"), "[redacted]") << "they overlap";
}

TEST(TheSecrecyOfAnAttempt, HidesManyInALongText) {
  std::string text;
  while (text.size() < limits::kMaxAnswerBytes - 2) text += "abc";
  EXPECT_EQ(Secrecy(sent_with_header("abc")).without_secrets(text), "[redacted]");
}

TEST(TheSecrecyOfAnAttempt, WithholdsATextThatIsTooLongForSoManySecrets) {
  const std::string text(limits::kMaxAnswerBytes, 'x');
  automations::Outgoing outgoing = sent_with_header("pw12345");
  EXPECT_EQ(Secrecy(outgoing).without_secrets(text), text);
  for (std::size_t i = 0; i <= limits::kMaxSecrecyWork / text.size(); ++i) {
    outgoing.revealed.push_back(fmt::format("secret {:05}", i));
  }
  EXPECT_EQ(Secrecy(outgoing).without_secrets(text),
            "[withheld: too much was sent that is secret to look for each of it]");
}

TEST(TheSecrecyOfAnAttempt, LetsOrdinaryHeadersBeNamedThatAreShort) {
  automations::Outgoing outgoing = sent_to("https://deploy.example/hook");
  outgoing.headers = {{"x-environment", "staging"}};
  EXPECT_EQ(Secrecy(outgoing).without_secrets("staging is down"), "staging is down");
}

TEST(TheSecrecyOfAnAttempt, WithholdsATextThatRepeatsAValueInAnotherSpelling) {
  const Secrecy secrecy(sent_with_header("token ab/cd+ef\"gh&ijkl"));
  for (const char* spelt :
       {R"({"sent":"token ab\/cd+ef\"gh&ijkl"})",          // PHP's JSON
        R"({"sent":"token ab/cd+ef\u0022gh\u0026ijkl"})",  // Go's JSON
        R"({"sent":"token ab\u002Fcd\u002bef\"gh&ijkl"})",
        "<p>token ab/cd+ef&quot;gh&amp;ijkl</p>",  // HTML
        "<p>token ab&#x2F;cd&#43;ef&#34;gh&amp;ijkl</p>", "<p>token ab&#X2F;cd&#43;ef&QUOT;gh&AMP;ijkl</p>",
        "you=token%20ab%2Fcd%2Bef%22gh%26ijkl",          // a form
        R"("{\"sent\":\"ab\\/cd+ef\\\"gh&ijkl\"}")"}) {  // JSON in JSON
    EXPECT_EQ(secrecy.without_secrets(spelt), kWithheldWhole) << spelt;
  }
  EXPECT_EQ(secrecy.without_secrets(R"(a\/b & c %zz &nothing; \q)"), R"(a\/b & c %zz &nothing; \q)");
}

TEST(TheSecrecyOfAnAttempt, WithholdsATextThatRepeatsAValueAsFormsWriteBlanks) {
  EXPECT_EQ(Secrecy(sent_with_header("correct horse battery staple"))
                .without_secrets("you=correct+horse+battery+staple"),
            kWithheldWhole);
}

TEST(TheSecrecyOfAnAttempt, HidesWhatBasicCredentialsSay) {
  const Secrecy secrecy(
      sent_with_header("Basic ZGVwbG95dXNlcjpodW50ZXIyc2VjcmV0cHc="));  // deployuser:hunter2secretpw
  EXPECT_EQ(secrecy.without_secrets("deployuser:hunter2secretpw"), "[redacted]");
  EXPECT_EQ(secrecy.without_secrets("deployuser may not, with hunter2secretpw"),
            "deployuser may not, with [redacted]");
}

TEST(TheSecrecyOfAnAttempt, HidesAValueInBase64WhereverItBegins) {
  const Secrecy secrecy(sent_with_header("topsecrettoken"));
  for (const char* written : {"dG9wc2VjcmV0dG9rZW4=", "eHRvcHNlY3JldHRva2Vu",
                              "eHh0b3BzZWNyZXR0b2tlbg==", "eHh4dG9wc2VjcmV0dG9rZW56eno="}) {
    EXPECT_NE(secrecy.without_secrets(written).find("[redacted]"), std::string::npos) << written;
  }
}

TEST(TheSecrecyOfAnAttempt, HidesTheRestOfTheUrlAlsoWhenItsEscapesAreUndone) {
  const Secrecy secrecy(sent_to("https://prod.example/workflows/1?sig=abcdef%2FGHIJKLMNOP%2Bqrstuv"));
  EXPECT_EQ(secrecy.without_secrets(R"({"args":{"sig":"abcdef/GHIJKLMNOP+qrstuv"}})"), kWithheldWhole);
  EXPECT_EQ(secrecy.without_secrets("sig abcdef%2FGHIJKLMNOP%2Bqrstuv is wrong"), "sig [redacted] is wrong");
}

TEST(TheSecrecyOfAnAttempt, HidesTheHostOfAUrlThatIsSecretAsAWhole) {
  automations::Outgoing outgoing = sent_to("https://k3yp4rt.capability.example/x");
  EXPECT_EQ(Secrecy(outgoing).without_secrets("no connection to https://k3yp4rt.capability.example:443"),
            "no connection to https://k3yp4rt.capability.example:443");
  outgoing.url_is_secret = true;
  EXPECT_EQ(Secrecy(outgoing).without_secrets("no connection to https://k3yp4rt.capability.example:443"),
            "no connection to https://[redacted]:443");
}

}  // namespace
}  // namespace herald::connectors
