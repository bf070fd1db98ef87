// Which phases of compression a tree goes through. All do by default; one that is turned off shows
// what it gains.
#pragma once

#include <cstdint>
#include <optional>

namespace copse {

// On disk: never renumber. What a tree without the phase looks like:
enum class TreePhase : std::uint8_t {
  Varint = 1,     // every number is four bytes
  Packing = 2,    // flags are numbers, or bytes, of their own
  Interning = 4,  // shapes and tags are spelt out wherever they are not opcodes
  Delta = 8,      // positions are absolute
  Bytecode = 16,  // nodes lie one after another, each with all that is known of it
  Frozen = 32,    // nothing is entropy-coded
  Segments = 64,  // one block, whatever its size
};

class TreePhases {
 public:
  constexpr TreePhases() = default;  // all are on

  // Absent when a bit stands for no phase.
  static constexpr std::optional<TreePhases> from_off_bits(std::uint8_t bits) {
    if ((bits & ~kKnownBits) != 0) return std::nullopt;
    TreePhases phases;
    phases.off_ = bits;
    return phases;
  }
  constexpr TreePhases without(TreePhase phase) const {
    TreePhases phases = *this;
    phases.off_ |= static_cast<std::uint8_t>(phase);
    return phases;
  }

  constexpr bool on(TreePhase phase) const {
    return (off_ & static_cast<std::uint8_t>(phase)) == 0;
  }
  constexpr std::uint8_t off_bits() const { return off_; }

  // Whether a tree is in one of the forms of TreeForm: those differ in entropy coding and blocks
  // alone.
  constexpr bool has_form() const {
    return TreePhases().without(TreePhase::Frozen).without(TreePhase::Segments).covers(*this);
  }

  constexpr bool operator==(const TreePhases&) const = default;

 private:
  static constexpr std::uint8_t kKnownBits = 0x7F;

  constexpr bool covers(const TreePhases& other) const { return (other.off_ & ~off_) == 0; }

  std::uint8_t off_ = 0;
};

}  // namespace copse
