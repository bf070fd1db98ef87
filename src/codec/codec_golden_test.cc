// Files of every version of the codecs' formats stay readable, and what does not depend on a
// version of a library is still written as they are. With COPSE_UPDATE=1 files that are missing are
// written; files that are there never change.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "codec/dictionary_set.h"
#include "codec/integer_packing.h"
#include "codec/lz4_codec.h"

namespace copse {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 20;
constexpr std::string_view kDictionary =
    "static inline int device_register(struct device *dev, unsigned long flags)\n{\n\treturn "
    "0;\n}\n";

std::string golden_path(const std::string& name) {
  return std::string(COPSE_TEST_DATA_DIR) + "/formats/codec/" + name;
}

Bytes golden(const std::string& name, const Bytes& now) {
  const std::string path = golden_path(name);
  if (std::getenv("COPSE_UPDATE") != nullptr && !std::filesystem::exists(path)) {
    std::ofstream(path, std::ios::binary) << as_text(now);
  }
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return {text.begin(), text.end()};
}

std::string content() {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += "static inline int device_" + std::to_string(i * 7) + "(struct device *dev)\n{\n}\n";
  }
  return text;
}

DictionarySet make_set() {
  DictionarySet set;
  auto dictionary =
      Dictionary::from_bytes(Bytes(as_bytes(kDictionary).begin(), as_bytes(kDictionary).end()));
  EXPECT_TRUE(dictionary.ok());
  const auto id = set.add("c", std::move(dictionary).value(), 1'800'000'000'000'000'000, 1234);
  EXPECT_TRUE(id.ok());
  EXPECT_TRUE(set.add_references(id.value(), 3).ok());
  return set;
}

TEST(CodecGolden, DictionarySetAndAFrameOfIt) {
  DictionarySet written = make_set();
  auto set = DictionarySet::from_bytes(golden("dictionary_set_v1.bin", written.to_bytes()));
  ASSERT_TRUE(set.ok()) << set.error().message();
  const CurrentDictionary current = set.value().current("c");
  ASSERT_NE(current.dictionary, nullptr);
  EXPECT_EQ(as_text(current.dictionary->bytes()), kDictionary);
  EXPECT_EQ(current.facts.id, written.current("c").facts.id);
  EXPECT_EQ(current.facts.version, 1U);
  EXPECT_EQ(current.facts.references, 3U);
  EXPECT_EQ(current.facts.gain_per_10000, 1234U);
  EXPECT_EQ(current.facts.trained_at_ns, 1'800'000'000'000'000'000);
  const FramePayload frame =
      compress_small(as_bytes(content()), kFastLevel, current.dictionary.get());
  const auto back = open_sealed_frame(
      golden("sealed_frame_dictionary_v1.bin", seal_frame(frame, current.facts.id)), set.value(),
      kLimit);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(as_text(back.value()), content());
}

TEST(CodecGolden, FrameOfEachCodec) {
  const std::string text = content();
  const FramePayload frames[] = {
      {FrameCodec::Raw, text.size(), Bytes(text.begin(), text.end())},
      compress_frame(as_bytes(text), kFastLevel),
      compress_small(as_bytes(text), kFastLevel, nullptr),
      compress_lz4(as_bytes(text)),
  };
  const char* const kNames[] = {"sealed_frame_raw_v1.bin", "sealed_frame_zstd_v1.bin",
                                "sealed_frame_bare_v1.bin", "sealed_frame_lz4_v1.bin"};
  const DictionarySet none;
  for (std::size_t i = 0; i < std::size(frames); ++i) {
    const Bytes sealed = golden(kNames[i], seal_frame(frames[i], {}));
    const auto back = open_sealed_frame(sealed, none, kLimit);
    ASSERT_TRUE(back.ok()) << kNames[i] << ": " << back.error().message();
    EXPECT_EQ(as_text(back.value()), text);
    EXPECT_EQ(read_sealed_frame(sealed).value().codec, static_cast<std::uint8_t>(frames[i].codec));
  }
  EXPECT_EQ(golden(kNames[0], {}), seal_frame(frames[0], {}));
}

TEST(CodecGolden, PackedIntegers) {
  std::vector<std::uint32_t> narrow;
  std::vector<std::uint64_t> wide;
  for (std::uint64_t i = 0; i < 300; ++i) {
    narrow.push_back(static_cast<std::uint32_t>(1000 + i * i % 97));
    wide.push_back((std::uint64_t{1} << 40) + i * 4096 + i * i % 300);
  }
  const Bytes values = pack_integers(std::span<const std::uint32_t>(narrow), PackingOrder::Values);
  const Bytes differences =
      pack_integers(std::span<const std::uint64_t>(wide), PackingOrder::Differences);
  EXPECT_EQ(golden("integers_values_v1.bin", values), values);
  EXPECT_EQ(golden("integers_differences_v1.bin", differences), differences);
  const auto back = unpack_integers64(differences);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back.value(), wide);
}

}  // namespace
}  // namespace copse
