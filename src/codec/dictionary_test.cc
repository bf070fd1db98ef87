// Dictionaries: training, frames that need them, damage.
#include "codec/dictionary.h"

#include <atomic>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "codec/frame_codec.h"

namespace copse {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;
constexpr auto kWithDictionary = static_cast<std::uint8_t>(FrameCodec::ZstdDictionary);

// Small sources that look alike: the same phrases with other names.
std::string source(std::uint64_t seed) {
  static constexpr const char* kPhrases[] = {
      "static inline int device_register_callback(struct device *dev, unsigned long flags)\n{\n",
      "\tif (unlikely(!dev->driver_data))\n\t\treturn -EINVAL;\n",
      "\tspin_lock_irqsave(&dev->lock, flags);\n\tlist_add_tail(&dev->node, &registered);\n",
      "\tspin_unlock_irqrestore(&dev->lock, flags);\n\treturn 0;\n}\n\n",
      "MODULE_LICENSE(\"GPL\");\nMODULE_AUTHOR(\"Somebody <somebody@example.org>\");\n",
  };
  std::mt19937_64 random(seed);
  std::string text = "/* file " + std::to_string(random()) + " */\n";
  for (int i = 0; i < 20; ++i) {
    text += kPhrases[random() % std::size(kPhrases)];
    text += "#define NAME_" + std::to_string(random() % 100000) + " 1\n";
  }
  return text;
}

std::shared_ptr<const Dictionary> trained() {
  DictionarySamples samples;
  for (std::uint64_t i = 0; i < 200; ++i) {
    samples.add(as_bytes(source(i)));
  }
  auto bytes = train_dictionary(samples, 16384);
  EXPECT_TRUE(bytes.has_value());
  auto dictionary = Dictionary::from_bytes(std::move(*bytes));
  EXPECT_TRUE(dictionary.ok());
  return dictionary.value();
}

TEST(Dictionary, TrainingIsDeterministic) {
  EXPECT_EQ(trained()->bytes(), trained()->bytes());
}

TEST(Dictionary, FramesAreSmallerAndComeBack) {
  const auto dictionary = trained();
  for (std::uint64_t seed = 1000; seed < 1020; ++seed) {
    const std::string text = source(seed);
    const FramePayload plain = compress_small(as_bytes(text), kSmallestLevel, nullptr);
    const FramePayload with = compress_small(as_bytes(text), kSmallestLevel, dictionary.get());
    EXPECT_EQ(plain.codec, FrameCodec::ZstdBare);
    ASSERT_EQ(with.codec, FrameCodec::ZstdDictionary);
    EXPECT_LT(with.bytes.size() * 3, plain.bytes.size() * 2);
    EXPECT_EQ(compress_small(as_bytes(text), kSmallestLevel, dictionary.get()).bytes, with.bytes);
    for (const FramePayload* frame : {&plain, &with}) {
      const auto back = decompress_frame(static_cast<std::uint8_t>(frame->codec), frame->bytes,
                                         text.size(), kLimit, dictionary.get());
      ASSERT_TRUE(back.ok()) << back.error().message();
      EXPECT_EQ(as_text(back.value()), text);
    }
  }
}

TEST(Dictionary, BareFramesOfAnySizeComeBack) {
  const auto dictionary = trained();
  for (const std::size_t size : {0U, 1U, 7U, 200U, 70'000U, 300'000U}) {
    std::string text;
    for (std::uint64_t seed = 0; text.size() < size; ++seed) {
      text += source(seed);
    }
    text.resize(size);
    for (const Dictionary* each : {static_cast<const Dictionary*>(nullptr), dictionary.get()}) {
      const FramePayload frame = compress_small(as_bytes(text), kFastLevel, each);
      EXPECT_LE(frame.bytes.size(), size);
      const auto back = decompress_frame(static_cast<std::uint8_t>(frame.codec), frame.bytes, size,
                                         kLimit, dictionary.get());
      ASSERT_TRUE(back.ok()) << back.error().message();
      EXPECT_EQ(as_text(back.value()), text);
    }
  }
}

// A context that was used with a dictionary must not remember it.
TEST(Dictionary, ContextsRemainIndependent) {
  const auto dictionary = trained();
  const std::string text = source(7);
  const FramePayload before = compress_frame(as_bytes(text), kFastLevel);
  const FramePayload frame = compress_small(as_bytes(text), kFastLevel, dictionary.get());
  ASSERT_TRUE(
      decompress_frame(kWithDictionary, frame.bytes, text.size(), kLimit, dictionary.get()).ok());
  EXPECT_EQ(compress_frame(as_bytes(text), kFastLevel).bytes, before.bytes);
  EXPECT_TRUE(decompress_frame(1, before.bytes, text.size(), kLimit).ok());
}

TEST(Dictionary, RefusesWhatIsNotThere) {
  const auto dictionary = trained();
  const std::string text = source(8);
  const FramePayload frame = compress_small(as_bytes(text), kSmallestLevel, dictionary.get());
  const auto code = [&](ByteView payload, std::uint64_t raw_bytes, const Dictionary* each) {
    const auto back = decompress_frame(kWithDictionary, payload, raw_bytes, kLimit, each);
    return back.ok() ? std::optional<ErrorCode>() : back.error().code();
  };
  EXPECT_EQ(code(frame.bytes, text.size(), nullptr), ErrorCode::Corrupt);
  EXPECT_EQ(code(frame.bytes, text.size() - 1, dictionary.get()), ErrorCode::Corrupt);
  EXPECT_EQ(code(frame.bytes, text.size() + 1, dictionary.get()), ErrorCode::Corrupt);
  // Nothing is allocated for what such a payload cannot hold.
  EXPECT_EQ(code(frame.bytes, kLimit, dictionary.get()), ErrorCode::Corrupt);
  for (std::size_t size = 0; size < frame.bytes.size(); ++size) {
    EXPECT_TRUE(code(ByteView(frame.bytes).first(size), text.size(), dictionary.get()));
  }
  // A wrong byte may decode to something else, never to more or to a crash.
  for (std::size_t i = 0; i < frame.bytes.size(); ++i) {
    Bytes damaged = frame.bytes;
    damaged[i] ^= 0x10;
    const auto back =
        decompress_frame(kWithDictionary, damaged, text.size(), kLimit, dictionary.get());
    EXPECT_TRUE(!back.ok() || back.value().size() == text.size());
  }
}

TEST(Dictionary, DamagedOnesAreRefusedOrHarmless) {
  const auto dictionary = trained();
  const std::string text = source(9);
  const FramePayload frame = compress_small(as_bytes(text), kSmallestLevel, dictionary.get());
  EXPECT_FALSE(Dictionary::from_bytes({}).ok());
  EXPECT_EQ(Dictionary::from_bytes(Bytes(kDictionaryBytesMax + 1)).error().code(),
            ErrorCode::LimitExceeded);
  // The magic number alone is no dictionary.
  EXPECT_EQ(Dictionary::from_bytes({0x37, 0xA4, 0x30, 0xEC, 1, 2, 3, 4, 5}).error().code(),
            ErrorCode::Corrupt);
  for (std::size_t i = 0; i < 300; ++i) {
    Bytes damaged = dictionary->bytes();
    damaged[i] ^= 0x04;
    const auto other = Dictionary::from_bytes(std::move(damaged));
    if (!other.ok()) continue;
    static_cast<void>(
        decompress_frame(kWithDictionary, frame.bytes, text.size(), kLimit, other.value().get())
            .ok());
  }
}

TEST(Dictionary, TrainingSaysWhenItHasNothing) {
  EXPECT_FALSE(train_dictionary({}, 16384).has_value());
  DictionarySamples few;
  few.add(as_bytes(source(1)));
  EXPECT_FALSE(train_dictionary(few, 1024).has_value());
  DictionarySamples tiny;
  for (int i = 0; i < 1000; ++i) {
    tiny.add(as_bytes("ab"));
  }
  EXPECT_FALSE(train_dictionary(tiny, 16384).has_value());
}

TEST(Dictionary, ManyThreadsUseOne) {
  const auto dictionary = trained();
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t seed = thread; seed < 40; seed += 4) {
        const std::string text = source(seed);
        const FramePayload frame = compress_small(as_bytes(text), 5, dictionary.get());
        const auto back = decompress_frame(static_cast<std::uint8_t>(frame.codec), frame.bytes,
                                           text.size(), kLimit, dictionary.get());
        if (!back.ok() || as_text(back.value()) != text) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace copse
