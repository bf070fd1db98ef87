// Dictionaries over time: first training, schedule, drift, fallback, restart, references.
#include "codec/dictionary_trainer.h"

#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "core/hash.h"

namespace copse {
namespace {

constexpr std::int64_t kHourNs = std::int64_t{3600} * 1'000'000'000;
constexpr std::int64_t kNow = 1'800'000'000LL * 1'000'000'000;
constexpr std::uint64_t kLimit = std::uint64_t{1} << 24;

// Records of some kilobytes that are alike within a dialect, and new in each.
std::string record(std::uint64_t number, std::string_view dialect) {
  std::mt19937_64 words(std::hash<std::string_view>{}(dialect));
  std::vector<std::string> phrases;
  for (int i = 0; i < 60; ++i) {
    std::string phrase = std::string(dialect) + "_";
    for (int j = 0; j < 24; ++j) {
      phrase.push_back(static_cast<char>('a' + words() % 26));
    }
    phrases.push_back(phrase);
  }
  std::mt19937_64 random(number);
  std::string text = "record " + std::to_string(random()) + "\n";
  while (text.size() < 1500) {
    text += phrases[random() % phrases.size()] + " = " + std::to_string(random() % 1000) + ";\n";
  }
  return text;
}

std::string noise(std::uint64_t number) {
  std::mt19937_64 random(number);
  std::string text(1500, '\0');
  for (char& byte : text) {
    byte = static_cast<char>(random() >> 40);
  }
  return text;
}

void feed(DictionaryTrainer& trainer, std::string_view dialect, std::uint64_t first,
          std::uint64_t count) {
  for (std::uint64_t i = first; i < first + count; ++i) {
    trainer.add_sample("records", as_bytes(record(i, dialect)));
  }
}

// A sealed frame with the current dictionary, and a reference for it.
Bytes write(DictionarySet& set, std::string_view text) {
  const CurrentDictionary current = set.acquire("records");
  const FramePayload frame = compress_small(as_bytes(text), kFastLevel, current.dictionary.get());
  EXPECT_EQ(frame.codec, FrameCodec::ZstdDictionary);
  return seal_frame(frame, current.facts.id);
}

TEST(DictionaryTrainer, TrainsFirstWhenThereAreSamplesEnough) {
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  EXPECT_EQ(trainer.maintain("records", kNow), TrainingOutcome::NotDue);
  feed(trainer, "cobol", 0, 99);
  EXPECT_EQ(trainer.due("records", kNow), TrainingReason::None);
  feed(trainer, "cobol", 99, 1);
  EXPECT_EQ(trainer.due("records", kNow), TrainingReason::First);
  EXPECT_EQ(trainer.maintain("records", kNow), TrainingOutcome::Trained);
  EXPECT_EQ(trainer.due("records", kNow), TrainingReason::None);
  const CurrentDictionary current = set.current("records");
  ASSERT_NE(current.dictionary, nullptr);
  EXPECT_EQ(current.facts.version, 1U);
  EXPECT_EQ(current.facts.trained_at_ns, kNow);
  EXPECT_GT(current.facts.gain_per_10000, 1000U);
  // Deterministic: the same samples, the same dictionary.
  DictionarySet other_set;
  DictionaryTrainer other(other_set, {});
  feed(other, "cobol", 0, 100);
  other.maintain("records", kNow);
  EXPECT_EQ(other_set.current("records").facts.id, current.facts.id);
}

TEST(DictionaryTrainer, KeepsAThousandSamplesOfThoseThatCount) {
  DictionarySet set;
  DictionaryTrainerOptions options;
  options.samples_max = 50;
  options.first_samples = 50;
  DictionaryTrainer trainer(set, options);
  trainer.add_sample("records", as_bytes(std::string(1023, 'x')));
  feed(trainer, "cobol", 0, 30);
  feed(trainer, "cobol", 0, 30);
  EXPECT_EQ(trainer.counters().samples_too_short, 1U);
  EXPECT_EQ(trainer.counters().samples_kept, 30U);
  EXPECT_EQ(trainer.counters().samples_repeated, 30U);
  // The oldest go: after 50 others, the first of the first dialect are new again.
  feed(trainer, "fortran", 0, 50);
  feed(trainer, "cobol", 0, 30);
  EXPECT_EQ(trainer.counters().samples_kept, 110U);
  for (std::size_t i = 0; i < kContentTypesMax + 5; ++i) {
    trainer.add_sample("type " + std::to_string(i), as_bytes(record(1, "cobol")));
  }
  EXPECT_EQ(trainer.counters().samples_refused, 6U);
}

TEST(DictionaryTrainer, TriesAgainADayLaterAndKeepsWhatIsGood) {
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  feed(trainer, "cobol", 0, 400);
  ASSERT_EQ(trainer.maintain("records", kNow), TrainingOutcome::Trained);
  EXPECT_EQ(trainer.due("records", kNow + 25 * kHourNs), TrainingReason::None) << "nothing new";
  feed(trainer, "cobol", 400, 1);
  EXPECT_EQ(trainer.due("records", kNow + 24 * kHourNs - 1), TrainingReason::None);
  EXPECT_EQ(trainer.due("records", kNow + 24 * kHourNs), TrainingReason::Schedule);
  EXPECT_EQ(trainer.maintain("records", kNow + 24 * kHourNs), TrainingOutcome::KeptCurrent);
  EXPECT_EQ(trainer.counters().of(TrainingOutcome::KeptCurrent), 1U);
  EXPECT_EQ(set.current("records").facts.version, 1U);
  // A clock that was put back does not stop the schedule for longer than a day.
  feed(trainer, "cobol", 401, 1);
  EXPECT_EQ(trainer.due("records", kNow - 90 * kHourNs), TrainingReason::None);
  EXPECT_EQ(trainer.due("records", kNow - 66 * kHourNs), TrainingReason::Schedule);
}

TEST(DictionaryTrainer, NoticesDriftAndReplaces) {
  DictionarySet set;
  DictionaryTrainerOptions options;
  options.samples_max = 300;
  DictionaryTrainer trainer(set, options);
  feed(trainer, "cobol", 0, 300);
  ASSERT_EQ(trainer.maintain("records", kNow), TrainingOutcome::Trained);
  feed(trainer, "cobol", 300, 150);
  EXPECT_EQ(trainer.maintain("records", kNow + 1), TrainingOutcome::NotDue);
  feed(trainer, "fortran", 0, 150);
  EXPECT_EQ(trainer.due("records", kNow + 2), TrainingReason::Drift);
  EXPECT_EQ(trainer.counters().drifts_found, 1U);
  EXPECT_EQ(trainer.train("records", kNow + 2), TrainingOutcome::Trained);
  EXPECT_EQ(set.current("records").facts.version, 2U);
  // What suits both is no drift.
  feed(trainer, "fortran", 150, 150);
  EXPECT_EQ(trainer.maintain("records", kNow + 3), TrainingOutcome::NotDue);
}

TEST(DictionaryTrainer, OldFramesAreReadForAsLongAsTheyAreKept) {
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  feed(trainer, "cobol", 0, 200);
  ASSERT_EQ(trainer.train("records", kNow), TrainingOutcome::Trained);
  const std::string text = record(5000, "cobol");
  const Bytes frame = write(set, text);
  feed(trainer, "fortran", 0, 1000);
  ASSERT_EQ(trainer.train("records", kNow + 1), TrainingOutcome::Trained);
  EXPECT_EQ(set.collect(), 0U);
  // After a restart, too.
  auto restarted = DictionarySet::from_bytes(set.to_bytes());
  ASSERT_TRUE(restarted.ok()) << restarted.error().message();
  EXPECT_EQ(restarted.value().to_bytes(), set.to_bytes());
  EXPECT_EQ(restarted.value().current("records").facts.version, 2U);
  for (DictionarySet* each : {&set, &restarted.value()}) {
    const auto back = open_sealed_frame(frame, *each, kLimit);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_EQ(as_text(back.value()), text);
    // The last reference goes, and with it the dictionary.
    const DictionaryId id = read_sealed_frame(frame).value().dictionary;
    EXPECT_TRUE(each->drop_references(id).ok());
    EXPECT_EQ(each->drop_references(id).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(each->collect(), 1U);
    EXPECT_EQ(open_sealed_frame(frame, *each, kLimit).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(each->all().size(), 1U);
  }
  // Schedule and versions go on where they were.
  DictionaryTrainer next(restarted.value(), {});
  feed(next, "pascal", 0, 300);
  EXPECT_EQ(next.due("records", kNow + kHourNs), TrainingReason::Drift);
  EXPECT_EQ(next.due("records", kNow + 1 + 24 * kHourNs), TrainingReason::Schedule);
  ASSERT_EQ(next.train("records", kNow + kHourNs), TrainingOutcome::Trained);
  EXPECT_EQ(restarted.value().current("records").facts.version, 3U);
}

TEST(DictionaryTrainer, FallsBackAndCounts) {
  DictionarySet set;
  DictionaryTrainerOptions options;
  DictionaryTrainer trainer(set, options);
  EXPECT_EQ(trainer.train("records", kNow), TrainingOutcome::TooFewSamples);
  feed(trainer, "cobol", 0, 5);
  EXPECT_EQ(trainer.train("records", kNow), TrainingOutcome::TooFewSamples);
  for (std::uint64_t i = 0; i < 200; ++i) {
    trainer.add_sample("noise", as_bytes(noise(i)));
    trainer.add_sample("zeros", as_bytes(std::string(4096, '\0')));
  }
  EXPECT_EQ(trainer.train("zeros", kNow), TrainingOutcome::TooFewSamples);
  EXPECT_EQ(trainer.train("noise", kNow), TrainingOutcome::NoGain);
  EXPECT_EQ(set.current("noise").dictionary, nullptr);
  EXPECT_EQ(trainer.counters().of(TrainingOutcome::TooFewSamples), 3U);
  EXPECT_EQ(trainer.counters().of(TrainingOutcome::NoGain), 1U);
}

TEST(DictionaryTrainer, AFailedTrainingLeavesTheOldOne) {
  DictionarySet set;
  bool fail = false;
  DictionaryTrainerOptions options;
  options.train = [&](const DictionarySamples& samples, std::size_t size) {
    return fail ? std::nullopt : train_dictionary(samples, size);
  };
  DictionaryTrainer trainer(set, options);
  feed(trainer, "cobol", 0, 300);
  ASSERT_EQ(trainer.train("records", kNow), TrainingOutcome::Trained);
  fail = true;
  EXPECT_EQ(trainer.train("records", kNow + 1), TrainingOutcome::Failed);
  EXPECT_EQ(set.current("records").facts.version, 1U);
  // Bytes that are no dictionary are a failure like any other.
  options.train = [](const DictionarySamples&, std::size_t) {
    return std::optional<Bytes>({0x37, 0xA4, 0x30, 0xEC, 1, 2, 3, 4, 5});
  };
  DictionaryTrainer broken(set, options);
  feed(broken, "cobol", 0, 300);
  EXPECT_EQ(broken.train("records", kNow + 2), TrainingOutcome::Failed);
  EXPECT_EQ(set.current("records").facts.version, 1U);
}

TEST(DictionaryTrainer, AUselessOneIsRetired) {
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  feed(trainer, "cobol", 0, 300);
  ASSERT_EQ(trainer.train("records", kNow), TrainingOutcome::Trained);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    trainer.add_sample("records", as_bytes(noise(i)));
  }
  EXPECT_EQ(trainer.train("records", kNow + 1), TrainingOutcome::NoGain);
  EXPECT_EQ(set.current("records").dictionary, nullptr);
  EXPECT_EQ(set.collect(), 1U);
}

TEST(DictionaryTrainer, ThreadsSampleTrainAndWriteAtOnce) {
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  feed(trainer, "cobol", 0, 200);
  ASSERT_EQ(trainer.train("records", kNow), TrainingOutcome::Trained);
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 30; ++i) {
        const std::string text = record(1000 + thread * 100 + i, thread == 0 ? "ada" : "cobol");
        trainer.add_sample("records", as_bytes(text));
        const Bytes frame = write(set, text);
        EXPECT_TRUE(open_sealed_frame(frame, set, kLimit).ok());
        EXPECT_TRUE(set.drop_references(read_sealed_frame(frame).value().dictionary).ok());
      }
    });
  }
  threads.emplace_back([&] {
    for (int i = 1; i <= 3; ++i) {
      trainer.train("records", kNow + i);
      set.collect();
    }
  });
}

// ---- sets ---------------------------------------------------------------------------------------

std::shared_ptr<const Dictionary> dictionary_of(std::string_view text) {
  auto made = Dictionary::from_bytes(Bytes(as_bytes(text).begin(), as_bytes(text).end()));
  EXPECT_TRUE(made.ok());
  return std::move(made).value();
}

DictionarySet small_set() {
  DictionarySet set;
  EXPECT_TRUE(set.add("a type", dictionary_of("the first content"), 1, 100).ok());
  EXPECT_TRUE(set.add("a type", dictionary_of("the second content"), 2, 200).ok());
  EXPECT_TRUE(set.add("b type", dictionary_of("the first content"), 3, 300).ok());
  return set;
}

TEST(DictionarySet, NumbersVersionsAndRefuses) {
  DictionarySet set = small_set();
  const auto all = set.all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].version, 2U);
  EXPECT_TRUE(all[1].is_current);
  EXPECT_FALSE(all[0].is_current);
  EXPECT_NE(all[0].id, all[2].id);
  // Known bytes are current again under their old version.
  ASSERT_TRUE(set.add("a type", dictionary_of("the first content"), 4, 400).ok());
  EXPECT_EQ(set.current("a type").facts.version, 1U);
  EXPECT_EQ(set.current("a type").facts.trained_at_ns, 4);
  EXPECT_EQ(set.current("no type").dictionary, nullptr);
  EXPECT_EQ(set.find({12345}), nullptr);
  EXPECT_EQ(set.add("", dictionary_of("x"), 0, 0).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(set.add_references({12345}).error().code(), ErrorCode::NotFound);
  EXPECT_TRUE(set.add_references(all[0].id, UINT64_MAX).ok());
  EXPECT_EQ(set.add_references(all[0].id).error().code(), ErrorCode::LimitExceeded);
}

TEST(DictionarySet, HasRoomForSoManyInUse) {
  DictionarySet set;
  for (std::size_t i = 0; i < kDictionariesMax; ++i) {
    const auto id = set.add("type", dictionary_of("content " + std::to_string(i)), 0, 0);
    ASSERT_TRUE(id.ok());
    ASSERT_TRUE(set.add_references(id.value()).ok());
  }
  EXPECT_EQ(set.add("type", dictionary_of("one more"), 0, 0).error().code(),
            ErrorCode::LimitExceeded);
  ASSERT_TRUE(set.drop_references(set.all()[3].id).ok());
  EXPECT_TRUE(set.add("type", dictionary_of("one more"), 0, 0).ok());
}

TEST(DictionarySet, DamageIsRefused) {
  const Bytes bytes = small_set().to_bytes();
  ASSERT_TRUE(DictionarySet::from_bytes(bytes).ok());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DictionarySet::from_bytes(ByteView(bytes).first(size)).ok()) << size;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= 0x41;
    EXPECT_FALSE(DictionarySet::from_bytes(damaged).ok()) << i;
    // Behind a right checksum it is refused or makes sense, never worse.
    const ByteView content = ByteView(damaged).first(bytes.size() - 8);
    Bytes mended(content.begin(), content.end());
    ByteWriter(mended).u64(checksum64(content));
    static_cast<void>(DictionarySet::from_bytes(mended).ok());
  }
  Bytes newer = bytes;
  newer[4] = 2;
  EXPECT_EQ(DictionarySet::from_bytes(newer).error().code(), ErrorCode::Unsupported);
}

}  // namespace
}  // namespace copse
