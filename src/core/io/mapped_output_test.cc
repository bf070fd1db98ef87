// Files that are written as memory: there when they are kept, gone when they are not.
#include "core/io/mapped_output.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/file_system.h"

namespace copse {
namespace {

class MappedOutputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/copse_output_XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/file";
  }
  void TearDown() override {
    ::unlink(path_.c_str());
    ::rmdir(directory_.c_str());
  }

  std::string directory_;
  std::string path_;
};

TEST_F(MappedOutputTest, IsThereWhenKept) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100'000}}) {
    auto output = MappedOutput::create(path_, size);
    ASSERT_TRUE(output.ok()) << output.error().message();
    ASSERT_EQ(output.value().bytes().size(), size);
    std::fill(output.value().bytes().begin(), output.value().bytes().end(), std::uint8_t{7});
    output.value().keep();
    const auto read = real_file_system().read_file(path_, 1 << 20);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value(), Bytes(size, 7));
    ::unlink(path_.c_str());
  }
}

TEST_F(MappedOutputTest, IsGoneWhenNotKept) {
  {
    auto output = MappedOutput::create(path_, 5000);
    ASSERT_TRUE(output.ok());
    const MappedOutput moved = std::move(output).value();
    EXPECT_TRUE(real_file_system().stat(path_).ok());
  }
  EXPECT_FALSE(real_file_system().stat(path_).ok());
}

TEST_F(MappedOutputTest, RefusesWhatIsThere) {
  auto first = MappedOutput::create(path_, 10);
  ASSERT_TRUE(first.ok());
  const auto second = MappedOutput::create(path_, 10);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Io);
  EXPECT_TRUE(real_file_system().stat(path_).ok()) << "the first one's file is not the second's";
}

TEST_F(MappedOutputTest, AFullDiskIsAnError) {
  const auto output = MappedOutput::create(path_, std::uint64_t{1} << 60);
  ASSERT_FALSE(output.ok());
  EXPECT_FALSE(real_file_system().stat(path_).ok());
}

}  // namespace
}  // namespace copse
