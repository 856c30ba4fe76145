#include "registry/names.h"

#include <gmock/gmock.h>

#include "registry/sentence.h"

namespace herald::registry {
namespace {

template <class Checked>
void expect_dots_refused() {
  for (const char* dots : {".", "..", "..."}) {
    const auto refused = Checked::parse(dots);
    ASSERT_FALSE(refused) << dots;
    EXPECT_EQ(refused.error().cause, Cause::invalid_value);
    EXPECT_NE(refused.error().message.find("it must not consist of dots alone"), std::string::npos)
        << refused.error().message;
  }
  EXPECT_TRUE(Checked::parse("a.."));
}

TEST(Names, ThatStandInPathsAreNotDotsAlone) {
  expect_dots_refused<ModelName>();
  expect_dots_refused<AliasName>();
  expect_dots_refused<Label>();
  expect_dots_refused<SecretName>();
}

using testing::HasSubstr;

template <class T>
std::string refusal(std::string_view text) {
  const auto parsed = T::parse(text);
  return parsed ? "accepted" : parsed.error().message;
}
template <class T>
bool accepts(std::string_view text) {
  return T::parse(text).has_value();
}

TEST(RegistryNames, AreShortAndLowerCase) {
  EXPECT_TRUE(accepts<RegistryName>("models"));
  EXPECT_TRUE(accepts<RegistryName>("0team-a_b.c"));
  EXPECT_TRUE(accepts<RegistryName>(std::string(64, 'a')));
  EXPECT_FALSE(accepts<RegistryName>(std::string(65, 'a')));
  EXPECT_FALSE(accepts<RegistryName>(""));
  EXPECT_EQ(refusal<RegistryName>("Models"),
            R"(registry "Models": only lower-case letters, digits, "-", "_" and "." are allowed)");
  EXPECT_EQ(refusal<RegistryName>("-models"),
            R"(registry "-models": it must begin with a letter or a digit)");
}

TEST(ModelNames, MayBeAnyLineOfTextThatPathsAndReferencesCanHold) {
  EXPECT_TRUE(accepts<ModelName>("churn"));
  EXPECT_TRUE(accepts<ModelName>("Kündigung 2026 \xF0\x9F\x8E\xAF"));
  EXPECT_TRUE(accepts<ModelName>(std::string(256, 'm')));
  EXPECT_EQ(refusal<ModelName>(""), R"(model "": it must not be empty)");
  EXPECT_THAT(refusal<ModelName>(std::string(257, 'm')),
              HasSubstr("257 bytes are too long, at most 256 are allowed"));
  for (const char* const name : {"a/b", "a:b", "a@b"}) {
    EXPECT_THAT(refusal<ModelName>(name), HasSubstr(R"("/", ":" and "@" are not allowed)"));
  }
  for (const char* const name : {" churn", "churn "}) {
    EXPECT_THAT(refusal<ModelName>(name), HasSubstr("must not begin or end with a space"));
  }
  for (const char* const name : {"a\nb", "a\x7f", "a\xC2\x85"}) {
    EXPECT_THAT(refusal<ModelName>(name), HasSubstr("control characters are not allowed"));
  }
  EXPECT_FALSE(accepts<ModelName>(std::string_view("a\0b", 3)));
}

TEST(ModelNames, LookLikeWhatTheyAre) {
  for (const char* const name :
       {"chu\u200Brn", "churn\u202E", "\u2066churn", "churn\u2028", "\uFEFFchurn", "ch\u2060urn"}) {
    EXPECT_THAT(refusal<ModelName>(name), HasSubstr("invisible characters and marks of direction"));
  }
  EXPECT_TRUE(
      accepts<ModelName>("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"));  // Persian, with a joiner
  EXPECT_TRUE(accepts<ModelName>("\U0001F469\u200D\U0001F4BB"));
  EXPECT_TRUE(accepts<ModelName>("\u2764\uFE0F churn"));
  for (const char* name : {"\u00AD", "\u200D", "a\u3164b", "a\u115Fb", "a\U000E0041b", "\uFE0Fchurn"})
    EXPECT_THAT(refusal<ModelName>(name), HasSubstr("invisible characters and marks of direction"));
  EXPECT_THAT(refusal<ModelName>("\u0301churn"), HasSubstr("begin with a mark"));
  for (const char* name : {"churn\u00A0", "\u3000churn", " churn", "churn "})
    EXPECT_THAT(refusal<ModelName>(name), HasSubstr("begin or end with a space"));
}

TEST(ModelNames, AreWrittenInOneWay) {
  EXPECT_TRUE(accepts<ModelName>("caf\u00E9"));
  EXPECT_THAT(refusal<ModelName>("cafe\u0301"), HasSubstr("as one character (Unicode's NFC)"));
}

TEST(ModelNames, ThatAreNotUtf8AreUnreadableAndShownSafely) {
  const auto parsed = ModelName::parse("a\xFF\xFE");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().cause, Cause::malformed);
  EXPECT_EQ(parsed.error().message, R"(model "a??": it is not UTF-8)");
}

TEST(AliasNames, CannotBeTakenForAVersion) {
  EXPECT_TRUE(accepts<AliasName>("production"));
  EXPECT_TRUE(accepts<AliasName>("v3-beta"));
  EXPECT_TRUE(accepts<AliasName>("3.1"));
  EXPECT_TRUE(accepts<AliasName>(std::string(128, 'a')));
  EXPECT_FALSE(accepts<AliasName>(std::string(129, 'a')));
  EXPECT_EQ(refusal<AliasName>("prod!"),
            R"(alias "prod!": only letters, digits, "-", "_" and "." are allowed)");
  EXPECT_THAT(refusal<AliasName>("latest"), HasSubstr("it is computed"));
  for (const char* const name : {"3", "v3", "v0", "99999999999999999999999"}) {
    EXPECT_THAT(refusal<AliasName>(name), HasSubstr("reads like a version number"));
  }
}

TEST(Tags, HaveKeysOfOneLineAndValuesOfSeveral) {
  EXPECT_TRUE(accepts<TagKey>("team"));
  EXPECT_FALSE(accepts<TagKey>(""));
  EXPECT_FALSE(accepts<TagKey>("a\tb"));
  EXPECT_FALSE(accepts<TagKey>(std::string(129, 'k')));
  EXPECT_TRUE(accepts<TagValue>(""));
  EXPECT_TRUE(accepts<TagValue>("two\nlines"));
  EXPECT_TRUE(accepts<TagValue>(std::string(1024, 'x')));
  EXPECT_FALSE(accepts<TagValue>(std::string(1025, 'x')));
  EXPECT_FALSE(accepts<TagValue>("\x01"));
}

TEST(Uris, HaveASchemeAndNothingThatMustBeEncoded) {
  EXPECT_TRUE(accepts<Uri>("s3://bucket/path/model.onnx?x=1#y"));
  EXPECT_TRUE(accepts<Uri>("runs:/abc/model"));
  EXPECT_THAT(refusal<Uri>("/tmp/model"), HasSubstr("must begin with a scheme"));
  EXPECT_THAT(refusal<Uri>("1s:x"), HasSubstr("must begin with a scheme"));
  EXPECT_THAT(refusal<Uri>("file:"), HasSubstr("must begin with a scheme"));
  EXPECT_THAT(refusal<Uri>("file:///a b"), HasSubstr("must be percent-encoded"));
  EXPECT_THAT(refusal<Uri>("file:///\xC3\xA4"), HasSubstr("must be percent-encoded"));
  EXPECT_EQ(refusal<Uri>("https://me:letmein@host/x"),
            R"(URI "https:": it holds a password, which would stay in the log for ever: leave it out)");
  EXPECT_TRUE(accepts<Uri>("ssh://git@host:22/x?a=b:c@d"));
  for (const char* const uri :
       {"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x"}) {
    EXPECT_THAT(refusal<Uri>(uri), HasSubstr("would be a program in a browser"));
  }
  EXPECT_FALSE(accepts<Uri>("s3://" + std::string(2044, 'x')));
}

TEST(Reasons, AreNotEmptyAndAtMostAThousandBytes) {
  EXPECT_TRUE(accepts<Reason>("passed review\nby two people"));
  EXPECT_TRUE(accepts<Reason>(std::string(1000, 'r')));
  EXPECT_FALSE(accepts<Reason>(std::string(1001, 'r')));
  EXPECT_FALSE(accepts<Reason>(""));
}

TEST(FilePaths, StayInsideTheArtifact) {
  EXPECT_TRUE(accepts<FilePath>("model.bin"));
  EXPECT_TRUE(accepts<FilePath>("a/b..c/.hidden"));
  EXPECT_FALSE(accepts<FilePath>(""));
  EXPECT_THAT(refusal<FilePath>("/etc/passwd"), HasSubstr("must be relative"));
  EXPECT_THAT(refusal<FilePath>("a\\b"), HasSubstr("is not allowed"));
  for (const char* const path : {"../x", "a/../b", "a/./b", "a//b", "a/", ".", ".."}) {
    EXPECT_THAT(refusal<FilePath>(path), HasSubstr("segments are not allowed")) << path;
  }
  EXPECT_FALSE(accepts<FilePath>(std::string(1025, 'p')));
}

TEST(SecretNames, AreIdentifiers) {
  EXPECT_TRUE(accepts<SecretName>("slack.url"));
  EXPECT_FALSE(accepts<SecretName>("slack url"));
}

TEST(Selectors, AreANumberOrLatestOrAnAlias) {
  for (const char* const text : {"v3", "3"}) {
    const auto number = VersionSelector::parse(text).value();
    EXPECT_EQ(number.kind, VersionSelector::Kind::number);
    EXPECT_EQ(number.number, VersionNumber(3));
    EXPECT_EQ(number.str(), "v3");
  }
  EXPECT_EQ(VersionSelector::parse("latest").value().kind, VersionSelector::Kind::latest);
  EXPECT_EQ(VersionSelector::parse("latest").value().str(), "latest");
  EXPECT_EQ(VersionSelector::parse("production").value().alias.str(), "production");
  EXPECT_THAT(VersionSelector::parse("v0").error().message, HasSubstr("numbered from 1"));
  EXPECT_THAT(VersionSelector::parse("99999999999999999999999").error().message,
              HasSubstr("numbered from 1"));
  EXPECT_FALSE(VersionSelector::parse(""));
  EXPECT_FALSE(VersionSelector::parse("a b"));
}

TEST(References, NameARegistryWhereItIsNotTheFirstOne) {
  const auto plain = VersionReference::parse("churn:production").value();
  EXPECT_EQ(plain.registry.str(), "models");
  EXPECT_EQ(plain.model.str(), "churn");
  EXPECT_EQ(plain.selector.str(), "production");
  EXPECT_EQ(VersionReference::parse("team/churn:v3").value().registry.str(), "team");
  EXPECT_THAT(VersionReference::parse("churn").error().message, HasSubstr("write [registry/]model:version"));
  for (const char* const text : {"", ":v3", "churn:", "a/b/c:v1", "/churn:v1", "churn:v1:v2"}) {
    EXPECT_FALSE(VersionReference::parse(text)) << text;
  }
}

TEST(Sentences, CutLongNamesBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 40; ++i) umlauts += "ä";
  EXPECT_EQ(in_quotes("x" + umlauts), "\"x" + umlauts.substr(0, 62) + "...\"");
}

TEST(Sentences, ListAFewNames) {
  EXPECT_EQ(listed({"a", "b"}), R"("a", "b")");
  EXPECT_EQ(listed({"a", "b", "c", "d", "e", "f"}), R"("a", "b", "c", "d", "e" and more)");
}

}  // namespace
}  // namespace herald::registry
