// Files that take their places when they are whole, and are gone otherwise.
#include "core/io/temporary_file.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/file_system.h"

namespace copse {
namespace {

class TemporaryFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/copse_temporary_XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/file";
  }
  void TearDown() override {
    const auto listed = real_file_system().list(directory_);
    ASSERT_TRUE(listed.ok());
    for (const DirectoryEntry& entry : listed.value()) {
      ::unlink((directory_ + "/" + entry.name).c_str());
    }
    ::rmdir(directory_.c_str());
  }

  void make(const std::string& path) const {
    auto file = real_file_system().create(path);
    ASSERT_TRUE(file.ok()) << file.error().message();
    ASSERT_TRUE(file.value()->close().ok());
  }
  std::size_t files() const { return real_file_system().list(directory_).value().size(); }

  std::string directory_;
  std::string path_;
};

TEST_F(TemporaryFileTest, GoesWithItsOwner) {
  {
    const TemporaryFile temporary(path_);
    EXPECT_TRUE(temporary.path().starts_with(path_ + ".part-"));
    make(temporary.path());
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(TemporaryFileTest, TakesItsPlaceWithThePermissionsThere) {
  make(path_);
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  {
    TemporaryFile temporary(path_);
    EXPECT_FALSE(temporary.take_place().ok());  // there is none
    make(temporary.path());
    ASSERT_TRUE(temporary.take_place().ok());
  }
  struct stat facts {};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0640U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(TemporaryFileTest, ASignalRemovesAllThatHaveNotTakenTheirPlaces) {
  std::vector<std::unique_ptr<TemporaryFile>> temporaries;
  for (std::size_t i = 0; i < kTemporaryFilesMax; ++i) {
    temporaries.push_back(std::make_unique<TemporaryFile>(path_ + std::to_string(i)));
    make(temporaries.back()->path());
  }
  ASSERT_TRUE(temporaries.front()->take_place().ok());
  temporaries[1].reset();  // its slot is for the next
  temporaries[1] = std::make_unique<TemporaryFile>(path_ + "again");
  make(temporaries[1]->path());
  EXPECT_EQ(files(), kTemporaryFilesMax);
  remove_temporary_files();
  EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace copse
