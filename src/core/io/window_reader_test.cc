#include "core/io/window_reader.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/fault_file_system.h"
#include "core/io/memory_file_system.h"

namespace copse {
namespace {

TEST(WindowReader, WindowsHoldUntilTheyAreLetGo) {
  MemoryFileSystem disk;
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += std::to_string(i) + " ";
  }
  ASSERT_TRUE(disk.create("/file").value()->append(as_bytes(text)).ok());
  const auto file = disk.open("/file").value();
  const auto map = file->map(text.size()).value();
  std::vector<FileWindow> held;
  {
    const WindowReader reader(*file, map->bytes());
    for (std::size_t begin = 0; begin < text.size(); begin += 700) {
      const std::size_t end = std::min(text.size(), begin + 1000);
      FileWindow window = reader.read(begin, end);
      EXPECT_NE(window.bytes.data(), map->bytes().data() + begin);
      held.push_back(std::move(window));
      if (held.size() == 4) held.erase(held.begin() + 1);  // its buffer is used again
      EXPECT_EQ(as_text(held.back().bytes), text.substr(begin, end - begin));
    }
  }
  EXPECT_EQ(as_text(held.front().bytes), text.substr(0, 1000));
}

TEST(WindowReader, WhatCannotBeReadIsMapped) {
  MemoryFileSystem memory;
  FaultFileSystem disk(memory);
  ASSERT_TRUE(disk.create("/file").value()->append(as_bytes("hello there")).ok());
  const auto file = disk.open("/file").value();
  const auto map = file->map(11).value();
  disk.arm(Fault{.operation = 0, .error_number = 5, .from_then_on = true});
  const WindowReader reader(*file, map->bytes());
  const FileWindow window = reader.read(6, 11);
  EXPECT_EQ(as_text(window.bytes), "there");
  EXPECT_EQ(window.bytes.data(), map->bytes().data() + 6);
}

}  // namespace
}  // namespace copse
